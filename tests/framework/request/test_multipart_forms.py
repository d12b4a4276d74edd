"""Multipart forms: what clients send, in any pieces, and what is refused."""

from typing import Any

import httpx
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pyre import psgi
from pyre.framework.errors import HTTPError
from pyre.framework.uploads import UploadFile

from framework.request.host import at_once, request_for
from framework.request.multipart_bodies import (
    BROKEN,
    CONTENT_TYPE,
    Outcome,
    body,
    contents,
    damaged,
    outcome,
    part,
)
from framework.request.splits import bytewise, pieces_of

NAMES = st.text(st.characters(codec="utf-8", exclude_characters='%\\"/', exclude_categories=["Cc"]))
"""Those that all clients write alike: ``test_disposition.py`` is about the others."""

FILENAMES = NAMES.filter(lambda name: name not in {"", ".", ".."})

TEXTS = st.text(st.characters(codec="utf-8"))

CONTENT = st.binary(max_size=60) | st.lists(
    st.sampled_from([b"\r", b"\n", b"-", b"--", b"\r\n--", b"\r\n--a-boundar", b"a-boundary", b"x"])
).map(b"".join)


def result(octets: bytes, **limits: int) -> Outcome:
    """What becomes of a body, whole and octet by octet."""
    whole = at_once(outcome([octets], **limits))
    assert at_once(outcome(bytewise(octets), **limits)) == whole
    return whole


@pytest.mark.parametrize(
    ("parts", "fields"),
    [
        ([], []),
        ([part('name="a"', b"b")], [("a", "b")]),
        ([part('name="a"')], [("a", "")]),
        ([part('name=""', b"b")], [("", "b")]),
        ([part('name="a"', b"b"), part('name="a"', b"c")], [("a", "b"), ("a", "c")]),
        ([part('name="a"', b"\r\n")], [("a", "\r\n")]),
        ([part('name="a"', b"\r\n--a-boundar")], [("a", "\r\n--a-boundar")]),
        ([part('name="a"', b"--a-boundary\r\n")], [("a", "--a-boundary\r\n")]),
        ([part('name="a"', "é".encode())], [("a", "é")]),
        ([part('name="a"', b"\xff")], [("a", "\ufffd")]),
        (
            [part('name="a"', b"\xe9", "Content-Type: text/plain; charset=iso-8859-1")],
            [("a", "é")],
        ),
        ([part('name="a"', b"b", "Content-Transfer-Encoding: 8BIT")], [("a", "b")]),
        ([part('name="a"', b"b", "Content-Length: 77", "X:", "y:  z")], [("a", "b")]),
        # It is a field: what comes before it has been read, and pages are UTF-8.
        (
            [part('name="_charset_"', b"latin-1"), part('name="a"', "é".encode())],
            [("_charset_", "latin-1"), ("a", "é")],
        ),
        (
            [part('name="a"; filename="b.txt"', b"\xff\0", "Content-Type: image/png")],
            [("a", ("b.txt", "image/png", b"\xff\0"))],
        ),
        ([part('name="a"; filename="b.txt"')], [("a", ("b.txt", None, b""))]),
        ([part('name="a"; filename=""', b"x")], [("a", ("", None, b"x"))]),
        # What browsers send for a file that was not chosen.
        ([part('name="a"; filename=""', b"", "Content-Type: application/octet-stream")], []),
    ],
)
def test_parts(parts: list[bytes], fields: list[tuple[str, Any]]) -> None:
    assert result(body(*parts)) == fields


@pytest.mark.parametrize(
    "octets",
    [
        b"\r\n" + body(part('name="a"', b"b")),  # old .NET
        body(part('name="a"', b"b")).removesuffix(b"\r\n"),  # old Flash
        body(part('name="a"', b"b")) + b"epilogue\r\n--a-boundary\r\n",
    ],
)
def test_what_may_stand_around_boundaries(octets: bytes) -> None:
    assert result(octets) == [("a", "b")]


