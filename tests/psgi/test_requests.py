"""The attributes of a request: section 2."""

import pytest
from support.client import encoded
from support.server import Server

from psgi.asking import HANDSHAKE, text_of, value_in, value_of
from psgi.hosts import Host

APP = "psgi_evaluated:app"


@pytest.mark.parametrize("method", ["GET", "PUT", "PROPFIND", "M-SEARCH"])
def test_method(server: Server, method: str) -> None:
    assert value_of(server, "request.method", f"{method} /") == method


def test_scheme(server: Server) -> None:
    assert value_of(server, "request.scheme") == "http"


def test_scheme_and_client_are_what_a_trusted_proxy_says(host: Host) -> None:
    fields = ("X-Forwarded-Proto: https", "X-Forwarded-For: 192.0.2.1")
    with host.serve(APP, "--forwarded-allow-ips", "127.0.0.1") as server:
        assert value_of(server, "(request.scheme, request.client)", "GET /", *fields) == (
            "https",
            ("192.0.2.1", 0),
        )


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_http_version(server: Server, version: str) -> None:
    with server.connect() as connection:
        field = f"Expression: {text_of('request.http_version')}"
        connection.send(encoded("GET /", b"", field, version=version))
        assert value_in(connection.read_response()) == version


@pytest.mark.parametrize(
    ("target", "raw_path", "path", "query"),
    [
        ("/", b"/", "/", b""),
        ("/a/b", b"/a/b", "/a/b", b""),
        ("/a?", b"/a", "/a", b""),
        ("/a?b=1&c", b"/a", "/a", b"b=1&c"),
        ("/a?b?c", b"/a", "/a", b"b?c"),
        ("/a?%C3%A9+%20", b"/a", "/a", b"%C3%A9+%20"),
        ("/caf%C3%A9", b"/caf%C3%A9", "/café", b""),
        ("/caf%c3%a9", b"/caf%c3%a9", "/café", b""),
        ("/a%2Fb%20c", b"/a%2Fb%20c", "/a/b c", b""),
        ("/a%3Fb?c", b"/a%3Fb", "/a?b", b"c"),
        ("/a+b;c=d,e", b"/a+b;c=d,e", "/a+b;c=d,e", b""),
        ("/sale-50%?%", b"/sale-50%", "/sale-50%", b"%"),
        ("/%zz/%2/%%20", b"/%zz/%2/%%20", "/%zz/%2/% ", b""),
        ("//a//", b"//a//", "//a//", b""),
        ("/a/../b/.", b"/a/../b/.", "/a/../b/.", b""),
        ("/%25%32%35", b"/%25%32%35", "/%25", b""),
        ("/%ff%fe", b"/%ff%fe", "/\ufffd\ufffd", b""),
        ("/a%E2%82/b", b"/a%E2%82/b", "/a\ufffd/b", b""),
        ("/%F0%9F%94%A5", b"/%F0%9F%94%A5", "/🔥", b""),
        ("/%00%7F", b"/%00%7F", "/\0\x7f", b""),
    ],
)
def test_parts_of_the_target(
    server: Server, target: str, raw_path: bytes, path: str, query: bytes
) -> None:
    parts = "(request.raw_path, request.path, request.query)"
    assert value_of(server, parts, f"GET {target}") == (raw_path, path, query)


@pytest.mark.parametrize("target", ["/", "/a?b?c", "/caf%c3%a9?%20+", "//a/../b", "/a?"])
def test_target(server: Server, host: Host, target: str) -> None:
    origin_form = target.removesuffix("?") if "forms-of-target" in host.lacks else target
    assert value_of(server, "request.target", f"GET {target}") == origin_form.encode()


ABSOLUTE = "http://localhost/caf%C3%A9?a=b"


def test_parts_of_an_absolute_target(server: Server) -> None:
    parts = "(request.raw_path, request.path, request.query, request.authority)"
    assert value_of(server, parts, f"GET {ABSOLUTE}") == (
        b"/caf%C3%A9",
        "/café",
        b"a=b",
        "localhost",
    )


def test_target_is_what_was_received_or_its_origin_form(server: Server, host: Host) -> None:
    origin_form = b"/caf%C3%A9?a=b"
    expected = origin_form if "forms-of-target" in host.lacks else ABSOLUTE.encode()
    assert value_of(server, "request.target", f"GET {ABSOLUTE}") == expected


@pytest.mark.needs("forms-of-target")
def test_asterisk_form(server: Server) -> None:
    parts = "(request.method, request.target, request.raw_path, request.path, request.query)"
    assert value_of(server, parts, "OPTIONS *") == ("OPTIONS", b"*", b"*", "*", b"")


def test_authority_is_the_value_of_host(server: Server) -> None:
    with server.connect() as connection:
        field = f"Expression: {text_of('request.authority')}"
        connection.send(f"GET / HTTP/1.1\r\nHost: example.org:81\r\n{field}\r\n\r\n".encode())
        assert value_in(connection.read_response()) == "example.org:81"


def test_authority_without_host(server: Server) -> None:
    with server.connect() as connection:
        field = f"Expression: {text_of('request.authority')}"
        connection.send(f"GET / HTTP/1.0\r\n{field}\r\n\r\n".encode())
        assert value_in(connection.read_response()) == ""


@pytest.mark.needs("authority-of-target")
def test_authority_is_that_of_the_target_rather_than_host(server: Server) -> None:
    assert value_of(server, "request.authority", "GET http://example.org:81/") == "example.org:81"


