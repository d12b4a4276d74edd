"""What an application is told of a request."""

import contextvars
from typing import Any

import pytest
from pyre.framework.testing import TestClient
from pyre.server.asgi import Receive, Scope, Send

from framework.testing.applications import answer
from framework.testing.loop import in_loop

variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable")


class Scopes:
    """Keeps the scopes that it is called with."""

    def __init__(self) -> None:
        self.scopes: list[Scope] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scopes.append(scope)
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept"})
        else:
            await answer(send, b"")


async def scope_of(method: str = "GET", path: str = "/", **options: Any) -> Scope:
    """The scope of a request."""
    app = Scopes()
    async with TestClient(app, lifespan="off", **options) as client:
        await client.request(method, path, headers={"X-Tag": "a"})
    (scope,) = app.scopes
    return scope


@in_loop
async def test_http() -> None:
    scope = await scope_of("PATCH", "/a%2Fb/caf%C3%A9?x=%20y&z")
    headers = scope.pop("headers")
    assert scope == {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.5"},
        "http_version": "1.1",
        "method": "PATCH",
        "scheme": "http",
        "path": "/a/b/café",
        "raw_path": b"/a%2Fb/caf%C3%A9",
        "query_string": b"x=%20y&z",
        "root_path": "",
        "client": ("127.0.0.1", 50000),
        "server": ("testserver", 80),
        "extensions": {},
    }
    assert (b"host", b"testserver") in headers
    assert (b"x-tag", b"a") in headers


@in_loop
async def test_websocket() -> None:
    app = Scopes()
    async with (
        TestClient(app, lifespan="off", base_url="https://a.test", cookies={"c": "1"}) as client,
        client.websocket("/ws?x=1", subprotocols=["a", "b"], headers={"X-Tag": "a"}),
    ):
        pass
    (scope,) = app.scopes
    assert "method" not in scope
    assert scope["scheme"] == "wss"
    assert scope["server"] == ("a.test", 443)
    assert scope["path"] == "/ws"
    assert scope["query_string"] == b"x=1"
    assert scope["subprotocols"] == ["a", "b"]
    headers = dict(scope["headers"])
    assert headers[b"sec-websocket-protocol"] == b"a, b"
    assert headers[b"upgrade"] == b"websocket"
    assert headers[b"cookie"] == b"c=1"
    assert headers[b"x-tag"] == b"a"


@in_loop
async def test_root_path_is_in_front_of_the_path() -> None:
    scope = await scope_of(path="/b%20c", root_path="/a é")
    assert scope["root_path"] == "/a é"
    assert scope["path"] == "/a é/b c"
    assert scope["raw_path"] == b"/a%20%C3%A9/b%20c"


@in_loop
async def test_addresses() -> None:
    scope = await scope_of(base_url="https://b.test:8443/in", client=("::1", 9))
    assert scope["client"] == ("::1", 9)
    assert scope["server"] == ("b.test", 8443)
    assert scope["scheme"] == "https"
    assert scope["path"] == "/in/"


@in_loop
async def test_header_fields_of_the_client() -> None:
    scope = await scope_of(headers={"authorization": "of-each-request"})
    assert (b"authorization", b"of-each-request") in scope["headers"]


@in_loop
async def test_each_request_has_a_copy_of_the_state() -> None:
    states: list[dict[str, Any]] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await receive()
            scope["state"]["shared"] = []
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
        else:
            scope["state"]["own"] = len(states)
            states.append(scope["state"])
            await answer(send, b"")

    async with TestClient(app) as client:
        await client.get("/")
        await client.get("/")
    assert [state["own"] for state in states] == [0, 1]
    assert states[0]["shared"] is states[1]["shared"]


@in_loop
async def test_context_variables_go_in_and_not_out() -> None:
    seen: list[str] = []

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        seen.append(variable.get())
        variable.set("of the application")
        await answer(send, b"")

    variable.set("of the test")
    async with TestClient(app, lifespan="off") as client:
        await client.get("/")
        await client.get("/")
        assert variable.get() == "of the test"
    assert seen == ["of the test"] * 2


@in_loop
async def test_a_client_that_is_not_open_calls_nothing() -> None:
    app = Scopes()
    client = TestClient(app)
    with pytest.raises(RuntimeError, match=r"async with TestClient\(app\)"):
        await client.get("/")
    with pytest.raises(RuntimeError, match=r"async with TestClient\(app\)"):
        client.websocket("/")
    await client.aclose()
    assert app.scopes == []
