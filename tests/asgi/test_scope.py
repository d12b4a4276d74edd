"""The scope of an HTTP request: every key, its exact type, and whose it is."""

import ast
from collections.abc import Iterator
from typing import Any

import pytest
from support.client import Connection, Response
from support.server import Launcher, Server

KEYS = {
    "type",
    "asgi",
    "http_version",
    "method",
    "scheme",
    "path",
    "raw_path",
    "query_string",
    "root_path",
    "headers",
    "client",
    "server",
}

OPTIONAL_KEYS = {"state", "extensions"}


@pytest.fixture(scope="module")
def server(serve: Launcher) -> Iterator[Server]:
    with serve("scope_app:app") as server:
        yield server


def scope_in(response: Response) -> dict[str, Any]:
    assert response.status == 200, response.body
    scope = ast.literal_eval(response.body.decode())
    assert type(scope) is dict
    return scope


def scope_of(server: Server, head: str, *fields: str) -> dict[str, Any]:
    return scope_in(server.request(head, b"", *fields))


def test_keys(server: Server) -> None:
    keys = set(scope_of(server, "GET /"))
    assert keys >= KEYS
    assert keys <= KEYS | OPTIONAL_KEYS


def test_type_and_versions(server: Server) -> None:
    scope = scope_of(server, "GET /")
    assert scope["type"] == "http"
    assert scope["asgi"] == {"version": "3.0", "spec_version": "2.5"}
    assert scope["scheme"] == "http"


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_http_version(server: Server, version: str) -> None:
    with server.connect() as connection:
        connection.send(f"GET / HTTP/{version}\r\nHost: localhost\r\n\r\n".encode())
        assert scope_in(connection.read_response())["http_version"] == version


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS", "DELETE", "PROPFIND", "X-Y"])
def test_method(server: Server, method: str) -> None:
    assert scope_of(server, f"{method} /")["method"] == method


def test_method_in_lower_case_is_refused_or_made_upper_case(server: Server) -> None:
    response = server.request("get /")
    assert response.status in {400, 405, 501} or scope_in(response)["method"] == "GET"


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("/", "/"),
        ("/a/b", "/a/b"),
        ("/caf%C3%A9", "/café"),
        ("/caf%c3%a9", "/café"),
        ("/%F0%9F%94%A5", "/🔥"),
        ("/a%20b+c", "/a b+c"),
        ("/a%2Fb", "/a/b"),
        ("/a%3Fb", "/a?b"),
        ("/a%25b", "/a%b"),
        ("//a//b", "//a//b"),
        ("/a/../b/./c", "/a/../b/./c"),
        ("/a;b=c", "/a;b=c"),
    ],
)
def test_path_is_decoded_and_raw_path_is_not(server: Server, target: str, path: str) -> None:
    scope = scope_of(server, f"GET {target}")
    assert scope["path"] == path
    assert scope["raw_path"] == target.encode()
    assert scope["query_string"] == b""


def test_path_that_is_not_utf_8_does_no_harm(server: Server) -> None:
    response = server.request("GET /%ff%fe")
    assert response.status == 400 or scope_in(response)["raw_path"] == b"/%ff%fe"


@pytest.mark.parametrize(
    ("target", "query_string"),
    [
        ("/p?a=1&b=%20&c=+", b"a=1&b=%20&c=+"),
        ("/p?", b""),
        ("/p?a?b", b"a?b"),
        ("/p?a=/%2F", b"a=/%2F"),
    ],
)
def test_query_string_is_kept_as_sent(server: Server, target: str, query_string: bytes) -> None:
    scope = scope_of(server, f"GET {target}")
    assert scope["query_string"] == query_string
    assert (scope["path"], scope["raw_path"]) == ("/p", b"/p")


def test_absolute_form(server: Server) -> None:
    scope = scope_of(server, "GET http://localhost/p%20q?r=s")
    assert scope["path"] == "/p q"
    assert scope["raw_path"] == b"/p%20q"
    assert scope["query_string"] == b"r=s"


