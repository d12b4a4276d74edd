"""The client calls every kind of ASGI application."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from pyre.framework.testing import TestClient, WebSocketClosed, WebSocketRefused
from pyre.server.asgi import ASGIApplication

from framework.testing.applications import ExpectedError, Journal
from framework.testing.loop import in_loop


@in_loop
async def test_a_request(app: ASGIApplication) -> None:
    async with TestClient(app) as client:
        response = await client.get("/hello", params={"name": "you"})
    assert (response.status_code, response.text) == (200, "hello you")


@in_loop
async def test_the_lifespan(app: ASGIApplication, journal: Journal) -> None:
    async with TestClient(app) as client:
        assert journal == ["started"]
        assert (await client.get("/state")).text == "welcome"
    assert journal == ["started", "stopped"]


@in_loop
async def test_without_the_lifespan(app: ASGIApplication, journal: Journal) -> None:
    async with TestClient(app, lifespan="off") as client:
        assert (await client.get("/hello?name=you")).text == "hello you"
    assert journal == []


@in_loop
async def test_content_in_one_piece(app: ASGIApplication) -> None:
    async with TestClient(app) as client:
        assert (await client.post("/echo", content=b"abc" * 100_000)).content == b"ABC" * 100_000


@in_loop
async def test_a_conversation_in_pieces(app: ASGIApplication) -> None:
    questions: asyncio.Queue[bytes] = asyncio.Queue()

    async def pieces() -> AsyncIterator[bytes]:
        while piece := await questions.get():
            yield piece

    async with TestClient(app) as client:
        questions.put_nowait(b"a")
        async with client.stream("POST", "/echo", content=pieces()) as response:
            answers = response.aiter_bytes()
            assert await anext(answers) == b"A"
            questions.put_nowait(b"b")
            assert await anext(answers) == b"B"
            questions.put_nowait(b"")
            assert [answer async for answer in answers] == []


@in_loop
async def test_events_that_never_end(app: ASGIApplication, journal: Journal) -> None:
    async with TestClient(app) as client:
        async with client.stream("GET", "/events") as response:
            lines = response.aiter_lines()
            assert [await anext(lines) for _ in range(3)] == ["data: 0", "", "data: 1"]
            await lines.aclose()
        await client.idle()
        assert journal[-1] == "left"


@in_loop
async def test_events_that_are_open_at_the_end(app: ASGIApplication, journal: Journal) -> None:
    async with TestClient(app) as client:
        request = client.build_request("GET", "/events")
        response = await client.send(request, stream=True)
        assert response.headers["content-type"].startswith("text/event-stream")
    assert journal == ["started", "left", "stopped"]


@in_loop
async def test_cookies_are_kept(app: ASGIApplication) -> None:
    async with TestClient(app, cookies={"z": "0"}) as client:
        assert (await client.get("/cookie")).text == "z=0"
        assert (await client.get("/cookie")).text == "z=0; a=1"


@in_loop
async def test_an_exception_is_raised(app: ASGIApplication) -> None:
    async with TestClient(app) as client:
        with pytest.raises(ExpectedError, match="broken"):
            await client.get("/broken")
        with pytest.raises(ExpectedError, match="midway"):
            await client.get("/broken-midway")


@in_loop
async def test_an_exception_is_what_a_server_makes_of_it(
    app: ASGIApplication, caplog: pytest.LogCaptureFixture
) -> None:
    async with TestClient(app, raise_app_exceptions=False) as client:
        response = await client.get("/broken")
        assert (response.status_code, response.text) == (500, "Internal Server Error")
        async with client.stream("GET", "/broken-midway") as response:
            pieces = response.aiter_bytes()
            assert await anext(pieces) == b"begun"
            with pytest.raises(httpx.RemoteProtocolError):
                await anext(pieces)
    logged = [record.exc_info[1] for record in caplog.records if record.exc_info]
    assert [str(error) for error in logged if isinstance(error, ExpectedError)] == [
        "broken",
        "midway",
    ]


@in_loop
async def test_background_work_is_done_with_the_response(
    app: ASGIApplication, journal: Journal
) -> None:
    async with TestClient(app) as client:
        await client.get("/background")
        assert journal == ["started", "background"]


@in_loop
async def test_many_requests_at_once(app: ASGIApplication) -> None:
    async with TestClient(app) as client:
        paths = [f"/hello?name={number}" for number in range(50)]
        responses = await asyncio.gather(*map(client.get, paths))
    assert [response.text for response in responses] == [f"hello {n}" for n in range(50)]


@in_loop
async def test_messages(app: ASGIApplication, journal: Journal) -> None:
    async with TestClient(app) as client:
        async with client.websocket("/talk", subprotocols=["a", "b"]) as websocket:
            assert websocket.accepted_subprotocol == "b"
            assert websocket.response.status_code == 101
            assert websocket.response.headers["x-a"] == "1"
            await websocket.send_text("text")
            assert await websocket.receive_text() == "text"
            await websocket.send_bytes(b"octets")
            assert await websocket.receive_bytes() == b"octets"
            await websocket.send_json({"café": [1]})
            assert await websocket.receive_json() == {"café": [1]}
        assert websocket.close_code == 1000
    assert journal == ["started", 1000, "stopped"]


@in_loop
async def test_the_client_closes_a_websocket(app: ASGIApplication, journal: Journal) -> None:
    async with TestClient(app) as client:
        async with client.websocket("/talk") as websocket:
            assert websocket.accepted_subprotocol is None
            await websocket.close(4001, "away")
        assert (websocket.close_code, websocket.close_reason) == (4001, "away")
        async with client.websocket("/talk") as websocket:
            websocket.leave()
    assert journal == ["started", 4001, 1006, "stopped"]


@in_loop
async def test_the_application_closes_a_websocket(app: ASGIApplication) -> None:
    async with TestClient(app) as client, client.websocket("/close") as websocket:
        with pytest.raises(WebSocketClosed, match="closed with 4000: enough"):
            await websocket.receive()
        assert (websocket.close_code, websocket.close_reason) == (4000, "enough")


@in_loop
async def test_an_exception_after_the_handshake_is_raised(app: ASGIApplication) -> None:
    async with TestClient(app) as client, client.websocket("/broken") as websocket:
        with pytest.raises(ExpectedError, match="broken"):
            await websocket.receive()
        assert websocket.close_code == 1011


@in_loop
async def test_a_refused_handshake(app: ASGIApplication) -> None:
    async with TestClient(app) as client:
        with pytest.raises(WebSocketRefused) as refused:
            await client.websocket("/refuse").__aenter__()
    response = refused.value.response
    assert (response.status_code, response.text, response.headers["x-a"]) == (409, "refused", "1")
