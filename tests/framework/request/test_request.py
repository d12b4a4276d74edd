"""A request: what the host knows, and what is read from it."""

import inspect

import pytest
from pyre import psgi
from pyre.framework.request import Request

from framework.request.host import App, Endpoint, Host, in_loop


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("method", "PUT"),
        ("scheme", "https"),
        ("http_version", "2"),
        ("authority", "example.com:8000"),
        ("path", "/é"),
        ("raw_path", b"/%C3%A9"),
        ("root_path", "/api"),
        ("client", ("192.0.2.1", 1)),
        ("server", ("/run/a.sock", None)),
        ("tls", psgi.TlsInfo(version=0x0304)),
        ("state", {"a": 1}),
    ],
)
def test_what_the_host_knows(name: str, value: object) -> None:
    assert getattr(Request(Host(**{name: value}), App()), name) == value


def test_the_headers_are_the_hosts() -> None:
    assert Request(Host(headers=[("a", "b")]), App()).headers["A"] == "b"


def test_what_it_is_made_of() -> None:
    host, app, endpoint = Host(), App(), Endpoint()
    request = Request(host, app, endpoint)
    assert (request.psgi, request.app, request.endpoint) == (host, app, endpoint)
    assert request.error is None


def test_it_holds_nothing_else() -> None:
    """A misspelt attribute would be lost without a word."""
    request = Request(Host(), App())
    with pytest.raises(AttributeError):
        request.stat = {}  # type: ignore[attr-defined]


def test_it_takes_whatever_the_host_is() -> None:
    """The host here is one by its methods, with the arguments of the protocol."""
    for name in ("read", "inform", "accept", "closed", "after"):
        assert callable(getattr(Host, name))
    assert "psgi" in inspect.signature(Request).parameters


def test_the_values_of_the_path() -> None:
    endpoint = Endpoint("name", "number")
    assert Request(Host(), App(), endpoint, ("a", 1)).path_args == {"name": "a", "number": 1}
    assert Request(Host(), App(), Endpoint()).path_args == {}


def test_a_path_that_is_not_known_has_no_values() -> None:
    assert Request(Host(), App(), None, ("GET", "HEAD")).path_args == {}


@pytest.mark.parametrize(
    ("attributes", "url"),
    [
        ({}, "http://example.org/"),
        ({"raw_path": b"/a%20b"}, "http://example.org/a%20b"),
        ({"query": b"a=b&c=%20?/"}, "http://example.org/?a=b&c=%20?/"),
        (
            {"scheme": "https", "authority": "[::1]:8443", "root_path": "/é x", "raw_path": b"/a"},
            "https://[::1]:8443/%C3%A9%20x/a",
        ),
        ({"raw_path": b"*"}, "http://example.org"),
        ({"raw_path": b"/\xe9<>", "query": b'\xe9"'}, "http://example.org/%E9%3C%3E?%E9%22"),
        ({"raw_path": b"/a%2Fb;c=d,e@f:g"}, "http://example.org/a%2Fb;c=d,e@f:g"),
    ],
)
def test_the_url(attributes: dict[str, object], url: str) -> None:
    assert Request(Host(**attributes), App()).url == url


def test_there_is_one_body() -> None:
    request = Request(Host(), App())
    assert request.body is request.body


def test_what_it_is_called() -> None:
    assert repr(Request(Host(method="GET", path="/a"), App())) == "<Request GET /a>"


@in_loop
async def test_the_methods_are_the_hosts() -> None:
    host = Host()
    request = Request(host, App())
    await request.inform(103, [("link", "</a>")])
    assert host.informed == [(103, [("link", "</a>")])]
    called: list[object] = []

    async def note(*args: object) -> None:
        called.extend(args)

    request.after(note, 1, 2)
    assert not request.is_closed
    await host.finish()
    await request.closed()
    assert request.is_closed
    assert called == [1, 2]
    with pytest.raises(RuntimeError):
        request.after(note)
