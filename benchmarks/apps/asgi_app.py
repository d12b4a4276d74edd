"""The application of the benchmarks for ASGI: as little work as the interface allows."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from content import (
    FILE,
    HELLO,
    LARGE_PIECES,
    PAUSE,
    STREAM_PIECES,
    file_pieces,
    file_size,
    pieces,
)

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


async def app(scope: Message, receive: Receive, send: Send) -> None:
    """Answer one request; the path says how."""
    if scope["type"] != "http":
        raise NotImplementedError(f"{scope['type']} is not supported")
    path = scope["path"]
    if path == "/":
        await answer(send, HELLO)
    elif path == "/echo":
        await answer(send, await read_body(receive))
    elif path == "/headers":
        await answer(send, read_head(scope))
    elif path == "/sleep":
        await asyncio.sleep(PAUSE)
        await answer(send, HELLO)
    elif path == "/stream":
        await stream(send, pieces(STREAM_PIECES))
    elif path == "/large":
        await stream(send, pieces(LARGE_PIECES))
    elif path == "/file":
        await send_file(scope, send)


async def answer(send: Send, body: bytes) -> None:
    """Send a body that is known."""
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", b"%d" % len(body)),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def read_body(receive: Receive) -> bytes:
    """Read until the message that says that it is the last."""
    chunks: list[bytes] = []
    more_body = True
    while more_body:
        message = await receive()
        chunks.append(message.get("body", b""))
        more_body = message.get("more_body", False)
    return b"".join(chunks)


def read_head(scope: Message) -> bytes:
    """Look at three fields and the query, as an application behind a router does."""
    headers: dict[bytes, bytes] = dict(scope["headers"])
    wanted = (headers[b"user-agent"], headers[b"accept-language"], headers[b"cookie"])
    return HELLO if all(wanted) and scope["query_string"] else b""


async def stream(send: Send, body: Iterable[bytes]) -> None:
    """Send piece by piece, as fast as the client reads."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for piece in body:
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body"})


async def send_file(scope: Message, send: Send) -> None:
    """Send a file as Starlette does: by its path where the server takes it, else in pieces."""
    headers = [(b"content-length", b"%d" % file_size())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    if "http.response.pathsend" in scope.get("extensions", {}):
        await send({"type": "http.response.pathsend", "path": str(FILE)})
        return
    for piece in file_pieces():
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body"})