def test_root_path(host: Host) -> None:
    parts = "(request.root_path, request.raw_path, request.path, request.query)"
    with host.serve(APP, "--root-path", "/api") as server:
        for target in ("/caf%C3%A9", "/api/caf%C3%A9"):
            raw_path = target.encode()
            path = target.replace("%C3%A9", "é")
            assert value_of(server, parts, f"GET {target}?q") == ("/api", raw_path, path, b"q")


def test_root_path_is_empty_without_a_proxy(server: Server) -> None:
    assert value_of(server, "request.root_path") == ""


def test_client_and_server(server: Server) -> None:
    with server.connect() as connection:
        field = f"Expression: {text_of('(request.client, request.server)')}"
        client, own = value_in(connection.request("GET /", b"", field))
        assert client == ("127.0.0.1", connection.port)
        assert own == server.address


def test_client_and_server_on_a_unix_socket(host: Host) -> None:
    with host.serve(APP, uds=True) as server:
        assert value_of(server, "(request.client, request.server)") == (
            None,
            (server.address, None),
        )


def test_no_tls(server: Server) -> None:
    assert value_of(server, "request.tls") is None


def test_state_is_a_dict_that_is_empty_without_a_lifespan(server: Server) -> None:
    assert value_of(server, "(type(request.state) is dict, request.state)") == (True, {})


def test_state_is_one_for_each_request(server: Server) -> None:
    with server.connect() as connection:
        for number in (1, 2):
            field = (
                f"Expression: {text_of(f'(dict(request.state), request.state.update(a={number}))')}"
            )
            assert value_in(connection.request("GET /", b"", field)) == ({}, None)


def test_state_is_the_same_each_time(server: Server) -> None:
    assert value_of(server, "(request.state.update(a=1), request.state)") == (None, {"a": 1})


@pytest.mark.needs("handshakes")
@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (HANDSHAKE, True),
        (("upgrade: WebSocket", "connection: keep-alive, UPGRADE", *HANDSHAKE[2:]), True),
        ((), False),
        (("Upgrade: h2c", "Connection: Upgrade"), False),
        (HANDSHAKE[1:], False),
        (HANDSHAKE[:1] + HANDSHAKE[2:], False),
    ],
    ids=["handshake", "other-case", "none", "other-protocol", "no-upgrade", "no-connection"],
)
def test_is_websocket(server: Server, fields: tuple[str, ...], *, expected: bool) -> None:
    assert value_of(server, "request.is_websocket", "GET /", *fields) is expected


@pytest.mark.parametrize(
    ("fields", "version"),
    [
        pytest.param(HANDSHAKE, "1.0", marks=pytest.mark.needs("versions-of-handshakes")),
        (HANDSHAKE[:2], "1.1"),
    ],
    ids=["http-1.0", "no-key"],
)
def test_what_is_no_handshake(server: Server, fields: tuple[str, ...], version: str) -> None:
    """RFC 6455 §4.2.1: the version of HTTP is 1.1 at least, and there is a key."""
    with server.connect() as connection:
        field = f"Expression: {text_of('request.is_websocket')}"
        connection.send(encoded("GET /", b"", field, *fields, version=version))
        response = connection.read_response()
    # A host may also refuse by itself what means to be a handshake, and is none.
    assert response.status >= 400 or value_in(response) is False


def test_not_closed_while_it_is_answered(server: Server) -> None:
    assert value_of(server, "request.is_closed") is False


def test_trailers_are_empty_before_the_body_was_read(server: Server) -> None:
    expression = "(len(request.trailers), list(request.trailers), request.trailers.raw)"
    assert value_of(server, expression) == (0, [], ())


def test_server_capabilities(server: Server, host: Host) -> None:
    """ASGI says what the host can do for this peer, so the peer has to take everything."""
    found = "request.server_capabilities"
    expression = f"(type({found}).__name__, sorted({found}))"
    kind, capabilities = value_of(server, expression, "GET /", "TE: trailers", "Connection: TE")
    assert kind == "frozenset"
    # ASGI tells of WebSocket by a scope of its own only.
    assert set(capabilities) - {"websocket"} == host.capabilities - {"websocket"}


def test_attributes_are_the_same_each_time(server: Server) -> None:
    names = "('method', 'path', 'raw_path', 'query', 'target', 'headers', 'client', 'state')"
    expression = f"[getattr(request, name) == getattr(request, name) for name in {names}]"
    assert value_of(server, f"all({expression})") is True


@pytest.mark.parametrize(
    "attribute",
    [
        "method",
        "scheme",
        "http_version",
        "target",
        "raw_path",
        "path",
        "query",
        "root_path",
        "authority",
        "headers['host']",
        "client",
        "server",
        "tls",
        "state",
        "is_websocket",
        "server_capabilities",
    ],
)
def test_attributes_may_be_read_from_any_thread(server: Server, attribute: str) -> None:
    elsewhere = f"await asyncio.to_thread(lambda: request.{attribute})"
    assert value_of(server, f"({elsewhere}) == request.{attribute}") is True


@pytest.mark.parametrize("attribute", ["method", "path", "headers", "client", "is_closed"])
def test_attributes_are_read_only(server: Server, attribute: str) -> None:
    """The types say so: the members of the protocol are properties."""
    assert value_of(server, f"isinstance(psgi.Request.{attribute}, property)") is True


def test_requests_of_a_connection_do_not_know_of_each_other(server: Server) -> None:
    field = f"Expression: {text_of('(request.method, request.path, len(request.headers))')}"
    with server.connect() as connection:
        connection.send(encoded("PUT /one", b"", field, "X: 1") + encoded("GET /two", b"", field))
        assert value_in(connection.read_response()) == ("PUT", "/one", 3)
        assert value_in(connection.read_response()) == ("GET", "/two", 2)
