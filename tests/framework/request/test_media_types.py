"""The content type of a body, and its charset."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyre.framework.errors import HTTPError
from pyre.framework.media_types import parse_media_type

from framework.request.host import refused


@pytest.mark.parametrize(
    ("value", "name", "parameters"),
    [
        ("text/plain", "text/plain", {}),
        (" Text/Plain ", "text/plain", {}),
        ("application/problem+json", "application/problem+json", {}),
        ("text/plain;charset=utf-8", "text/plain", {"charset": "utf-8"}),
        ("text/plain ; Charset=UTF-8 ; a=b", "text/plain", {"charset": "UTF-8", "a": "b"}),
        ("a/b;", "a/b", {}),
        ("a/b; ;c=d;", "a/b", {"c": "d"}),
        ('a/b; c="d;e"', "a/b", {"c": "d;e"}),
        ('a/b; c=""', "a/b", {"c": ""}),
        (r'a/b; c="\"\\d"', "a/b", {"c": r'"\d'}),
        ("a/b; boundary=----=_Part_1:2/3", "a/b", {"boundary": "----=_Part_1:2/3"}),
    ],
)
def test_media_types(value: str, name: str, parameters: dict[str, str]) -> None:
    assert parse_media_type(value) == (name, parameters)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "text",
        "text/",
        "/plain",
        "te xt/plain",
        "text/plain x",
        "text/plain, text/html",
        "text/plain; a",
        "text/plain; a =b",
        "text/plain; a=",
        'text/plain; a="b',
        'text/plain; a="b"c',
        'text/plain; a=b"c"',
        "text/plain; a=b, text/html; a=c",
        "text/plain; a=b; A=c",
    ],
)
def test_what_is_no_media_type(value: str) -> None:
    with pytest.raises(HTTPError, match="400 Bad Request: The content-type is malformed"):
        parse_media_type(value)


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("utf-8", "é"),
        ("UTF8", "é"),
        ("us-ascii", "e"),
        ("ISO-8859-1", "é"),
        ("latin1", "é"),
        ("iso8859-15", "€"),
        ("windows-1252", "€"),
        ("cp1251", "ж"),
        ("koi8-r", "ж"),
        ("utf-16le", "é"),
        ("Shift_JIS", "日"),
        ("EUC-KR", "한"),
        ("gb18030", "中"),
    ],
)
def test_charsets(label: str, text: str) -> None:
    codec = parse_media_type(f'text/plain; charset="{label}"').charset()
    assert text.encode(label).decode(codec) == text


def test_the_charset_that_is_not_said_is_utf_8() -> None:
    assert "é".encode().decode(parse_media_type("text/html").charset()) == "é"


@pytest.mark.parametrize(
    "label",
    # Codecs that Python has, and that are no charset or do more than a peer may ask for.
    [
        *("unknown", "idna", "punycode", "unicode-escape", "undefined", "hex", "zip", "utf-7"),
        *("rot13", "mbcs", "", "utf-8\x00", "../x", "x" * 10_000),
    ],
)
def test_charsets_that_are_not_known(label: str) -> None:
    media_type = parse_media_type(f'text/plain; charset="{label}"')
    with pytest.raises(HTTPError, match=re.escape(repr(label[:40]))) as raised:
        media_type.charset()
    assert raised.value.status == 415


@given(
    st.text()
    | st.lists(
        st.sampled_from(
            ["text/plain", ";", "charset", "=", '"', "\\", " ", "a", ",", "utf-8", "\n"]
        )
    ).map("".join)
)
def test_nothing_else_is_raised(value: str) -> None:
    with refused(400, 415):
        parse_media_type(value).charset()
