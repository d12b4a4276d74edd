"""Forms that are urlencoded."""

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyre.framework.errors import HTTPError

from framework.request.host import at_once, request_for
from framework.request.splits import pieces_of

CONTENT_TYPE = "application/x-www-form-urlencoded"


def pairs(*pieces: bytes, content_type: str = CONTENT_TYPE, **limits: int) -> list:
    form = at_once(request_for(*pieces, content_type=content_type, **limits).body.form())
    return list(form.items())


@pytest.mark.parametrize(
    ("content_type", "octets", "expected"),
    [
        (CONTENT_TYPE, b"", []),
        (CONTENT_TYPE, b"a=b&c&a=d+e%2b", [("a", "b"), ("c", ""), ("a", "d e+")]),
        (CONTENT_TYPE, b"a=%c3%a9&b=%ff", [("a", "é"), ("b", "\ufffd")]),
        (f"{CONTENT_TYPE}; charset=UTF-8", b"a=%c3%a9", [("a", "é")]),
        (f"{CONTENT_TYPE}; charset=ISO-8859-1", b"a=%e9", [("a", "é")]),
        (f"{CONTENT_TYPE}; charset=utf-16be", b"%00a=%00", [("a", "\ufffd")]),
        ("Application/X-WWW-Form-Urlencoded;", b"a=b", [("a", "b")]),
        (CONTENT_TYPE, b"_charset_=latin-1&a=%c3%a9", [("_charset_", "latin-1"), ("a", "é")]),
    ],
)
def test_forms(content_type: str, octets: bytes, expected: list[tuple[str, str]]) -> None:
    assert pairs(octets, content_type=content_type) == expected


@given(st.data(), st.lists(st.tuples(*[st.text(st.characters(codec="utf-8"))] * 2)))
def test_what_was_encoded_is_decoded(data: st.DataObject, fields: list[tuple[str, str]]) -> None:
    assert pairs(*data.draw(pieces_of(urlencode(fields).encode()))) == fields


def test_the_number_of_fields() -> None:
    assert len(pairs(b"a&b&c", fields=3)) == 3
    with pytest.raises(HTTPError, match="The form has more than 2 fields") as raised:
        pairs(b"a&b&c", fields=2)
    assert raised.value.status == 413


@given(
    st.data(),
    st.binary(),
    st.sampled_from(["", "; charset=utf-16", "; charset=gb18030", "; charset=zip", "; a", ", a"]),
)
def test_nothing_else_is_raised(data: st.DataObject, octets: bytes, parameters: str) -> None:
    def result(*pieces: bytes) -> object:
        try:
            return pairs(*pieces, content_type=CONTENT_TYPE + parameters, fields=2)
        except HTTPError as error:
            return error.status, error.detail

    whole = result(octets)
    assert result(*data.draw(pieces_of(octets))) == whole
    if isinstance(whole, tuple):
        assert whole[0] in {400, 413, 415}
