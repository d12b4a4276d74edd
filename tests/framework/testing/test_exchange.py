"""A request and its response, where the application or the test does something odd."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest
from pyre.framework.testing import TestClient
from pyre.psgi import Disconnected
from pyre.server.asgi import ASGIApplication, Message, Receive, Scope, Send

from framework.testing.applications import ExpectedError, answer, begin, end, piece
from framework.testing.loop import in_loop, turns

Exchange = Callable[[Receive, Send], Awaitable[None]]


def app_of(exchange: Exchange) -> ASGIApplication:
    """An application that has no lifespan."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http"
        await exchange(receive, send)

    return app


def client_of(exchange: Exchange, **options: Any) -> TestClient:
    return TestClient(app_of(exchange), **options)


@in_loop
async def test_one_message_for_content_that_is_there() -> None:
    messages: list[Message] = []

    async def exchange(receive: Receive, send: Send) -> None:
        messages.append(await receive())
        await answer(send, b"")
        messages.append(await receive())

    async with client_of(exchange) as client:
        await client.post("/", content=b"abc")
    assert messages == [
        {"type": "http.request", "body": b"abc", "more_body": False},
        {"type": "http.disconnect"},
    ]


@in_loop
async def test_content_is_pulled_when_it_is_asked_for() -> None:
    pulled: list[int] = []

    async def pieces() -> AsyncIterator[bytes]:
        for number in range(3):
            pulled.append(number)
            yield b"x"

    async def exchange(receive: Receive, send: Send) -> None:
        await turns()
        assert pulled == []
        assert (await receive())["more_body"]
        await turns()
        assert pulled == [0]
        await answer(send, b"")

    async with client_of(exchange) as client:
        await client.post("/", content=pieces())
    assert pulled == [0]


@in_loop
async def test_a_receive_that_is_cancelled_loses_nothing() -> None:
    is_open = asyncio.Event()

    async def pieces() -> AsyncIterator[bytes]:
        await is_open.wait()
        yield b"whole"

    async def exchange(receive: Receive, send: Send) -> None:
        receiving = asyncio.ensure_future(receive())
        await turns()
        receiving.cancel()
        is_open.set()
        await answer(send, (await receive())["body"])

    async with client_of(exchange) as client:
        assert (await client.post("/", content=pieces())).text == "whole"


@in_loop
async def test_a_generator_of_the_test_that_raises() -> None:
    messages: list[Message] = []

    async def pieces() -> AsyncIterator[bytes]:
        yield b"x"
        raise ExpectedError("in the generator")

    async def exchange(receive: Receive, send: Send) -> None:
        messages.extend([await receive(), await receive()])
        await answer(send, b"")

    async with client_of(exchange) as client:
        with pytest.raises(ExpectedError, match="in the generator"):
            await client.post("/", content=pieces())
    assert messages[1] == {"type": "http.disconnect"}


@in_loop
async def test_a_generator_of_the_test_is_cancelled_when_nobody_asks_any_more() -> None:
    ends: list[str] = []

    async def pieces() -> AsyncIterator[bytes]:
        yield b"x"
        try:
            await asyncio.Event().wait()
        finally:
            ends.append("cancelled")

    async def exchange(receive: Receive, send: Send) -> None:
        await receive()
        receiving = asyncio.ensure_future(receive())
        await turns()
        await answer(send, b"early")
        assert await receiving == {"type": "http.disconnect"}

    async with client_of(exchange) as client:
        assert (await client.post("/", content=pieces())).text == "early"
    assert ends == ["cancelled"]


@in_loop
async def test_a_peer_that_does_not_read_holds_the_application_back() -> None:
    sent = 0

    async def exchange(_receive: Receive, send: Send) -> None:
        nonlocal sent
        await begin(send)
        for _ in range(100):
            await piece(send, b"x" * 16_384)
            sent += 1
        await end(send)

    async with client_of(exchange) as client, client.stream("GET", "/") as response:
        await turns()
        assert sent == 4
        assert len(await response.aread()) == 100 * 16_384
    assert sent == 100


@in_loop
async def test_content_that_no_response_has_is_dropped() -> None:
    async def exchange(_receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 304})
        await send({"type": "http.response.body", "body": b"dropped"})

    async with client_of(exchange) as client:
        assert (await client.get("/")).content == b""

    async def other(_receive: Receive, send: Send) -> None:
        await answer(send, b"dropped")

    async with client_of(other) as client:
        assert (await client.head("/")).content == b""