MALFORMED = (400, "The multipart body is malformed.")
UNNAMED = (400, "A part of the form has no content-disposition that names it.")
BROKEN_OFF = (400, "The multipart body ends before its last boundary.")
ENCODED = (415, "A part of the form is encoded; parts are sent as they are.")


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (b"", BROKEN_OFF),
        (b"\r\n", BROKEN_OFF),
        (b"--a-boundary", BROKEN_OFF),
        (b"--a-boundary\r\n", BROKEN_OFF),
        (body(part('name="a"', b"b")).removesuffix(b"--\r\n"), BROKEN_OFF),
        (body(part('name="a"', b"b")).replace(b"--\r\n", b"\r\n"), BROKEN_OFF),
        (body(part('name="a"', b"b"), boundary="another"), MALFORMED),
        (b"preamble\r\n" + body(part('name="a"', b"b")), MALFORMED),
        (b"\r\n\r\n" + body(part('name="a"', b"b")), MALFORMED),
        (b"\n" + body(part('name="a"', b"b")), MALFORMED),
        (body(part('name="a"', b"b")).replace(b"\r\n", b"\n"), MALFORMED),
        (body(part('name="a"', b"b", "no colon")), MALFORMED),
        (body(part('name="a"', b"b", ": no name")), MALFORMED),
        (body(part('name="a"', b"b", "a b: c")), MALFORMED),
        (body(part('name="a"', b"b", "a: b\n c")), MALFORMED),
        (body(part('name="a"', b"b", "a: b\x00")), MALFORMED),
        (body(part('name="a"', b"b", "a: b\rc: d")), MALFORMED),
        (body(part('name="a"\r\n x=y', b"b")), MALFORMED),  # folded: obsolete
        (body(b"\r\ncontent"), UNNAMED),
        (body(b"Content-Type: text/plain\r\n\r\ncontent"), UNNAMED),
        (body(part("filename=a")), UNNAMED),
        (body(part("name=a", b"", "content-disposition: form-data; name=b")), UNNAMED),
        (body(b"Content-Disposition: attachment; name=a\r\n\r\n"), UNNAMED),
        (body(part("name=a", b"Yg==", "Content-Transfer-Encoding: base64")), ENCODED),
        (body(part("name=a", b"=", "content-transfer-encoding: quoted-printable")), ENCODED),
        (body(part("name=a", b"", "Content-Type: ?")), (400, "The content-type is malformed.")),
        (
            body(part("name=a", b"", "Content-Type: a/b; charset=idna")),
            (415, "The charset 'idna' is not known."),
        ),
    ],
)
def test_what_is_refused(octets: bytes, expected: tuple[int, str]) -> None:
    assert result(octets) == expected


@pytest.mark.parametrize(
    "parameters",
    [
        "",
        "; boundary=",
        '; boundary=""',
        "; boundary=é",
        "; boundary=a; boundary=b",
        '; boundary="a "',
        f"; boundary={'a' * 71}",
        "; boundary*=utf-8''a",
    ],
)
def test_boundaries_that_are_none(parameters: str) -> None:
    request = request_for(b"--a--\r\n", content_type=f"multipart/form-data{parameters}")
    with pytest.raises(HTTPError) as raised:
        at_once(request.body.form())
    assert raised.value.status == 400


@pytest.mark.parametrize(
    "boundary",
    ["a", "-", "a" * 70, "----WebKitFormBoundaryePkpFF7tjBAqx29L", "=_Part:1/2,(3)", "a b'c+d?e"],
)
def test_boundaries(boundary: str) -> None:
    octets = body(part('name="a"', b"b"), boundary=boundary)
    for pieces in ([octets], bytewise(octets)):
        request = request_for(
            *pieces, content_type=f'Multipart/Form-Data; charset=utf-8; boundary="{boundary}"'
        )
        assert list(at_once(request.body.form()).items()) == [("a", "b")]


@given(
    st.data(),
    st.lists(st.tuples(NAMES, st.none() | FILENAMES, CONTENT), max_size=5),
    st.sampled_from(["x", "a-boundary", "-", "--", "a-boundar"]),
)
def test_what_was_put_in_comes_out(
    data: st.DataObject, fields: list[tuple[str, str | None, bytes]], boundary: str
) -> None:
    delimiter = f"\r\n--{boundary}".encode()
    assume(not any(delimiter in content for _, _, content in fields))
    parts = [
        part(f'name="{name}"' + ("" if filename is None else f'; filename="{filename}"'), content)
        for name, filename, content in fields
    ]
    pieces = data.draw(pieces_of(body(*parts, boundary=boundary)))
    content_type = f'multipart/form-data; boundary="{boundary}"'
    form = at_once(request_for(*pieces, content_type=content_type).body.form())
    assert at_once(contents(form)) == [
        (name, content.decode(errors="replace") if filename is None else (filename, None, content))
        for name, filename, content in fields
    ]


@given(
    st.data(),
    st.dictionaries(NAMES, TEXTS),
    st.lists(st.tuples(NAMES, FILENAMES, CONTENT), min_size=1),
)
def test_what_httpx_was_given_comes_out(
    data: st.DataObject, fields: dict[str, str], files: list[tuple[str, str, bytes]]
) -> None:
    sent = httpx.Request(
        "POST",
        "http://example.org/",
        data=fields,
        files=[(name, (filename, content, "a/b")) for name, filename, content in files],
    )
    pieces = data.draw(pieces_of(sent.read()))
    request = request_for(*pieces, content_type=sent.headers["content-type"])
    assert at_once(contents(at_once(request.body.form()))) == [
        *fields.items(),
        *((name, (filename, "a/b", content)) for name, filename, content in files),
    ]


@given(st.data(), BROKEN | damaged())
def test_any_octets_in_any_pieces_have_one_result(data: st.DataObject, octets: bytes) -> None:
    whole = at_once(outcome([octets], parts=3, files=1, field_size=20, part_header_size=60))
    pieces = data.draw(pieces_of(octets))
    assert at_once(outcome(pieces, parts=3, files=1, field_size=20, part_header_size=60)) == whole
    if isinstance(whole, tuple):
        assert whole[0] in {400, 413, 415}


