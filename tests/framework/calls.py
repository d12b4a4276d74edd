"""An application is called by PSGI and by ASGI, without a server and with any octets."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from pyre import psgi
from pyre.framework import App
from pyre.psgi.fields import encoded
from pyre.psgi.headers import FieldLines

from framework.request.host import Host
from framework.responses.exchange import octets, plain_pieces, read_file

Fields = Sequence[tuple[bytes, bytes]]


@dataclass
class Call:
    """A request, as a server has read it."""

    raw_path: bytes
    query: bytes = b""
    method: str = "GET"
    fields: Fields = ()
    pieces: Sequence[bytes] = ()

    @property
    def path(self) -> str:
        return unquote_to_bytes(self.raw_path).decode("utf-8", "replace")


@dataclass
class Answer:
    """A response, but for what the host adds to it."""

    status: int
    fields: list[tuple[bytes, bytes]]
    content: bytes

    def __getitem__(self, name: bytes) -> bytes | None:
        return dict(self.fields).get(name)


async def by_psgi(app: App, call: Call) -> Answer:
    """Call it as a host of PSGI does."""
    host = Host(*call.pieces, method=call.method, raw_path=call.raw_path, path=call.path)
    host.query = call.query
    host.headers = FieldLines(call.fields)
    host.authority = host.headers.get("host", "")
    answer = app.__psgi__(host)
    response = await answer if isinstance(answer, Awaitable) else answer
    assert isinstance(response, psgi.Response)
    content = await content_of(response.body)
    await host.finish()
    fields = [line for line in encoded(response.headers, "headers") if _is_kept(line)]
    return Answer(response.status, fields, content if has_content(call, response.status) else b"")


async def content_of(body: psgi.Body) -> bytes:
    if isinstance(body, psgi.File):
        return read_file(body)
    if hasattr(body, "__aiter__"):
        return b"".join([octets(piece) async for piece in body])
    return b"".join(map(octets, plain_pieces(body)))


async def by_asgi(app: App, call: Call) -> Answer:
    """Call it as a server of ASGI does."""
    pieces = list(call.pieces) or [b""]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if not pieces:  # the peer stays, and sends nothing more
            await asyncio.Event().wait()
        piece = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(scope_of(call), receive, send)
    start, *bodies = sent
    assert start["type"] == "http.response.start"
    more = [each.get("more_body", False) for each in bodies]
    assert more == [True] * (len(bodies) - 1) + [False]
    fields = [line for line in start["headers"] if _is_kept(line)]
    return Answer(start["status"], fields, b"".join(each.get("body", b"") for each in bodies))


def scope_of(call: Call) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.5"},
        "http_version": "1.1",
        "method": call.method,
        "scheme": "http",
        "path": call.path,
        "raw_path": call.raw_path,
        "query_string": call.query,
        "root_path": "",
        "headers": list(call.fields),
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 80),
        "extensions": {},
    }


def has_content(call: Call, status: int) -> bool:
    return call.method != "HEAD" and status not in {204, 205, 304}


def _is_kept(line: tuple[bytes, bytes]) -> bool:
    """Whether a field is the application's: framing is the host's."""
    return line[0] not in {b"content-length", b"connection"}


HOSTS: dict[str, Callable[[App, Call], Awaitable[Answer]]] = {"psgi": by_psgi, "asgi": by_asgi}