@in_loop
async def test_send_and_receive_when_the_client_has_left() -> None:
    seen: list[object] = []

    async def exchange(receive: Receive, send: Send) -> None:
        await begin(send)
        await receive()
        seen.append(await receive())
        for _ in range(2):
            with pytest.raises(Disconnected) as error:
                await piece(send, b"x")
            seen.append(isinstance(error.value, OSError))

    async with client_of(exchange) as client:
        async with client.stream("GET", "/"):
            pass
        await client.idle()
    assert seen == [{"type": "http.disconnect"}, True, True]


WRONG = {
    "content first": [{"type": "http.response.body"}],
    "twice": [{"type": "http.response.start", "status": 200}] * 2,
    "after the end": [
        {"type": "http.response.start", "status": 200},
        {"type": "http.response.body"},
        {"type": "http.response.body"},
    ],
    "unknown": [{"type": "http.response.push"}],
    "no status": [{"type": "http.response.start"}],
    "status of text": [{"type": "http.response.start", "status": "200"}],
    "interim status": [{"type": "http.response.start", "status": 103}],
    "fields of text": [{"type": "http.response.start", "status": 200, "headers": [("a", "b")]}],
    "name": [{"type": "http.response.start", "status": 200, "headers": [(b"a b", b"")]}],
    "value": [{"type": "http.response.start", "status": 200, "headers": [(b"a", b"\r\n")]}],
    "content of text": [
        {"type": "http.response.start", "status": 200},
        {"type": "http.response.body", "body": "text"},
    ],
}


@pytest.mark.parametrize("messages", WRONG.values(), ids=WRONG)
@in_loop
async def test_what_can_not_be_sent_is_raised(messages: list[Message]) -> None:
    async def exchange(_receive: Receive, send: Send) -> None:
        for message in messages:
            await send(message)

    async with client_of(exchange) as client:
        with pytest.raises((RuntimeError, TypeError, ValueError)):
            await client.get("/")


@in_loop
async def test_a_response_that_is_not_completed(caplog: pytest.LogCaptureFixture) -> None:
    async def exchange(_receive: Receive, send: Send) -> None:
        await begin(send)

    async with client_of(exchange) as client:
        with pytest.raises(httpx.RemoteProtocolError, match="not completed"):
            await client.get("/")
    assert caplog.records == []
    async with client_of(exchange, raise_app_exceptions=False) as client:
        with pytest.raises(httpx.RemoteProtocolError, match="broken its response off"):
            await client.get("/")
    assert "has not completed its response" in caplog.text


@in_loop
async def test_a_response_that_is_not_begun() -> None:
    async def exchange(_receive: Receive, _send: Send) -> None:
        pass

    async with client_of(exchange) as client:
        with pytest.raises(httpx.RemoteProtocolError, match="not completed its response"):
            await client.get("/")
    async with client_of(exchange, raise_app_exceptions=False) as client:
        assert (await client.get("/")).status_code == 500


@in_loop
async def test_an_application_that_cancels_itself() -> None:
    async def exchange(_receive: Receive, send: Send) -> None:
        await begin(send)
        raise asyncio.CancelledError

    async with client_of(exchange) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get("/")


@in_loop
async def test_what_a_framework_raises_behind_its_answer() -> None:
    async def exchange(_receive: Receive, send: Send) -> None:
        await answer(send, b"500, say")
        await turns()
        raise ExpectedError("behind")

    async with client_of(exchange) as client:
        with pytest.raises(ExpectedError, match="behind"):
            await client.get("/")


@in_loop
async def test_a_response_that_does_not_wait_for_the_application() -> None:
    is_open = asyncio.Event()
    done: list[str] = []

    async def exchange(_receive: Receive, send: Send) -> None:
        await answer(send, b"answered")
        await is_open.wait()
        done.append("afterwards")

    async with client_of(exchange, wait_for_app=False) as client:
        assert (await client.get("/")).text == "answered"
        assert done == []
        is_open.set()
        await client.idle()
        assert done == ["afterwards"]


@in_loop
async def test_what_is_raised_when_nobody_waits_is_raised_later() -> None:
    async def exchange(_receive: Receive, send: Send) -> None:
        await answer(send, b"answered")
        await turns()
        raise ExpectedError("afterwards")

    async with client_of(exchange, wait_for_app=False) as client:
        await client.get("/")
        with pytest.raises(ExpectedError, match="afterwards"):
            await client.idle()
        await client.idle()
        await client.get("/")
        await client.get("/")
        with pytest.raises(ExceptionGroup) as group:
            await client.idle()
        assert list(map(str, group.value.exceptions)) == ["afterwards"] * 2
    client = client_of(exchange, wait_for_app=False)
    await client.__aenter__()
    await client.get("/")
    with pytest.raises(ExpectedError, match="afterwards"):
        await client.__aexit__()