@given(BROKEN | damaged(), st.integers(0, 200))
def test_a_peer_that_leaves_at_any_place(octets: bytes, place: int) -> None:
    """Nothing but what was wrong until then, or that it has left."""
    until_then = at_once(outcome([octets[:place]]))
    try:
        found = at_once(outcome([octets[:place], psgi.Disconnected()]))
    except psgi.Disconnected:
        assert isinstance(until_then, list) or until_then == BROKEN_OFF
    else:
        assert found == until_then


TWO = [part('name="a"', b"12345"), part('name="b"; filename="c"', b"1234567")]
BODY = body(*TWO)
LINE = len(TWO[0].split(b"\r\n")[0])
"""Octets of the header line of the first part, of which a file's is longer."""


@pytest.mark.parametrize(
    ("limit", "enough", "expected"),
    [
        ("multipart", len(BODY), f"The multipart body is longer than {len(BODY) - 1} octets."),
        ("parts", 2, "The multipart body is of more than 1 parts."),
        ("files", 1, "The form has more than 0 files."),
        ("field_size", 5, "The part 'a' is longer than 4 octets."),
        ("form_memory", 5, "The part 'a' is longer than 4 octets."),
    ],
)
def test_limits(limit: str, enough: int, expected: str) -> None:
    # What is not to be in memory at all would go to a disk, for which a loop is needed.
    others = {"form_memory": 100} if limit != "form_memory" else {"file_memory": 0}
    octets = BODY if limit != "form_memory" else body(TWO[0])
    assert isinstance(result(octets, **others | {limit: enough}), list)
    assert result(octets, **others | {limit: enough - 1}) == (413, expected)


def test_the_memory_is_that_of_all_fields() -> None:
    octets = body(part('name="a"', b"123"), part('name="b"', b"123"))
    assert result(octets, form_memory=6) == [("a", "123"), ("b", "123")]
    assert result(octets, form_memory=5) == (413, "The part 'b' is longer than 2 octets.")


def test_the_size_of_a_header_field() -> None:
    octets = body(TWO[0])
    assert result(octets, part_header_size=LINE) == [("a", "12345")]
    assert result(octets, part_header_size=LINE - 1) == MALFORMED


def test_the_number_of_header_fields() -> None:
    octets = body(part('name="a"', b"b", "c: d", "e: f"))
    assert result(octets, part_header_fields=3) == [("a", "b")]
    assert result(octets, part_header_fields=2) == MALFORMED


def test_what_comes_first_is_what_is_wrong() -> None:
    octets = body(part('name="a"', b"12345"), b"malformed")
    assert result(octets, field_size=4) == (413, "The part 'a' is longer than 4 octets.")
    assert result(octets, field_size=5) == MALFORMED
    assert result(octets, field_size=5, multipart=len(octets) - 1) == MALFORMED


def test_an_epilogue_counts() -> None:
    octets = body() + b"x"
    assert result(octets, multipart=len(octets)) == []
    assert result(octets, multipart=len(octets) - 1)[0] == 413


@pytest.mark.parametrize("length", [b"10", b"9" * 5000])
def test_a_length_that_is_too_large_is_refused_before_the_body_comes(length: bytes) -> None:
    request = request_for(AssertionError("it was read"), content_type=CONTENT_TYPE, multipart=9)
    request.psgi.headers.raw += ((b"content-length", length),)
    with pytest.raises(HTTPError, match="longer than 9 octets") as raised:
        at_once(request.body.form())
    assert raised.value.status == 413


@pytest.mark.parametrize("length", [b"22", b"00022", b"x", b""])
def test_a_length_that_is_not_too_large(length: bytes) -> None:
    request = request_for(body(), content_type=CONTENT_TYPE, multipart=22)
    request.psgi.headers.raw += ((b"content-length", length),)
    assert not at_once(request.body.form())


def test_a_field_that_is_too_long_is_not_waited_for() -> None:
    beginning = body(part('name="a"', b"12345")).removesuffix(b"\r\n" + body())
    request = request_for(
        beginning, AssertionError("it was read"), content_type=CONTENT_TYPE, field_size=4
    )
    with pytest.raises(HTTPError, match="The part 'a' is longer than 4 octets"):
        at_once(request.body.form())


def test_nothing_is_logged_of_what_peers_do(caplog: pytest.LogCaptureFixture) -> None:
    assert result(body(part('name="a"', b"b", ": no name"))) == MALFORMED
    assert not caplog.records


def test_the_files_among_the_values() -> None:
    octets = body(*TWO, part('name="b"; filename="d"'))
    form = at_once(request_for(octets, content_type=CONTENT_TYPE).body.form())
    assert form["a"] == "12345"
    assert [file.filename for file in form.getall("b") if isinstance(file, UploadFile)] == [
        "c",
        "d",
    ]
    assert repr(form["b"]) == "<UploadFile 'd' size=0>"
