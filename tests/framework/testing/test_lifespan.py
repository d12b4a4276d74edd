"""The lifespan of the application under test."""

import asyncio
from typing import Any

import pytest
from pyre.framework.testing import LifespanError, TestClient
from pyre.server.asgi import ASGIApplication, Message, Receive, Scope, Send

from framework.testing.applications import ExpectedError, answer
from framework.testing.loop import in_loop

COMPLETE = [
    {"type": "lifespan.startup.complete"},
    {"type": "lifespan.shutdown.complete"},
]


def app_of(*answers: Message | Exception | None) -> ASGIApplication:
    """An application that answers the messages of its lifespan; ``None`` is never."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await answer(send, repr("state" in scope).encode())
            return
        for each in answers:
            await receive()
            if each is None:
                await asyncio.Event().wait()
            if isinstance(each, Exception):
                raise each
            await send(each)

    return app


@pytest.mark.parametrize(
    "answers", [(), (ExpectedError("no lifespan"),)], ids=["returns", "raises"]
)
@in_loop
async def test_an_application_without_lifespan(answers: Any) -> None:
    async with TestClient(app_of(*answers)) as client:
        assert (await client.get("/")).text == "False"
    with pytest.raises(LifespanError, match="no lifespan") as error:
        await TestClient(app_of(*answers), lifespan="on").__aenter__()
    assert [error.value.__cause__] == [*answers] or not answers


@in_loop
async def test_an_application_with_a_lifespan() -> None:
    async with TestClient(app_of(*COMPLETE), lifespan="on") as client:
        assert (await client.get("/")).text == "True"


@in_loop
async def test_a_start_that_fails() -> None:
    failed = {"type": "lifespan.startup.failed", "message": "Traceback\n  ...\nKeyError: 'port'\n"}
    client = TestClient(app_of(failed))
    with pytest.raises(LifespanError, match=r"^lifespan\.startup\.failed: KeyError: 'port'$"):
        await client.__aenter__()
    assert client.is_closed


@in_loop
async def test_a_start_that_fails_with_an_exception() -> None:
    async def app(_scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.failed"})
        raise ExpectedError("the reason")

    with pytest.raises(LifespanError, match="no reason given") as error:
        await TestClient(app).__aenter__()
    assert isinstance(error.value.__cause__, ExpectedError)


@in_loop
async def test_a_start_that_does_not_end() -> None:
    client = TestClient(app_of(None), patience=0.01)
    with pytest.raises(LifespanError, match=r"not answered lifespan\.startup in 0\.01 s"):
        await client.__aenter__()


@in_loop
async def test_a_start_that_is_cancelled() -> None:
    client = TestClient(app_of(None))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await client.__aenter__()
    assert client.is_closed


@in_loop
async def test_a_stop_that_fails() -> None:
    failed = {"type": "lifespan.shutdown.failed", "message": "too late"}
    client = TestClient(app_of(COMPLETE[0], failed))
    await client.__aenter__()
    with pytest.raises(LifespanError, match="too late"):
        await client.__aexit__()


@in_loop
async def test_a_stop_that_raises() -> None:
    client = TestClient(app_of(COMPLETE[0], ExpectedError("at the end")))
    await client.__aenter__()
    with pytest.raises(LifespanError) as error:
        await client.__aexit__()
    assert isinstance(error.value.__cause__, ExpectedError)


@in_loop
async def test_a_stop_that_does_not_end() -> None:
    client = TestClient(app_of(COMPLETE[0], None), patience=0.01)
    await client.__aenter__()
    with pytest.raises(LifespanError, match=r"not answered lifespan\.shutdown in 0\.01 s"):
        await client.__aexit__()


@in_loop
async def test_a_lifespan_that_does_not_end_after_its_last_answer() -> None:
    async def app(_scope: Scope, receive: Receive, send: Send) -> None:
        for message in COMPLETE:
            await receive()
            await send(message)
        await asyncio.Event().wait()

    async with TestClient(app, patience=0.01):
        pass


@in_loop
async def test_a_lifespan_that_ends_before_the_stop() -> None:
    async with TestClient(app_of(COMPLETE[0])) as client:
        assert (await client.get("/")).text == "True"


@pytest.mark.parametrize(
    "wrong",
    ["lifespan.shutdown.complete", "http.response.start", "lifespan.startup.soon", "lifespan"],
)
@in_loop
async def test_a_message_in_a_wrong_place(wrong: str) -> None:
    client = TestClient(app_of({"type": wrong}), lifespan="on")
    with pytest.raises(LifespanError) as error:
        await client.__aenter__()
    assert isinstance(error.value.__cause__, RuntimeError)