@in_loop
async def test_the_exception_of_the_test_is_not_covered() -> None:
    async def exchange(_receive: Receive, send: Send) -> None:
        await answer(send, b"answered")
        await turns()
        raise ExpectedError("afterwards")

    async def fail() -> None:
        async with client_of(exchange, wait_for_app=False) as client:
            await client.get("/")
            raise AssertionError("of the test")

    with pytest.raises(AssertionError, match="of the test") as failure:
        await fail()
    (note,) = failure.value.__notes__
    assert "ExpectedError('afterwards')" in note


@in_loop
async def test_a_request_that_is_cancelled() -> None:
    seen: list[Message] = []

    async def exchange(receive: Receive, _send: Send) -> None:
        await receive()
        seen.append(await receive())

    async with client_of(exchange) as client:
        request = asyncio.create_task(client.get("/"))
        await turns()
        assert not request.done()
        request.cancel()
        with pytest.raises(asyncio.CancelledError):
            await request
        await client.idle()
    assert seen == [{"type": "http.disconnect"}]


@in_loop
async def test_a_response_that_is_cancelled_while_it_is_read() -> None:
    seen: list[Message] = []

    async def exchange(receive: Receive, send: Send) -> None:
        await receive()
        await begin(send)
        seen.append(await receive())

    async with client_of(exchange) as client:
        request = asyncio.create_task(client.get("/"))
        await turns()
        request.cancel()
        with pytest.raises(asyncio.CancelledError):
            await request
        await client.idle()
    assert seen == [{"type": "http.disconnect"}]


@in_loop
async def test_a_limit_of_time() -> None:
    async def exchange(receive: Receive, send: Send) -> None:
        await begin(send)
        await receive()
        await receive()

    async with client_of(exchange, timeout=0.01) as client:
        with pytest.raises(httpx.ReadTimeout, match=r"nothing for 0\.01 s"):
            await client.get("/")


@in_loop
async def test_the_timeout_of_the_application_is_its_own() -> None:
    async def exchange(_receive: Receive, _send: Send) -> None:
        raise TimeoutError("of the application")

    async with client_of(exchange, timeout=60) as client:
        with pytest.raises(TimeoutError, match="of the application"):
            await client.get("/")


@in_loop
async def test_what_does_not_end_is_cancelled_with_a_warning() -> None:
    ends: list[str] = []

    async def exchange(_receive: Receive, send: Send) -> None:
        await begin(send)
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ends.append("cancelled")
            raise

    client = client_of(exchange, patience=0.01)
    await client.__aenter__()
    async with client.stream("GET", "/stuck?a"):
        pass
    with pytest.warns(ResourceWarning, match=r"did not end: GET /stuck\?a$"):
        await client.__aexit__()
    assert ends == ["cancelled"]


@in_loop
async def test_what_does_not_return_is_not_waited_for_for_ever() -> None:
    async def exchange(_receive: Receive, send: Send) -> None:
        await answer(send, b"answered")
        await asyncio.Event().wait()

    client = client_of(exchange, patience=0.01)
    await client.__aenter__()
    assert (await client.get("/stuck")).text == "answered"
    with pytest.warns(ResourceWarning, match="did not end: GET /stuck$"):
        await client.__aexit__()


@in_loop
async def test_closing_that_is_cancelled_cancels_the_application() -> None:
    ends: list[str] = []

    async def exchange(_receive: Receive, send: Send) -> None:
        await begin(send)
        try:
            await asyncio.Event().wait()
        finally:
            ends.append("cancelled")

    client = client_of(exchange)
    await client.__aenter__()
    async with client.stream("GET", "/"):
        pass
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await client.__aexit__()
    await turns()
    assert ends == ["cancelled"]


@in_loop
async def test_an_exception_that_was_not_read_is_raised_at_the_end() -> None:
    async def exchange(_receive: Receive, send: Send) -> None:
        await begin(send)
        await turns()
        raise ExpectedError("unread")

    client = client_of(exchange)
    await client.__aenter__()
    async with client.stream("GET", "/"):
        await client.idle()
    with pytest.raises(ExpectedError, match="unread"):
        await client.__aexit__()


@in_loop
async def test_redirects_are_followed_when_they_are_to_be() -> None:
    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        if scope["path"] == "/new":
            await answer(send, b"here")
            return
        head = {"status": 307, "headers": [(b"location", b"/new")]}
        await send({"type": "http.response.start", **head})
        await end(send)

    async with TestClient(app, lifespan="off") as client:
        assert (await client.get("/")).status_code == 307
    async with TestClient(app, lifespan="off", follow_redirects=True) as client:
        assert (await client.get("/")).text == "here"
