"""The cookies of a request."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyre.framework.cookies import parse_cookies
from pyre.framework.request import Request

from framework.request.host import App, Host


@pytest.mark.parametrize(
    ("field", "cookies"),
    [
        ("", {}),
        ("a=b", {"a": "b"}),
        ("a=b; c=d", {"a": "b", "c": "d"}),
        ("a=b;c=d", {"a": "b", "c": "d"}),
        (" a = b ;\tc\t=\td\t", {"a": "b", "c": "d"}),
        ("a=", {"a": ""}),
        ("a=b=c", {"a": "b=c"}),
        ("A=1; a=2", {"A": "1", "a": "2"}),
        # The browser sends the one with the longer path first.
        ("a=specific; a=general", {"a": "specific"}),
        # Quotes belong to the value, and hide nothing.
        ('a="b"', {"a": '"b"'}),
        ('a="b; c=d"', {"a": '"b', "c": 'd"'}),
        (r'a="\073"', {"a": r'"\073"'}),
        ("a=%20+", {"a": "%20+"}),
        # What has no name can't be asked for.
        ("nameless", {}),
        ("=nameless", {}),
        ("=__Host-a=b", {}),
        (";; ;=;", {}),
        ("a=b; nameless; c=d", {"a": "b", "c": "d"}),
        ("$Version=1; a=b", {"$Version": "1", "a": "b"}),
        ("a=é".encode().decode("latin-1"), {"a": "é"}),
        ("a=\xff", {"a": "\ufffd"}),
        ("a=☃", {"a": "?"}),  # no field has such a character
    ],
)
def test_fields(field: str, cookies: dict[str, str]) -> None:
    assert parse_cookies(field) == cookies


@given(st.text() | st.text('=;", \t\\%a\xe9\xff'))
def test_no_field_is_an_error(field: str) -> None:
    for name, value in parse_cookies(field).items():
        assert name
        assert ";" not in name + value


def stripped(characters: str) -> st.SearchStrategy[str]:
    """What a browser keeps as a name or a value: RFC 6265bis §5.6 takes white space off."""
    text = st.text(
        st.characters(codec="utf-8", exclude_characters=characters, exclude_categories=["Cc"])
    )
    return text.map(lambda kept: kept.strip(" "))


@given(st.dictionaries(stripped("=;").filter(bool), stripped(";")))
def test_what_browsers_send_is_what_they_were_given(cookies: dict[str, str]) -> None:
    field = "; ".join(f"{name}={value}" for name, value in cookies.items())
    assert parse_cookies(field.encode().decode("latin-1")) == cookies


def test_a_request_has_the_cookies_of_all_lines() -> None:
    host = Host(headers=[("cookie", "a=b; c=d"), ("x", "y=z"), ("cookie", "e=f; a=g")])
    request = Request(host, App())
    assert request.cookies == {"a": "b", "c": "d", "e": "f"}
    assert request.cookies is request.cookies


def test_a_request_without_cookies() -> None:
    assert Request(Host(), App()).cookies == {}
