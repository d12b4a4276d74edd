"""Stores that are down, silent or broken: 503 where a session is touched, and a line in the log."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager

import pytest
from apps.framework_sessions import site
from pyre.framework import Request, Response, responses
from pyre.framework.sessions import MemoryStore, RedisStore
from pyre.framework.testing import TestClient, WebSocketRefused

from framework.request.host import Host
from framework.sessions.clients import cookies, serving, values
from framework.sessions.conftest import Redis
from framework.testing.loop import in_loop

UNAVAILABLE = {
    "title": "Service Unavailable",
    "status": 503,
    "detail": "Sessions are not available at the moment.",
}


class Failing(MemoryStore):
    """Fails in what is asked for."""

    def __init__(self, *names: str) -> None:
        super().__init__()
        self.names = set(names)
        self.failures = 0

    async def get(self, key: str) -> bytes | None:
        self._fail("get")
        return await super().get(key)

    async def set(self, key: str, octets: bytes, ttl: int, *, existing: bool) -> bool:
        self._fail("set")
        return await super().set(key, octets, ttl, existing=existing)

    async def delete(self, key: str) -> bool:
        self._fail("delete")
        return await super().delete(key)

    def _fail(self, name: str) -> None:
        if name in self.names:
            self.failures += 1
            raise ArithmeticError(f"no {name}")


@pytest.fixture
def silent() -> Iterator[str]:
    """The URL of what accepts connections, and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}"


