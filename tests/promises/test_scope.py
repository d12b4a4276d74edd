"""The scope exactly: where the specification leaves a choice, this is ours."""

import ast
from collections.abc import Iterator
from typing import Any

import pytest
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


@pytest.fixture(scope="module")
def server(serve: Launcher) -> Iterator[Server]:
    with serve("scope_app:exact") as server:
        yield server


def scope_of(server: Server, head: str, *fields: str) -> dict[str, Any]:
    scope = ast.literal_eval(server.request(head, b"", *fields).body.decode())
    assert type(scope) is dict
    return scope


def test_keys(server: Server) -> None:
    keys = set(scope_of(server, "GET /"))
    assert keys >= KEYS
    assert keys <= KEYS | {"state", "extensions"}


def test_versions(server: Server) -> None:
    assert scope_of(server, "GET /")["asgi"] == {"version": "3.0", "spec_version": "2.3"}


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("/sale-50%", "/sale-50%"),
        ("/%", "/%"),
        ("/%2", "/%2"),
        ("/%zz", "/%zz"),
        ("/%%20", "/% "),
        ("/%u20ac", "/%u20ac"),
        ("/%2525", "/%25"),
        ("/%00", "/\0"),
        ("/%0d%0a", "/\r\n"),
        ("/%ff%", "/\ufffd%"),
        ("http://localhost/%zz", "/%zz"),
    ],
)
def test_stray_percent_sign_stands_for_itself(server: Server, target: str, path: str) -> None:
    scope = scope_of(server, f"GET {target}?%&a=%zz")
    assert scope["path"] == path
    assert scope["raw_path"] == target.removeprefix("http://localhost").encode()
    assert scope["query_string"] == b"%&a=%zz"


def test_announcements_are_a_choice(serve: Launcher) -> None:
    with serve("scope_app:exact", "--asgi-spec-version", "2.5", "--no-asgi-pathsend") as server:
        scope = scope_of(server, "GET /")
    assert scope["asgi"] == {"version": "3.0", "spec_version": "2.5"}
    assert "http.response.pathsend" not in scope["extensions"]
    assert "http.response.early_hint" in scope["extensions"]


def test_headers_are_a_list_of_tuples_in_order(server: Server) -> None:
    fields = ("X-B: 1", "x-a: 2", "X-b:3", "X-Empty:", "X-Space: \t v w \t ")
    assert scope_of(server, "GET /", *fields)["headers"] == [
        (b"host", b"localhost"),
        (b"x-b", b"1"),
        (b"x-a", b"2"),
        (b"x-b", b"3"),
        (b"x-empty", b""),
        (b"x-space", b"v w"),
    ]


def test_client_and_server_are_tuples(server: Server) -> None:
    with server.connect() as connection:
        scope = ast.literal_eval(connection.request("GET /").body.decode())
        assert scope["client"] == ("127.0.0.1", connection.port)
        assert scope["server"] == server.address


def test_client_and_server_on_a_unix_socket(serve: Launcher) -> None:
    with serve("scope_app:exact", uds=True) as server:
        scope = scope_of(server, "GET /")
        assert scope["server"] == (server.address, None)
        assert scope["client"] is None


def test_path_that_is_not_utf_8_keeps_its_raw_path(server: Server) -> None:
    assert scope_of(server, "GET /%ff%fe")["raw_path"] == b"/%ff%fe"


def test_root_path_is_put_in_front_of_the_path(serve: Launcher) -> None:
    with serve("scope_app:exact", "--root-path", "/api") as server:
        scope = scope_of(server, "GET /caf%C3%A9?q")
        assert (scope["root_path"], scope["path"]) == ("/api", "/api/café")


def test_raw_path_is_what_was_received_whatever_the_root_path(serve: Launcher) -> None:
    with serve("scope_app:exact", "--root-path", "/api") as server:
        assert scope_of(server, "GET /caf%C3%A9")["raw_path"] == b"/caf%C3%A9"


def test_everything_in_the_scope_is_fresh_for_each_request(server: Server) -> None:
    """The application empties all of it: on one connection, the next one must not show that."""
    with server.connect() as connection:
        first, second = (
            ast.literal_eval(connection.request("GET /", b"", "X-A: 1").body.decode())
            for _ in range(2)
        )
    assert first == second
    assert first["asgi"]
    assert first["headers"]


def test_state_is_there_when_lifespan_ran(server: Server) -> None:
    assert scope_of(server, "GET /")["state"] == {}


@pytest.mark.parametrize(
    ("app", "options"),
    [("scope_app:exact", ("--lifespan", "off")), ("scope_app:without_lifespan", ())],
    ids=["off", "unsupported"],
)
def test_no_state_when_lifespan_did_not_run(
    serve: Launcher, app: str, options: tuple[str, ...]
) -> None:
    with serve(app, *options) as server:
        assert "state" not in scope_of(server, "GET /")
