"""The application that the benchmarks load: as little work as ASGI allows."""

import os
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

HELLO = b"Hello, world!"

PIECE = b"x" * 65_536
PIECES = 256

FILE = Path(os.environ.get("BENCHMARK_FILE", "/dev/null"))


async def app(scope: Message, receive: Receive, send: Send) -> None:
    """Answer `/` with 13 bytes, `/echo` with the body of the request, `/large` with 16 MiB.

    `/file` is the file that `BENCHMARK_FILE` names.
    """
    if scope["type"] != "http":
        raise NotImplementedError(f"{scope['type']} is not supported")
    if scope["path"] == "/":
        body = HELLO
    elif scope["path"] == "/echo":
        body = await read_body(receive)
    elif scope["path"] == "/file":
        await send_file(scope, send)
        return
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


def file_size() -> int:
    """How many bytes the file has."""
    return FILE.stat().st_size


def file_pieces() -> Iterator[bytes]:
    """Read it piece by piece."""
    with FILE.open("rb") as file:
        while piece := file.read(len(PIECE)):
            yield piece


async def send_large(send: Send) -> None:
    """Send piece by piece, as fast as the client reads."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in range(PIECES):
        await send({"type": "http.response.body", "body": PIECE, "more_body": True})
    await send({"type": "http.response.body"})