@asynccontextmanager
async def slow_way_to(redis: Redis) -> AsyncIterator[tuple[str, asyncio.Event]]:
    """The URL of a proxy, whose replies wait until they may pass."""
    may_reply = asyncio.Event()
    may_reply.set()

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream, downstream = await asyncio.open_connection("127.0.0.1", redis.port)

        async def replies() -> None:
            while octets := await upstream.read(65536):
                await may_reply.wait()
                writer.write(octets)
            writer.close()

        async with asyncio.TaskGroup() as group:
            group.create_task(replies())
            while octets := await reader.read(65536):
                downstream.write(octets)
            downstream.close()

    server = await asyncio.start_server(pass_on, "127.0.0.1", 0)
    async with server:
        yield f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}", may_reply


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What was logged; without a traceback."""
    assert not any(record.exc_info for record in caplog.records)
    return [record.getMessage() for record in caplog.records]


async def check_that_only_touching_fails(client: TestClient) -> None:
    for path in ["/visits", "/session", "/layered/values/7", "/raises/key"]:
        response = await client.get(path)
        assert (response.status_code, response.json()) == (503, UNAVAILABLE)
        assert "set-cookie" not in response.headers
    for path in ["/untouched", "/path-only", "/static/alphabet.txt"]:
        assert (await client.get(path)).status_code == 200
    assert (await client.get("/nowhere")).status_code == 404


@in_loop
async def test_redis_goes_and_comes_back(redis: Redis, caplog: pytest.LogCaptureFixture) -> None:
    async with serving(RedisStore(redis.url)) as client:
        await client.get("/visits")
        redis.stop()
        await check_that_only_touching_fails(client)
        assert lines(caplog)
        assert all(each.startswith("the session store has failed: ") for each in lines(caplog))
        redis.start()
        assert (await client.get("/visits")).json() == 1  # it had nothing on disk
        assert (await client.get("/visits")).json() == 2


@in_loop
async def test_redis_that_says_nothing(silent: str, caplog: pytest.LogCaptureFixture) -> None:
    async with serving(RedisStore(silent), timeout=0.05) as client:
        response = await client.get("/visits")
        assert (response.status_code, response.json()) == (503, UNAVAILABLE)
        assert lines(caplog) == ["the session store has failed: no answer within 0.05 s"]


@in_loop
async def test_a_reply_that_comes_too_late_is_nobody_elses(redis: Redis) -> None:
    async with (
        slow_way_to(redis) as (url, may_reply),
        serving(RedisStore(url), timeout=2) as client,
    ):
        visitors: list[dict[str, str]] = []
        for who in "ab":
            visitors.append(cookies(await client.put("/visits", json={"who": who})))
            client.cookies.clear()
        may_reply.clear()
        late = await client.get("/session", headers=visitors[0])
        may_reply.set()
        assert late.status_code == 503
        for who, sent in zip("ab", visitors, strict=True):
            for _ in range(5):
                answer = (await client.get("/session", headers=sent)).json()
                assert answer["values"] == {"who": who}


@in_loop
async def test_a_store_that_can_not_be_read(caplog: pytest.LogCaptureFixture) -> None:
    store = Failing()
    async with serving(store) as client:
        await client.get("/visits")
        store.names.add("get")
        await check_that_only_touching_fails(client)
        assert set(lines(caplog)) == {"the session store has failed: ArithmeticError: no get"}
        store.names.clear()
        assert (await client.get("/visits")).json() == 2


@in_loop
async def test_a_store_that_can_not_be_written() -> None:
    store = Failing()
    async with serving(store) as client:
        await client.get("/visits")
        store.names.add("set")
        for path in ["/visits", "/deep", "/refused", "/stream", "/layered/values/7"]:
            response = await client.get(path)
            assert (response.status_code, response.json()) == (503, UNAVAILABLE)
            assert "set-cookie" not in response.headers
        assert await values(client) == {"visits": 1}


@pytest.mark.parametrize("path", ["/cleared", "/renewed"])
def test_who_can_not_be_signed_out_is_told_so(path: str) -> None:
    @in_loop
    async def check() -> None:
        async with serving(Failing("delete")) as client:
            await client.get("/visits")
            assert (await client.post(path)).status_code == 503
            assert await values(client) == {"visits": 1}

    check()


@in_loop
async def test_a_store_that_fails_before_it_is_awaited(caplog: pytest.LogCaptureFixture) -> None:
    store = Failing()

    def fails_at_once(_: str) -> Awaitable[bytes | None]:
        raise ArithmeticError("no coroutine")

    async with serving(store) as client:
        await client.get("/visits")
        store.get = fails_at_once  # type: ignore[method-assign, assignment]
        await check_that_only_touching_fails(client)
        assert set(lines(caplog)) == {"the session store has failed: ArithmeticError: no coroutine"}


@in_loop
async def test_what_fails_at_a_handshake_is_not_tried_again() -> None:
    store = Failing("set")
    async with serving(store) as client:
        with pytest.raises(WebSocketRefused) as refused:
            async with client.websocket("/live"):
                pass
        assert refused.value.response.status_code == 503
        assert store.failures == 1


@in_loop
async def test_a_traceback_for_who_debugs(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "pyre.framework")
    async with serving(Failing("set")) as client:
        assert (await client.get("/visits")).status_code == 503
    (record,) = [each for each in caplog.records if each.name == "pyre.framework"]
    assert record.exc_info


@in_loop
async def test_the_answer_is_for_error_handlers_to_make() -> None:
    app = site(Failing("set"))

    @app.error(503)
    async def is_down(request: Request, _: Exception) -> Response:
        return responses.HTMLResponse(f"<p>{request.path}", status=503)

    async with app.test_client() as client:
        assert (await client.get("/visits")).text == "<p>/visits"


@in_loop
async def test_who_is_cancelled_while_the_store_is_asked_ends(
    caplog: pytest.LogCaptureFixture,
) -> None:
    store = Failing()
    is_asked = asyncio.Event()

    async def hangs(_: str) -> bytes | None:
        is_asked.set()
        await asyncio.Event().wait()
        return None

    app = site(store, timeout=60)
    async with app.test_client() as client:
        sent = cookies(await client.get("/visits"))
    store.get = hangs  # type: ignore[method-assign]
    assert app.session_keeping
    assert app.session_keeping.load
    request = Request(Host(headers=list(sent.items())), app)
    loading = asyncio.ensure_future(app.session_keeping.load(request))
    await is_asked.wait()
    loading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await loading
    assert not lines(caplog)
