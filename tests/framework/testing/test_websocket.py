"""A WebSocket, where the application or the test does something odd."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from pyre.framework.testing import TestClient, WebSocketClosed, WebSocketRefused
from pyre.psgi import Disconnected
from pyre.server.asgi import Message, Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect

from framework.testing.applications import ExpectedError
from framework.testing.loop import in_loop, turns

Exchange = Callable[[Receive, Send], Awaitable[None]]


def client_of(exchange: Exchange, **options: Any) -> TestClient:
    """A client of an application that has received ``websocket.connect``."""

    async def app(_scope: Scope, receive: Receive, send: Send) -> None:
        assert await receive() == {"type": "websocket.connect"}
        await exchange(receive, send)

    return TestClient(app, lifespan="off", **options)


async def accept(send: Send) -> None:
    await send({"type": "websocket.accept"})


@in_loop
async def test_closing_before_accepting_refuses() -> None:
    seen: list[Message] = []

    async def exchange(receive: Receive, send: Send) -> None:
        await send({"type": "websocket.close", "code": 4000})
        seen.append(await receive())

    async with client_of(exchange) as client:
        with pytest.raises(WebSocketRefused, match="answered with 403") as refused:
            await client.websocket("/").__aenter__()
        assert seen == [{"type": "websocket.disconnect", "code": 1006, "reason": ""}]
    assert refused.value.response.status_code == 403


@in_loop
async def test_a_handshake_that_is_not_answered() -> None:
    async def exchange(_receive: Receive, _send: Send) -> None:
        pass

    async with client_of(exchange) as client:
        with pytest.raises(httpx.RemoteProtocolError, match="not answered"):
            await client.websocket("/").__aenter__()
    async with client_of(exchange, raise_app_exceptions=False) as client:
        with pytest.raises(WebSocketRefused, match="answered with 500"):
            await client.websocket("/").__aenter__()


@in_loop
async def test_a_handshake_that_is_cancelled() -> None:
    seen: list[Message] = []

    async def exchange(receive: Receive, _send: Send) -> None:
        seen.append(await receive())

    async with client_of(exchange) as client:
        opening = asyncio.create_task(client.websocket("/").__aenter__())
        await turns()
        opening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await opening
        await client.idle()
    assert seen == [{"type": "websocket.disconnect", "code": 1006, "reason": ""}]


@in_loop
async def test_an_exception_before_accepting() -> None:
    async def exchange(_receive: Receive, _send: Send) -> None:
        raise ExpectedError("before")

    async with client_of(exchange) as client:
        with pytest.raises(ExpectedError, match="before"):
            await client.websocket("/").__aenter__()


@in_loop
async def test_an_exception_after_accepting_is_a_code(caplog: pytest.LogCaptureFixture) -> None:
    async def exchange(_receive: Receive, send: Send) -> None:
        await accept(send)
        raise ExpectedError("after")

    async with (
        client_of(exchange, raise_app_exceptions=False) as client,
        client.websocket("/") as websocket,
    ):
        with pytest.raises(WebSocketClosed, match="closed with 1011"):
            await websocket.receive()
    assert "ExpectedError: after" in caplog.text


@in_loop
async def test_an_exception_that_nobody_has_waited_for_is_raised_at_the_end() -> None:
    async def exchange(_receive: Receive, send: Send) -> None:
        await accept(send)
        raise ExpectedError("unseen")

    async with client_of(exchange) as client:
        with pytest.raises(ExpectedError, match="unseen"):
            async with client.websocket("/"):
                pass


@in_loop
async def test_an_exception_about_the_close_is_none() -> None:
    async def exchange(receive: Receive, send: Send) -> None:
        await accept(send)
        message = await receive()
        raise WebSocketDisconnect(message["code"])

    async with client_of(exchange) as client, client.websocket("/"):
        pass


@in_loop
async def test_an_exception_after_the_close_is_raised() -> None:
    async def exchange(receive: Receive, send: Send) -> None:
        await accept(send)
        await receive()
        raise ExpectedError("cleaning up")

    client = client_of(exchange)
    await client.__aenter__()
    async with client.websocket("/"):
        pass
    with pytest.raises(ExpectedError, match="cleaning up"):
        await client.__aexit__()


@in_loop
async def test_returning_without_closing_is_a_broken_connection() -> None:
    async def exchange(_receive: Receive, send: Send) -> None:
        await accept(send)
        await send({"type": "websocket.send", "text": "last"})

    async with client_of(exchange) as client, client.websocket("/") as websocket:
        assert await websocket.receive() == "last"
        with pytest.raises(WebSocketClosed, match="closed with 1006"):
            await websocket.receive()
        with pytest.raises(WebSocketClosed):
            await websocket.send_text("to nobody")


@in_loop
async def test_iterating_ends_with_the_close() -> None:
    async def exchange(_receive: Receive, send: Send) -> None:
        await accept(send)
        await send({"type": "websocket.send", "text": "a"})
        await send({"type": "websocket.send", "bytes": b"b"})
        await send({"type": "websocket.close"})

    async with client_of(exchange) as client, client.websocket("/") as websocket:
        assert [message async for message in websocket] == ["a", b"b"]
        assert websocket.close_code == 1000


@in_loop
async def test_a_message_of_the_other_kind() -> None:
    async def exchange(_receive: Receive, send: Send) -> None:
        await accept(send)
        await send({"type": "websocket.send", "text": "a"})
        await send({"type": "websocket.send", "bytes": b"b"})
        await send({"type": "websocket.close"})

    async with client_of(exchange) as client, client.websocket("/") as websocket:
        with pytest.raises(TypeError, match="no octets, but 'a'"):
            await websocket.receive_bytes()
        with pytest.raises(TypeError, match="no text, but b'b'"):
            await websocket.receive_text()


@in_loop
async def test_sending_when_the_client_has_closed() -> None:
    seen: list[Message] = []

    async def exchange(receive: Receive, send: Send) -> None:
        await accept(send)
        seen.extend([await receive(), await receive()])
        with pytest.raises(Disconnected):
            await send({"type": "websocket.send", "text": "to nobody"})

    async with client_of(exchange) as client, client.websocket("/") as websocket:
        await websocket.close(4000, "enough")
        await websocket.close(4001)
        with pytest.raises(WebSocketClosed, match="4000"):
            await websocket.send_text("late")
    assert seen == [{"type": "websocket.disconnect", "code": 4000, "reason": "enough"}] * 2


@in_loop
async def test_an_exception_of_the_test_closes_with_1011() -> None:
    codes: list[int] = []

    async def exchange(receive: Receive, send: Send) -> None:
        await accept(send)
        codes.append((await receive())["code"])

    async with client_of(exchange) as client:
        with pytest.raises(AssertionError, match="of the test"):
            async with client.websocket("/"):
                raise AssertionError("of the test")
        await client.idle()
    assert codes == [1011]


@in_loop
async def test_both_sides_hold_each_other_back() -> None:
    sent = 0

    async def exchange(receive: Receive, send: Send) -> None:
        nonlocal sent
        await accept(send)
        for _ in range(10):
            await send({"type": "websocket.send", "bytes": b"x" * 32_768})
            sent += 1
        while (await receive())["type"] == "websocket.receive":
            pass

    async with client_of(exchange) as client, client.websocket("/") as websocket:
        await turns()
        assert sent == 2
        pushing = asyncio.create_task(push(websocket.send_bytes))
        await turns()
        assert not pushing.done()
        for _ in range(10):
            await websocket.receive_bytes()
        await pushing
    assert sent == 10


async def push(send: Callable[[bytes], Awaitable[None]]) -> None:
    for _ in range(10):
        await send(b"x" * 32_768)


WRONG = {
    "twice": [{"type": "websocket.accept"}] * 2,
    "too early": [{"type": "websocket.send", "text": "a"}],
    "no content": [{"type": "websocket.accept"}, {"type": "websocket.send"}],
    "text of bytes": [{"type": "websocket.accept"}, {"type": "websocket.send", "text": b"a"}],
    "bytes of text": [{"type": "websocket.accept"}, {"type": "websocket.send", "bytes": "a"}],
    "subprotocol": [{"type": "websocket.accept", "subprotocol": "not-offered"}],
    "code of text": [{"type": "websocket.accept"}, {"type": "websocket.close", "code": "1000"}],
    "content of a refusal": [{"type": "websocket.http.response.body"}],
    "unknown": [{"type": "websocket.ping"}],
}


@pytest.mark.parametrize("messages", WRONG.values(), ids=WRONG)
@in_loop
async def test_what_can_not_be_sent_is_raised(messages: list[Message]) -> None:
    async def exchange(_receive: Receive, send: Send) -> None:
        for message in messages:
            await send(message)

    async with client_of(exchange) as client:
        with pytest.raises((RuntimeError, TypeError, ValueError)):
            async with client.websocket("/") as websocket:
                await websocket.receive()


@in_loop
async def test_cookies_of_the_response_are_kept() -> None:
    async def exchange(receive: Receive, send: Send) -> None:
        await send({"type": "websocket.accept", "headers": [(b"set-cookie", b"a=1")]})
        await receive()

    async with client_of(exchange) as client:
        async with client.websocket("/"):
            pass
        assert client.cookies["a"] == "1"


@in_loop
async def test_a_websocket_is_opened_by_entering_it() -> None:
    async def exchange(_receive: Receive, _send: Send) -> None:
        raise AssertionError("called")

    async with client_of(exchange) as client:
        websocket = client.websocket("/")
        with pytest.raises(RuntimeError, match="async with"):
            await websocket.send_text("a")
        with pytest.raises(RuntimeError, match="async with"):
            _ = websocket.response


@in_loop
async def test_what_does_not_end_is_cancelled_with_a_warning() -> None:
    async def exchange(_receive: Receive, send: Send) -> None:
        await accept(send)
        await asyncio.Event().wait()

    client = client_of(exchange, patience=0.01)
    await client.__aenter__()
    async with client.websocket("/stuck"):
        pass
    with pytest.warns(ResourceWarning, match=r"did not end: WEBSOCKET /stuck$"):
        await client.__aexit__()
