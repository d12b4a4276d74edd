"""Redirects."""

from urllib.parse import unquote, urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyre.framework.responses import RedirectResponse

from framework.responses.exchange import get

URI_CHARACTERS = frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?#[]@!$&'()*+,;=%"
)
"""RFC 3986 §2."""


def location(text: str) -> str:
    value = get(RedirectResponse(text))["location"]
    assert value is not None
    return value


def test_the_default() -> None:
    answer = get(RedirectResponse("/login?next=/a", headers={"x-a": "1"}))
    assert (answer.status, answer["location"]) == (302, "/login?next=/a")
    assert (answer["x-a"], answer["content-type"]) == ("1", None)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_statuses(status: int) -> None:
    assert get(RedirectResponse("/", status=status)).status == status


@pytest.mark.parametrize("status", [200, 300, 304, 305, 306, 309, 400])
def test_statuses_that_do_not_redirect(status: int) -> None:
    with pytest.raises(ValueError, match=f"not {status}"):
        RedirectResponse("/", status=status)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://example.org:8000/a;b?c=d&e#f", "https://example.org:8000/a;b?c=d&e#f"),
        ("https://[::1]/", "https://[::1]/"),
        ("../a?b", "../a?b"),
        ("/a b", "/a%20b"),
        ("/é", "/%C3%A9"),
        ("/caf%C3%A9%2F", "/caf%C3%A9%2F"),
        ("/100%", "/100%25"),
        ("/%zz%4", "/%25zz%254"),
        ("/a\r\nset-cookie: a=b", "/a%0D%0Aset-cookie:%20a=b"),
        ("/\\evil.example", "/%5Cevil.example"),
        ("/\t/evil.example", "/%09/evil.example"),
        ("/\0", "/%00"),
        ('/<">', "/%3C%22%3E"),
    ],
)
def test_locations(text: str, expected: str) -> None:
    assert location(text) == expected


def test_no_location() -> None:
    with pytest.raises(ValueError, match="empty"):
        RedirectResponse("")


@given(st.text(min_size=1))
def test_any_text_becomes_a_uri_reference(text: str) -> None:
    value = location(text)
    assert set(value) <= URI_CHARACTERS
    assert location(value) == value


@given(st.text(st.characters(exclude_characters="%", exclude_categories=["Cs"]), min_size=1))
def test_what_is_encoded_can_be_decoded(text: str) -> None:
    assert unquote(location(text)) == text


@given(st.text(min_size=1))
def test_a_path_stays_on_its_host(text: str) -> None:
    """Whatever follows: a browser drops tabs and takes a backslash for a slash."""
    target = urljoin("https://example.org/", location("/a" + text))
    assert target.startswith("https://example.org/")
