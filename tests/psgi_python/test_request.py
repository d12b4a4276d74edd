"""The attributes of a request on a scope, of which servers leave out one thing or another."""

import pytest
from pyre import psgi

from psgi_python.asgi_server import LAST, AsgiServer, in_loop

HANDSHAKE = {
    b"upgrade": b"websocket",
    b"connection": b"Upgrade",
    b"sec-websocket-key": b"dGhlIHNhbXBsZSBub25jZQ==",
    b"sec-websocket-version": b"13",
}


async def attributes_of(scope, *names):
    """What an application finds in its request."""
    found = []

    async def app(request):
        found.extend(getattr(request, name) for name in names)
        return psgi.Response()

    server = AsgiServer(psgi.to_asgi(app))
    server.scope = {**server.scope, **scope}
    await server.run(LAST)
    return found


@in_loop
@pytest.mark.parametrize(
    ("scope", "name", "expected"),
    [
        ({"method": "PUT"}, "method", "PUT"),
        ({}, "scheme", "http"),
        ({"scheme": "https"}, "scheme", "https"),
        ({"http_version": "2"}, "http_version", "2"),
        ({}, "query", b""),
        ({"query_string": b"a=b"}, "query", b"a=b"),
        ({}, "client", None),
        ({"client": None}, "client", None),
        ({"client": ["127.0.0.1", 5]}, "client", ("127.0.0.1", 5)),
        ({"client": ("127.0.0.1", "5")}, "client", ("127.0.0.1", 5)),  # granian
        ({"server": None}, "server", None),
        ({"server": ["/run/a.sock", None]}, "server", ("/run/a.sock", None)),
        ({}, "authority", ""),
        ({"headers": [[b"host", b"example.org"]]}, "authority", "example.org"),
        ({}, "tls", None),
        ({"extensions": None}, "tls", None),
        ({}, "state", {}),
        ({"state": {"a": 1}}, "state", {"a": 1}),
        ({}, "is_closed", False),
        ({}, "server_capabilities", frozenset()),
        ({"extensions": None}, "server_capabilities", frozenset()),
        ({"extensions": {"http.response.pathsend": {}}}, "server_capabilities", {"file"}),
        ({"extensions": {"http.response.zerocopysend": {}}}, "server_capabilities", {"file"}),
        ({"extensions": {"http.response.trailers": {}}}, "server_capabilities", {"trailers"}),
        (
            {"extensions": {"http.response.early_hint": {}}},
            "server_capabilities",
            {"informational"},
        ),
        ({"extensions": {"http.response.push": {}}}, "server_capabilities", frozenset()),
    ],
)
async def test_attributes(scope, name, expected):
    assert await attributes_of(scope, name) == [expected]


@in_loop
@pytest.mark.parametrize(
    ("root_path", "path", "raw_path", "expected"),
    [
        ("", "/a", b"/a", (b"/a", "/a")),
        ("", "/a b", b"/a%20b", (b"/a%20b", "/a b")),
        ("", "/a b/é", None, (b"/a%20b/%C3%A9", "/a b/é")),
        ("/api", "/api/a", b"/api/a", (b"/a", "/a")),
        ("/api", "/api/a", b"/a", (b"/a", "/a")),
        ("/api", "/api/a", None, (b"/a", "/a")),
        ("/api", "/a", b"/a", (b"/a", "/a")),
        ("/api", "/api/api/a", b"/api/a", (b"/api/a", "/api/a")),
        ("/api", "/api/api/a", b"/api/api/a", (b"/api/a", "/api/a")),
        ("/é", "/é/a%b", b"/%C3%A9/a%25b", (b"/a%25b", "/a%b")),
        ("/a b", "/a b/c", b"/a%20b/c", (b"/c", "/c")),
    ],
)
async def test_paths(root_path, path, raw_path, expected):
    """ASGI's path has the root path in it, and servers differ in whether the raw one has it."""
    scope = {"root_path": root_path, "path": path}
    if raw_path is not None:
        scope["raw_path"] = raw_path
    found = await attributes_of(scope, "raw_path", "path", "root_path", "target")
    assert found == [*expected, root_path, expected[0]]


@in_loop
async def test_the_target_is_the_origin_form():
    scope = {"raw_path": b"/a%20b", "path": "/a b", "query_string": b"c=d?e"}
    assert await attributes_of(scope, "target") == [b"/a%20b?c=d?e"]


@in_loop
@pytest.mark.parametrize(
    ("scope", "fields", "expected"),
    [
        ({}, {}, True),
        ({"http_version": "1.0"}, {}, False),
        ({"method": "POST"}, {}, False),
        ({}, {b"upgrade": b"WebSocket, h2c"}, True),
        ({}, {b"upgrade": b"h2c"}, False),
        ({}, {b"connection": b"keep-alive, upgrade"}, True),
        ({}, {b"connection": b"keep-alive"}, False),
        ({}, {b"sec-websocket-version": b"8"}, False),
        ({}, {b"sec-websocket-key": b"too short"}, False),
        ({}, {b"sec-websocket-key": b""}, False),
    ],
)
async def test_handshakes_of_a_server_that_knows_none(scope, fields, expected):
    scope = scope | {"headers": list({**HANDSHAKE, **fields}.items())}
    assert await attributes_of(scope, "is_websocket") == [expected]


@in_loop
async def test_tls():
    tls = {
        "server_cert": "server",
        "client_cert_chain": ["client", "authority"],
        "client_cert_name": "CN=client",
        "client_cert_error": None,
        "tls_version": 0x0304,
        "cipher_suite": 0x1301,
    }
    (found,) = await attributes_of({"extensions": {"tls": tls}}, "tls")
    assert found == psgi.TlsInfo(
        version=0x0304,
        cipher_suite=0x1301,
        server_certificate="server",
        client_certificates=("client", "authority"),
        client_name="CN=client",
    )


@in_loop
async def test_attributes_are_the_same_each_time():
    async def app(request):
        assert request.headers is request.headers
        assert request.state is request.state
        request.state["a"] = 1
        assert request.state == {"a": 1}
        return psgi.Response()

    await AsgiServer(psgi.to_asgi(app)).run(LAST)


@in_loop
async def test_trailers_are_empty():
    async def app(request):
        await request.read()
        assert list(request.trailers) == []
        return psgi.Response()

    await AsgiServer(psgi.to_asgi(app)).run(LAST)
