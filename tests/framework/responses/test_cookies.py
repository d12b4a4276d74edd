"""Cookies that a response sets."""

from datetime import UTC, datetime, timedelta, timezone
from http.cookies import Morsel, SimpleCookie
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyre.framework.responses import Response

from framework.responses.strict_cookies import read_set_cookie


def set_cookie(name: str = "a", value: str = "b", **attributes: Any) -> str:
    """The field that is sent."""
    response = Response()
    response.set_cookie(name, value, **attributes)
    return response.headers["set-cookie"]


@pytest.mark.parametrize(
    ("attributes", "line"),
    [
        ({}, "a=b; Path=/; HttpOnly; SameSite=Lax"),
        ({"httponly": False, "samesite": None, "path": None}, "a=b"),
        ({"max_age": 60}, "a=b; Path=/; Max-Age=60; HttpOnly; SameSite=Lax"),
        ({"max_age": timedelta(days=1)}, "a=b; Path=/; Max-Age=86400; HttpOnly; SameSite=Lax"),
        ({"max_age": -1}, "a=b; Path=/; Max-Age=-1; HttpOnly; SameSite=Lax"),
        (
            {"expires": datetime(2030, 1, 1, 1, tzinfo=timezone(timedelta(hours=1)))},
            "a=b; Path=/; Expires=Tue, 01 Jan 2030 00:00:00 GMT; HttpOnly; SameSite=Lax",
        ),
        (
            {"path": "/a-b", "domain": "example.org"},
            "a=b; Domain=example.org; Path=/a-b; HttpOnly; SameSite=Lax",
        ),
        (
            {"secure": True, "samesite": "strict"},
            "a=b; Path=/; Secure; HttpOnly; SameSite=Strict",
        ),
        ({"samesite": "none"}, "a=b; Path=/; Secure; HttpOnly; SameSite=None"),
        ({"partitioned": True}, "a=b; Path=/; Secure; HttpOnly; SameSite=Lax; Partitioned"),
        ({"prefix": "host"}, "__Host-a=b; Path=/; Secure; HttpOnly; SameSite=Lax"),
        (
            {"prefix": "secure", "path": "/x"},
            "__Secure-a=b; Path=/x; Secure; HttpOnly; SameSite=Lax",
        ),
    ],
)
def test_attributes(attributes: dict[str, Any], line: str) -> None:
    assert set_cookie(**attributes) == line


@pytest.mark.parametrize("name", ["__Host-a", "__hOsT-a", "__Secure-a", "__secure-a"])
def test_a_prefix_that_is_written_out(name: str) -> None:
    assert "; Secure" in set_cookie(name)
    with pytest.raises(ValueError, match=r"prefix.*secure=True"):
        set_cookie(name, secure=False)
    with pytest.raises(ValueError, match="leave prefix= out"):
        set_cookie(name, prefix="host")


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        ({"name": ""}, "token"),
        ({"name": "a b"}, "token"),
        ({"name": "a=b"}, "token"),
        ({"name": "a;b"}, "token"),
        ({"name": "é"}, "token"),
        ({"name": "a\r\nb"}, "token"),
        ({"value": "a b"}, r"blank.*urllib\.parse\.quote"),
        ({"value": "a,b"}, "comma"),
        ({"value": "a;b"}, "semicolon"),
        ({"value": '"a"'}, "quotation mark"),
        ({"value": "a\\b"}, "backslash"),
        ({"value": "a\r\nset-cookie: b=c"}, "control"),
        ({"value": "é"}, "non-ASCII"),
        ({"value": "v" * 4096}, "4097 octets.*4096"),
        ({"path": "a"}, 'begins with "/"'),
        ({"path": ""}, 'begins with "/"'),
        ({"path": "/a;b"}, "semicolon"),
        ({"path": "/a b"}, "blank"),
        ({"path": "/é"}, "non-ASCII"),
        ({"path": "/\r\n"}, "control"),
        ({"path": "/" + "a" * 1024}, "1025 octets.*1024"),
        ({"domain": ".example.org"}, "'example.org'"),
        ({"domain": ""}, "host name"),
        ({"domain": "example.org:80"}, "host name"),
        ({"domain": "exämple.org"}, "ASCII"),
        ({"domain": "example..org"}, "host name"),
        ({"domain": "a.org; Path=/"}, "host name"),
        ({"domain": "a.org\n"}, "host name"),
        ({"domain": ".".join(["a" * 60] * 17)}, "1036 octets.*1024"),
        ({"samesite": "Lax"}, "'Lax'"),
        ({"samesite": "none", "secure": False}, r'samesite="none".*secure=True'),
        ({"partitioned": True, "secure": False}, r"partitioned.*secure=True"),
        ({"prefix": "host", "secure": False}, r"__Host-a.*secure=True"),
        ({"prefix": "secure", "secure": False}, r"__Secure-a.*secure=True"),
        ({"prefix": "host", "path": "/a"}, r'path="/"'),
        ({"prefix": "host", "path": None}, r'path="/"'),
        ({"prefix": "host", "domain": "a.org"}, "no domain"),
        ({"name": "__HOST-a", "domain": "a.org"}, "no domain"),
        ({"prefix": "http"}, "'http'"),
        ({"expires": datetime(2030, 1, 1)}, "time zone"),  # noqa: DTZ001
        ({"expires": datetime(1600, 1, 1, tzinfo=UTC)}, "1601"),
    ],
)
def test_what_a_browser_would_refuse(attributes: dict[str, Any], words: str) -> None:
    response = Response()
    with pytest.raises(ValueError, match=words):
        response.set_cookie(**{"name": "a", "value": "b", **attributes})
    assert not response.headers


