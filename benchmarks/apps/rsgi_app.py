"""The application of the benchmarks for RSGI, Granian's own interface."""

import asyncio
from collections.abc import Awaitable, Iterable, Mapping
from typing import Protocol

from content import FILE, HELLO, LARGE_PIECES, PAUSE, STREAM_PIECES, pieces

TEXT = [("content-type", "text/plain; charset=utf-8")]
Headers = list[tuple[str, str]]


class Scope(Protocol):
    """What is asked."""

    path: str
    query_string: str
    headers: Mapping[str, str]


class Transport(Protocol):
    """A response that is sent piece by piece."""

    def send_bytes(self, data: bytes) -> Awaitable[None]:
        """Send a piece."""
        ...


class Exchange(Protocol):
    """How the body is read and the response sent."""

    def __call__(self) -> Awaitable[bytes]:
        """Read the body."""
        ...

    def response_bytes(self, status: int, headers: Headers, body: bytes) -> None:
        """Send a response whose body is known."""
        ...

    def response_file(self, status: int, headers: Headers, file: str) -> None:
        """Send a file."""
        ...

    def response_stream(self, status: int, headers: Headers) -> Transport:
        """Begin a response."""
        ...


async def app(scope: Scope, protocol: Exchange) -> None:
    """Answer one request; the path says how."""
    path = scope.path
    if path == "/":
        protocol.response_bytes(200, TEXT, HELLO)
    elif path == "/echo":
        protocol.response_bytes(200, TEXT, await protocol())
    elif path == "/headers":
        protocol.response_bytes(200, TEXT, read_head(scope))
    elif path == "/sleep":
        await asyncio.sleep(PAUSE)
        protocol.response_bytes(200, TEXT, HELLO)
    elif path == "/stream":
        await stream(protocol, pieces(STREAM_PIECES))
    elif path == "/large":
        await stream(protocol, pieces(LARGE_PIECES))
    elif path == "/file":
        protocol.response_file(200, [], str(FILE))


def read_head(scope: Scope) -> bytes:
    """Look at three fields and the query, as an application behind a router does."""
    headers = scope.headers
    wanted = (headers["user-agent"], headers["accept-language"], headers["cookie"])
    return HELLO if all(wanted) and scope.query_string else b""


async def stream(protocol: Exchange, body: Iterable[bytes]) -> None:
    """Send piece by piece, as fast as the client reads."""
    transport = protocol.response_stream(200, [])
    for piece in body:
        await transport.send_bytes(piece)
