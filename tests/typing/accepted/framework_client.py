"""Tests that are written with the test client."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, assert_type

import httpx
from fastapi import FastAPI
from pyre import psgi
from pyre.framework.testing import (
    LifespanError,
    TestClient,
    WebSocketClosed,
    WebSocketRefused,
    WebSocketSession,
)
from starlette.applications import Starlette


async def application(request: psgi.Request) -> psgi.Response:
    return psgi.Response(body=request.path)


async def applications() -> None:
    TestClient(psgi.to_asgi(application))
    TestClient(Starlette())
    TestClient(FastAPI())


@asynccontextmanager
async def options() -> AsyncGenerator[TestClient]:
    async with TestClient(
        Starlette(),
        base_url="https://site.test/in",
        client=("::1", 1),
        raise_app_exceptions=False,
        wait_for_app=False,
        root_path="/site",
        lifespan="on",
        patience=None,
        headers={"authorization": "Bearer x"},
        cookies={"a": "1"},
        follow_redirects=True,
        timeout=1.5,
    ) as client:
        assert_type(client, TestClient)
        yield client


async def requests(client: TestClient) -> None:
    response = await client.get("/", params={"a": "1"})
    assert_type(response, httpx.Response)
    assert_type(response.status_code, int)
    assert_type(response.text, str)
    async with client.stream("POST", "/", content=pieces()) as streamed:
        async for line in streamed.aiter_lines():
            assert_type(line, str)
    await client.idle()


async def pieces() -> AsyncIterator[bytes]:
    yield b"a"


async def websockets(client: TestClient) -> None:
    async with client.websocket("/", subprotocols=["a"], headers={"x-a": "1"}) as websocket:
        assert_type(websocket, WebSocketSession)
        assert_type(websocket.accepted_subprotocol, str | None)
        assert_type(websocket.response, httpx.Response)
        await websocket.send_text("text")
        await websocket.send_bytes(b"octets")
        await websocket.send_json({"a": [1]})
        assert_type(await websocket.receive(), str | bytes)
        assert_type(await websocket.receive_text(), str)
        assert_type(await websocket.receive_bytes(), bytes)
        assert_type(await websocket.receive_json(), Any)
        async for message in websocket:
            assert_type(message, str | bytes)
        await websocket.close(4000, "enough")
        assert_type(websocket.close_code, int | None)
        assert_type(websocket.close_reason, str)


async def errors(client: TestClient) -> None:
    try:
        async with client.websocket("/") as websocket:
            await websocket.receive()
    except WebSocketRefused as refused:
        assert_type(refused.response, httpx.Response)
    except WebSocketClosed as closed:
        assert_type(closed.code, int)
        assert_type(closed.reason, str)
    except LifespanError as error:
        assert_type(error, LifespanError)