@pytest.mark.parametrize("attributes", [{"value": 5}, {"max_age": 1.5}, {"max_age": True}])
def test_wrong_types(attributes: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="must be"):
        set_cookie(**attributes)


def test_limits_are_kept_exactly() -> None:
    assert len(read_set_cookie(set_cookie("a", "v" * 4095)).value) == 4095
    assert len(read_set_cookie(set_cookie(path="/" + "a" * 1023)).attributes["path"]) == 1024


def test_the_same_cookie_is_sent_once() -> None:
    response = Response(headers=[("set-cookie", "other=1")])
    response.set_cookie("a", "1")
    response.set_cookie("ab", "1")
    response.set_cookie("a", "2", max_age=5)
    assert [each.partition(";")[0] for each in response.headers.getall("set-cookie")] == [
        *("other=1", "ab=1", "a=2")
    ]


def test_cookies_of_one_name_that_are_others() -> None:
    response = Response()
    for scope in (
        *({}, {"path": "/a"}, {"path": "/A"}, {"path": None}, {"domain": "a.org"}),
        {"partitioned": True},
    ):
        response.set_cookie("a", "1", **scope)
    assert len(response.headers.getall("set-cookie")) == 6


def test_deleting() -> None:
    response = Response()
    response.set_cookie("a", "1", prefix="host")
    response.delete_cookie("a", prefix="host")
    assert response.headers["set-cookie"] == (
        "__Host-a=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; "
        "Secure; HttpOnly; SameSite=Lax"
    )
    response.delete_cookie("b", path="/x", domain="a.org")
    assert "Domain=a.org; Path=/x; Max-Age=0" in response.headers.getall("set-cookie")[1]


PREFIXES = {None: "", "host": "__Host-", "secure": "__Secure-"}

names = st.one_of(st.text(max_size=10), st.from_regex(r"\A(__host-|__Secure-)?[!#-'*+.^-z|~-]+\Z"))

attributes_of_cookies = st.fixed_dictionaries(
    {},
    optional={
        "max_age": st.integers(),
        "expires": st.datetimes(timezones=st.just(UTC)),
        "path": st.one_of(st.none(), st.text(max_size=5).map(lambda text: "/" + text), st.text()),
        "domain": st.one_of(st.none(), st.sampled_from(["a.org", ".a.org"]), st.text(max_size=5)),
        "secure": st.sampled_from([None, False, True]),
        "httponly": st.booleans(),
        "samesite": st.sampled_from([None, "strict", "lax", "none"]),
        "partitioned": st.booleans(),
        "prefix": st.sampled_from([None, "host", "secure"]),
    },
)


@given(names, st.text(max_size=10), attributes_of_cookies)
def test_what_is_accepted_is_read_back(name: str, value: str, attributes: dict[str, Any]) -> None:
    try:
        line = set_cookie(name, value, **attributes)
    except ValueError:
        return
    cookie = read_set_cookie(line)
    assert cookie.name == PREFIXES[attributes.get("prefix")] + name
    assert cookie.value == value
    assert ("httponly" in cookie.attributes) == attributes.get("httponly", True)
    assert cookie.attributes.get("path") == attributes.get("path", "/")
    assert cookie.attributes.get("domain") == attributes.get("domain")
    same_site = cookie.attributes.get("samesite")
    assert (same_site and same_site.lower()) == attributes.get("samesite", "lax")
    if cookie.name.lower() not in Morsel._reserved and not cookie.name.startswith("$"):  # noqa: SLF001
        by_the_standard_library(line, cookie.name, value)


def by_the_standard_library(line: str, name: str, value: str) -> None:
    cookies = SimpleCookie(line.removesuffix("; Partitioned"))  # unknown to it before 3.14
    assert [(each.key, each.value) for each in cookies.values()] == [(name, value)]


@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=30))
def test_values_of_visible_characters(value: str) -> None:
    is_allowed = not set(value) & set('",;\\')
    try:
        line = set_cookie(value=value)
    except ValueError:
        assert not is_allowed
    else:
        assert is_allowed
        assert read_set_cookie(line).value == value
        by_the_standard_library(line, "a", value)
