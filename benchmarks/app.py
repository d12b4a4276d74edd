"""The application that the benchmarks load: as little work as ASGI allows."""

from collections.abc import Awaitable, Callable
from typing import Any

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

HELLO = b"Hello, world!"

PIECE = b"x" * 65_536
PIECES = 256


async def app(scope: Message, receive: Receive, send: Send) -> None:
    """Answer `/` with 13 bytes, `/echo` with the body of the request, and `/large` with 16 MiB."""
    if scope["type"] != "http":
        raise NotImplementedError(f"{scope['type']} is not supported")
    if scope["path"] == "/":
        body = HELLO
    elif scope["path"] == "/echo":
        body = await read_body(receive)
    else:
        await send_large(send)
        return
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


async def send_large(send: Send) -> None:
    """Send piece by piece, as fast as the client reads."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in range(PIECES):
        await send({"type": "http.response.body", "body": PIECE, "more_body": True})
    await send({"type": "http.response.body"})