def test_headers_keep_order_and_duplicates(server: Server) -> None:
    fields = ("X-B: 1", "x-a: 2", "X-b:3", "X-Empty:", "X-Space: \t v w \t ")
    scope = scope_of(server, "GET /", *fields)
    assert scope["headers"] == [
        (b"host", b"localhost"),
        (b"x-b", b"1"),
        (b"x-a", b"2"),
        (b"x-b", b"3"),
        (b"x-empty", b""),
        (b"x-space", b"v w"),
    ]


def test_header_value_outside_ascii(server: Server) -> None:
    scope = scope_of(server, "GET /", "X-Name: caf\xe9")
    assert (b"x-name", b"caf\xe9") in scope["headers"]


def test_well_known_headers_are_kept_too(server: Server) -> None:
    fields = ("Accept: */*", "Connection: keep-alive", "User-Agent: t", "Content-Length: 0")
    names = [name for name, _ in scope_of(server, "GET /", *fields)["headers"]]
    assert names == [b"host", b"accept", b"connection", b"user-agent", b"content-length"]


def test_client_and_server(server: Server) -> None:
    with server.connect() as connection:
        scope = scope_in(connection.request("GET /"))
        assert scope["client"] == ("127.0.0.1", connection.port)
        assert scope["server"] == server.address


def test_client_and_server_on_a_unix_socket(serve: Launcher) -> None:
    with serve("scope_app:app", uds=True) as server:
        scope = scope_of(server, "GET /")
        assert scope["server"] == (server.address, None)
        assert scope["client"] is None


def test_root_path_is_empty_by_default(server: Server) -> None:
    assert scope_of(server, "GET /")["root_path"] == ""


def test_root_path_is_part_of_the_path(serve: Launcher) -> None:
    with serve("scope_app:app", "--root-path", "/api") as server:
        scope = scope_of(server, "GET /caf%C3%A9?q")
        assert scope["root_path"] == "/api"
        assert scope["path"] == "/api/café"
        assert scope["query_string"] == b"q"


def test_raw_path_is_what_was_received_whatever_the_root_path(serve: Launcher) -> None:
    with serve("scope_app:app", "--root-path", "/api") as server:
        assert scope_of(server, "GET /caf%C3%A9")["raw_path"] == b"/caf%C3%A9"


def test_extensions_that_are_announced_are_defined(server: Server) -> None:
    defined = {"http.response." + name for name in ("pathsend", "zerocopysend", "trailers")}
    defined |= {"http.response.early_hint", "http.response.push", "http.response.debug"}
    assert set(scope_of(server, "GET /").get("extensions") or {}) <= defined


def test_scope_is_fresh_for_each_request(server: Server) -> None:
    """The application empties its scope: on one connection, the next one must not show that."""
    with server.connect() as connection:
        first, second = (scope_in(connection.request("GET /", b"", "X-A: 1")) for _ in range(2))
    assert first == second
    assert first["asgi"]
    assert first["headers"]


def test_scope_is_fresh_for_pipelined_requests(server: Server) -> None:
    with server.connect() as connection:
        connection.send(b"".join(b"GET /%d HTTP/1.1\r\nHost: h\r\n\r\n" % n for n in range(5)))
        scopes = [scope_in(connection.read_response()) for _ in range(5)]
    assert [scope["path"] for scope in scopes] == ["/0", "/1", "/2", "/3", "/4"]
    assert all(scope["headers"] == [(b"host", b"h")] for scope in scopes)


def test_state_is_there_when_lifespan_ran(server: Server) -> None:
    assert scope_of(server, "GET /")["state"] == {}


@pytest.mark.parametrize(
    ("app", "options"),
    [("scope_app:app", ("--lifespan", "off")), ("scope_app:without_lifespan", ())],
    ids=["off", "unsupported"],
)
def test_no_state_when_lifespan_did_not_run(
    serve: Launcher, app: str, options: tuple[str, ...]
) -> None:
    with serve(app, *options) as server:
        assert "state" not in scope_of(server, "GET /")


def test_connections_have_their_own_client(server: Server) -> None:
    with Connection(server.address) as one, Connection(server.address) as other:
        ports = [scope_in(each.request("GET /"))["client"][1] for each in (one, other)]
        assert ports == [one.port, other.port]
