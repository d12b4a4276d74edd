"""A request leaves nothing behind that only the garbage collector finds."""

import asyncio
import gc
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

import pytest
from apps.framework_loaded import app
from support.client import encoded
from support.load import answer_all_at_once
from support.server import Launcher, Server

from framework.calls import Call, by_psgi
from framework.request.multipart_bodies import CONTENT_TYPE, body, part

Result = TypeVar("Result")

REQUESTS = 1000

FOUND = 100
"""What a loop, or the measuring itself, may leave: far less than one a request."""

JSON = "content-type: application/json"
FORM = f"content-type: {CONTENT_TYPE}"
FORM_BODY = body(part('name="a"', b"1"), part('name="f"; filename="f"', b"content"))

ANSWERED = {
    "hello": ("GET /hello/you", b"", ()),
    "plain": ("GET /plain/you", b"", ()),
    "layers": ("GET /layers/you?page=2", b"", ()),
    "json": ("POST /json", b'{"name":"a","number":1}', (JSON,)),
    "form": ("POST /form", FORM_BODY, (FORM,)),
    "handled": ("GET /handled/a", b"", ()),
    "stream": ("GET /stream", b"", ()),
    "events": ("GET /events", b"", ()),
    "after": ("GET /after", b"", ()),
    "session": ("GET /session", b"", ()),
}

REFUSED = {
    "not-found": ("GET /nowhere", b"", ()),
    "not-allowed": ("DELETE /json", b"", ()),
    "error": ("GET /error", b"", ()),
    "handled-badly": ("GET /handled-badly", b"", ()),
    "unfit-session": ("GET /session/unfit", b"", ()),
    "wrong-query": ("GET /layers/a?page=x", b"", ()),
    "wrong-json": ("POST /json", b'{"name":1}', (JSON,)),
    "malformed-json": ("POST /json", b"{", (JSON,)),
    "wrong-type": ("POST /json", b"{}", ()),
    "malformed-form": ("POST /form", b"--", (FORM,)),
}


@pytest.fixture(scope="module", params=["asyncio", "uvloop"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    serve = Launcher(options=("--interface", "psgi", "--no-access-log", "--loop", request.param))
    with serve("framework_loaded:app") as server:
        yield server


def garbage(server: Server) -> int:
    return int(server.request("GET /garbage").body)


@pytest.mark.parametrize("request_parts", ANSWERED.values(), ids=ANSWERED)
def test_on_the_server(server: Server, request_parts) -> None:
    head, content, fields = request_parts
    octets = encoded(head, content, *fields)
    answer_all_at_once(server.address, octets, 20)
    garbage(server)
    answer_all_at_once(server.address, octets, REQUESTS)
    assert garbage(server) < FOUND


@pytest.mark.parametrize(
    ("path", "field"), [("/json", JSON), ("/form", FORM)], ids=["json", "form"]
)
def test_of_peers_that_leave(server: Server, path: str, field: str) -> None:
    def leave(times: int) -> None:
        for _ in range(times):
            connection = server.connect()
            head = encoded(f"POST {path}", b"", field, "Content-Length: 1000")
            connection.send(head + FORM_BODY[:50])
            connection.reset()

    leave(20)
    garbage(server)
    leave(REQUESTS)
    assert garbage(server) < FOUND


@pytest.mark.parametrize(
    "request_parts", [*ANSWERED.values(), *REFUSED.values()], ids=[*ANSWERED, *REFUSED]
)
def test_on_any_host(request_parts) -> None:
    head, content, lines = request_parts
    method, _, target = head.partition(" ")
    path, _, query = target.encode().partition(b"?")
    fields = [tuple(line.encode().split(b": ", 1)) for line in lines]

    async def ask() -> int:
        pieces = [content] if content else []
        return (await by_psgi(app, Call(path, query, method, fields, pieces))).status

    statuses = assert_no_garbage(ask)
    assert (statuses == {200}) == (request_parts in ANSWERED.values())


def assert_no_garbage(ask: Callable[[], Awaitable[Result]]) -> set[Result]:
    """Ask many times, and return what came of it."""

    async def ask_again(times: int) -> set[Result]:
        return {await ask() for _ in range(times)}

    with asyncio.Runner() as runner:
        runner.run(ask_again(20))
        gc.collect()
        gc.disable()
        try:
            results = runner.run(ask_again(REQUESTS))
            assert gc.collect() < FOUND
        finally:
            gc.enable()
    return results
