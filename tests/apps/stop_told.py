"""Streams that leave their response when they are told that the client has gone."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

from pyre import psgi

Message = dict[str, Any]


async def returning(
    scope: Message,
    receive: Callable[[], Awaitable[Message]],
    send: Callable[[Message], Awaitable[None]],
) -> None:
    """Begin a response, and return at ``http.disconnect``."""
    if scope["type"] != "http":
        raise NotImplementedError
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"begun ", "more_body": True})
    while (await receive())["type"] != "http.disconnect":
        pass


async def idle() -> AsyncGenerator[bytes]:
    yield b"begun "
    await asyncio.Event().wait()


class PSGIApp:
    async def __psgi__(self, _request: psgi.Request) -> psgi.Response:
        return psgi.Response(200, [], idle())


psgi_app = PSGIApp()
