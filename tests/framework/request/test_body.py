"""The body of a request: read, streamed, kept, and broken off."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyre import psgi
from pyre.framework.body import Body
from pyre.framework.errors import HTTPError
from pyre.framework.request import Request

from framework.request.host import App, Host, at_once, in_loop, request_for, until
from framework.request.splits import pieces_of

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=x"
FORM = b'--x\r\ncontent-disposition: form-data; name="a"\r\n\r\nb\r\n--x--\r\n'

READERS = {
    "read": Body.read,
    "text": Body.text,
    "json": Body.json,
    "form": Body.form,
}


async def pieces(body: Body) -> list[bytes]:
    return [piece async for piece in body]


async def fields(body: Body) -> list[tuple[str, bytes]]:
    return [(part.name, await part.read()) async for part in body.multipart()]


@given(st.data(), st.binary())
def test_the_whole_body_in_any_pieces(data: st.DataObject, octets: bytes) -> None:
    host_pieces = data.draw(pieces_of(octets))
    assert at_once(request_for(*host_pieces).body.read()) == octets
    assert b"".join(at_once(pieces(request_for(*host_pieces).body))) == octets


def test_it_is_kept() -> None:
    body = request_for(b"a", b"b").body
    first = at_once(body.read())
    assert at_once(body.read()) is first
    assert at_once(body.text()) == "ab"
    assert at_once(pieces(body)) == [b"ab"]
    assert at_once(pieces(body)) == [b"ab"]
    assert at_once(body.read()) is first


def test_one_that_the_host_has_read_already() -> None:
    request = request_for(b"a", b"b")
    assert at_once(request.psgi.read()) == b"ab"
    assert at_once(request.body.read()) == b"ab"


def test_an_empty_one() -> None:
    body = request_for().body
    assert at_once(body.read()) == b""
    assert at_once(body.text()) == ""
    assert at_once(pieces(body)) == []


@pytest.mark.parametrize("again", [pieces, fields, *READERS.values()])
def test_one_that_was_streamed_is_gone(again) -> None:
    body = request_for(FORM, content_type=MULTIPART).body
    at_once(pieces(body))
    with pytest.raises(RuntimeError, match=r"was taken as it arrived.*read\(\) first"):
        at_once(again(body))


def test_one_that_was_begun_to_be_streamed_is_gone() -> None:
    body = request_for(b"a").body
    aiter(body)
    with pytest.raises(RuntimeError, match="was taken as it arrived"):
        aiter(body)


def test_one_that_was_taken_in_parts_is_gone() -> None:
    body = request_for(FORM, content_type=MULTIPART).body
    assert at_once(fields(body)) == [("a", b"b")]
    for again in (Body.read, Body.form, fields):
        with pytest.raises(RuntimeError, match="was taken as it arrived"):
            at_once(again(body))


def test_one_that_was_read_can_be_everything_else() -> None:
    body = request_for(FORM, content_type=MULTIPART).body
    assert at_once(body.read()) == FORM
    for _ in range(2):
        assert at_once(fields(body)) == [("a", b"b")]
        assert at_once(body.form())["a"] == "b"


def test_a_form_is_kept() -> None:
    for request in (
        request_for(FORM, content_type=MULTIPART),
        request_for(b"a=b", content_type=URLENCODED),
    ):
        form = at_once(request.body.form())
        assert form["a"] == "b"
        assert at_once(request.body.form()) is form


def test_what_is_wrong_with_a_form_is_kept() -> None:
    """A middleware may have read it, and gone on."""
    body = request_for(FORM[:-4], content_type=MULTIPART).body
    for _ in range(2):
        with pytest.raises(HTTPError, match="ends before its last boundary"):
            at_once(body.form())


@pytest.mark.parametrize(
    ("content_type", "octets", "text"),
    [
        (None, "é".encode(), "é"),
        ("text/plain", "é".encode(), "é"),
        ("text/plain; charset=iso-8859-1", b"\xe9", "é"),
        ("application/json; charset=utf-16le", "é".encode("utf-16le"), "é"),
        (None, b"\xef\xbb\xbfa", "\ufeffa"),
    ],
)
def test_text(content_type: str | None, octets: bytes, text: str) -> None:
    assert at_once(request_for(octets, content_type=content_type).body.text()) == text


@pytest.mark.parametrize(
    ("content_type", "octets", "error"),
    [
        (None, b"ab\xff", "400 Bad Request: The body is not utf-8 (byte 2)."),
        ("text/plain; charset=ascii", b"\xe9", "400 Bad Request: The body is not ascii (byte 0)."),
        ("a/b; charset=x", b"", "415 Unsupported Media Type: The charset 'x' is not known."),
        ("text", b"", "400 Bad Request: The content-type is malformed."),
    ],
)
def test_what_is_no_text(content_type: str | None, octets: bytes, error: str) -> None:
    with pytest.raises(HTTPError) as raised:
        at_once(request_for(octets, content_type=content_type).body.text())
    assert str(raised.value) == error


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_the_limit(read) -> None:
    octets = b"12345"
    assert at_once(read(request_for(octets, content_type=URLENCODED, body=5).body)) is not None
    for split in ([octets], [b"123", b"45"]):
        with pytest.raises(HTTPError, match="longer than 4 octets") as raised:
            at_once(read(request_for(*split, content_type=URLENCODED, body=4).body))
        assert raised.value.status == 413


def test_a_limit_of_its_own() -> None:
    body = request_for(b"12", b"345", body=4).body
    with pytest.raises(HTTPError, match="longer than 4 octets"):
        at_once(body.read())
    assert at_once(body.read(5)) == b"12345"
    with pytest.raises(HTTPError, match="longer than 3 octets"):
        at_once(body.read(3))
    with pytest.raises(HTTPError, match="longer than 4 octets"):
        at_once(body.read())


def test_an_iteration_has_no_limit() -> None:
    assert at_once(pieces(request_for(b"12", b"345", body=0).body)) == [b"12", b"345"]


@pytest.mark.parametrize("take", [pieces, fields, *READERS.values()])
@pytest.mark.parametrize("status", [400, 408, 413])
def test_one_that_the_host_has_refused(take, status: int) -> None:
    request = request_for(FORM[:20], psgi.BodyError(status), content_type=MULTIPART)
    with pytest.raises(psgi.BodyError) as raised:
        at_once(take(request.body))
    assert raised.value.status == status


@pytest.mark.parametrize("content_type", [MULTIPART, URLENCODED])
@pytest.mark.parametrize("take", [pieces, *READERS.values()])
def test_a_peer_that_leaves(take, content_type: str) -> None:
    request = request_for(FORM[:20], psgi.Disconnected(), content_type=content_type)
    with pytest.raises(psgi.Disconnected):
        at_once(take(request.body))


@in_loop
async def test_reading_goes_on_after_a_cancellation() -> None:
    rest_comes = asyncio.Event()
    host = Host(b"a", rest_comes, b"b")
    body = Request(host, App()).body
    reading = asyncio.create_task(body.read())
    await until(host.waiting.is_set)
    reading.cancel()
    await asyncio.wait([reading])
    assert reading.cancelled()
    rest_comes.set()
    assert await body.read() == b"ab"


@pytest.mark.parametrize("content_type", [None, "text/plain", "multipart/mixed; boundary=x"])
def test_what_is_no_form(content_type: str | None) -> None:
    body = request_for(FORM, content_type=content_type).body
    with pytest.raises(HTTPError) as raised:
        at_once(body.form())
    assert raised.value.status == 415
    assert raised.value.headers == [
        ("accept", "application/x-www-form-urlencoded, multipart/form-data")
    ]
    with pytest.raises(HTTPError) as raised:
        body.multipart()
    assert raised.value.status == 415
    assert at_once(body.read()) == FORM
