"""The application of the benchmarks for PSGI, as a coroutine function and as a plain one."""

import asyncio

from content import FILE, HELLO, LARGE_PIECES, PAUSE, STREAM_PIECES, pieces
from pyre import psgi

TEXT = [("content-type", "text/plain; charset=utf-8")]


async def app(request: psgi.Request) -> psgi.Response:
    """Answer one request; the path says how."""
    path = request.path
    if path == "/":
        return psgi.Response(200, TEXT, HELLO)
    if path == "/echo":
        return psgi.Response(200, TEXT, await request.read())
    if path == "/headers":
        return psgi.Response(200, TEXT, read_head(request))
    if path == "/sleep":
        await asyncio.sleep(PAUSE)
        return psgi.Response(200, TEXT, HELLO)
    return large(path)


def plain(request: psgi.Request) -> psgi.Response:
    """Answer what needs no waiting."""
    path = request.path
    if path == "/":
        return psgi.Response(200, TEXT, HELLO)
    if path == "/headers":
        return psgi.Response(200, TEXT, read_head(request))
    return large(path)


def read_head(request: psgi.Request) -> bytes:
    """Look at three fields and the query, as an application behind a router does."""
    headers = request.headers
    wanted = (headers["user-agent"], headers["accept-language"], headers["cookie"])
    return HELLO if all(wanted) and request.query else b""


def large(path: str) -> psgi.Response:
    """Answer with a body that is not in memory."""
    if path == "/stream":
        return psgi.Response(200, (), pieces(STREAM_PIECES))
    if path == "/large":
        return psgi.Response(200, (), pieces(LARGE_PIECES))
    return psgi.Response(200, (), psgi.File(FILE))
