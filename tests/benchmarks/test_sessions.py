"""What the sites do whose sessions are measured, and how a sample comes with a session."""

import asyncio
import functools

import httpx
import pytest
from frameworks import pyre_sessions, starlette_sessions
from harness import workloads
from harness.clients import cookie_of
from harness.errors import PeerError
from harness.generators import Request
from harness.servers import CONTENT_LENGTH, Running
from harness.workloads import Load

ALL = [
    pytest.param(app, id=f"{module.__name__}-{name}")
    for module in (pyre_sessions, starlette_sessions)
    for name, app in vars(module).items()
    if name.startswith(("without", "untouched", "read", "changed"))
]


def visit(app) -> tuple[str, httpx.Response]:
    """The cookie of signing in, and the answer to who comes with it."""

    async def ask() -> tuple[str, httpx.Response]:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            signed_in = await client.get("/sign-in")
            client.cookies.clear()
            cookie = signed_in.headers["set-cookie"].partition(";")[0]
            return cookie, await client.get("/", headers={"cookie": cookie})

    return asyncio.run(ask())


@pytest.mark.parametrize("app", ALL)
def test_all_answer_the_same(app):
    cookie, response = visit(app)
    assert (response.status_code, response.text) == (200, "Hello, world!")
    assert 80 <= len(cookie) <= 95


@pytest.mark.parametrize("store", ["", "_in_memory"])
@pytest.mark.parametrize(
    ("act", "fields"),
    [("untouched", set()), ("read", {"vary"}), ("changed", {"vary", "set-cookie"})],
)
def test_each_does_what_it_is_called_after(store: str, act: str, fields: set[str]):
    cookie, response = visit(getattr(pyre_sessions, act + store))
    assert cookie.startswith("session=")
    assert {"vary", "set-cookie"} & set(response.headers) == fields


def test_starlette_changes_it_too():
    _, response = visit(starlette_sessions.changed)
    assert "set-cookie" in response.headers


@pytest.fixture
def serve():
    """A server that answers once, with these fields."""

    async def answer(fields: str, function):
        async def respond(reader, writer):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(f"HTTP/1.1 200 OK\r\n{fields}Content-Length: 0\r\n\r\n".encode())
            writer.close()

        server = await asyncio.start_server(respond, "127.0.0.1", 0)
        async with server:
            return await asyncio.to_thread(function, server.sockets[0].getsockname()[1])

    return lambda fields, function: asyncio.run(answer(fields, function))


def test_a_sample_comes_with_the_cookie_of_signing_in(serve, monkeypatch):
    asked = []
    monkeypatch.setattr(workloads, "loaded", lambda request, _server, _load: asked.append(request))

    def sample(port: int) -> None:
        workloads.signed_in(Request("/", CONTENT_LENGTH), Running(1, port, 1.0), Load(0, 1))

    serve("Set-Cookie: session=a.b; Path=/; HttpOnly\r\n", sample)
    assert [request.headers for request in asked] == [(("Cookie", "session=a.b"),)]


def test_who_signs_nobody_in_is_told(serve):
    with pytest.raises(PeerError, match="sets no cookie at /sign-in"):
        serve("", functools.partial(cookie_of, path="/sign-in"))
