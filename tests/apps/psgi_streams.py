"""Scenarios of streams, each of which reports how it ends."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Self

from payload import blocks
from psgi_scenarios import ExpectedError, Scenarios, query
from pyre import psgi

app = Scenarios()

ENOUGH = 10_000
"""Pieces after which a stream is taken never to be closed."""

BLOCK = b"x" * 65_536


def ended(name: str, how: BaseException | None) -> None:
    """Report the exception with which a generator was closed, and count the times."""
    app.tally[f"{name}-ended"] += 1
    app.report(name, type(how).__name__)


@app.add
async def download(request: psgi.Request) -> psgi.Response:
    """As much as the query asks for, with the octets tallied that the host has asked for."""
    size, name = query(request).split(",")

    async def body() -> AsyncIterator[bytes]:
        for block in blocks(int(size)):
            app.tally[name] += len(block)
            yield block

    return psgi.Response(body=body())


@app.add
def plain_download(request: psgi.Request) -> psgi.Response:
    size, name = query(request).split(",")

    def body() -> Iterator[bytes]:
        for block in blocks(int(size)):
            app.tally[name] += len(block)
            yield block

    return psgi.Response(body=body())


@app.add
async def step_by_step(_request: psgi.Request) -> psgi.Response:
    """Each piece when the test says so: it arrives without the next one."""

    async def body() -> AsyncIterator[str]:
        for piece in ("one", "two", "end"):
            await app.gate("step")
            yield piece

    return psgi.Response(body=body())


def failing(request: psgi.Request, message: str) -> AsyncIterator[str]:
    async def body() -> AsyncIterator[str]:
        yield "one"
        if request.method == "POST":
            await app.gate("fail")
        raise ExpectedError(message)

    return body()


@app.add
async def fails(request: psgi.Request) -> psgi.Response:
    return psgi.Response(body=failing(request, query(request)))


@app.add
async def fails_short_of_its_length(request: psgi.Request) -> psgi.Response:
    return psgi.Response(200, [("content-length", "6")], failing(request, query(request)))


@app.add
def plain_fails(request: psgi.Request) -> psgi.Response:
    def body() -> Iterator[str]:
        yield "one"
        raise ExpectedError(query(request))

    return psgi.Response(body=body())


@app.add
async def fails_at_once(request: psgi.Request) -> psgi.Response:
    async def body() -> AsyncIterator[str]:
        raise ExpectedError(query(request))
        yield ""

    return psgi.Response(body=body())


@app.add
async def wrong_piece(_request: psgi.Request) -> psgi.Response:
    """What is no piece comes in the middle; the stream is closed at its ``yield``."""

    async def body() -> AsyncIterator[object]:
        try:
            yield "one"
            yield 5
            yield "never"
        except BaseException as exception:
            ended("wrong-piece", exception)
            raise

    return psgi.Response(body=body())


@app.add
async def plain_wrong_piece(_request: psgi.Request) -> psgi.Response:
    def body() -> Iterator[object]:
        try:
            yield "one"
            yield None
            yield "never"
        except BaseException as exception:
            ended("plain-wrong-piece", exception)
            raise

    return psgi.Response(body=body())


@app.add
async def longer_than_its_length(_request: psgi.Request) -> psgi.Response:
    async def body() -> AsyncIterator[str]:
        try:
            yield "one"
            yield "more"
            yield "never"
        except BaseException as exception:
            ended("longer-than-its-length", exception)
            raise

    return psgi.Response(200, [("content-length", "4")], body())


@app.add
async def shorter_than_its_length(_request: psgi.Request) -> psgi.Response:
    return psgi.Response(200, [("content-length", "4")], ["one"])


@app.add
async def leave_at_a_yield(request: psgi.Request) -> psgi.Response:
    """Send until the host closes the stream."""
    await request.read()

    async def body() -> AsyncIterator[bytes]:
        try:
            for _ in range(ENOUGH):
                yield BLOCK
        except BaseException as exception:
            ended("leave-at-a-yield", exception)
            raise

    return psgi.Response(body=body())


@app.add
async def leave_at_a_plain_yield(request: psgi.Request) -> psgi.Response:
    await request.read()

    def body() -> Iterator[bytes]:
        try:
            for _ in range(ENOUGH):
                yield BLOCK
        except BaseException as exception:
            ended("leave-at-a-plain-yield", exception)
            raise

    return psgi.Response(body=body())


@app.add
async def leave_at_an_await(request: psgi.Request) -> psgi.Response:
    """Wait for what never comes, and for something more when that is cancelled."""
    await request.read()

    async def body() -> AsyncIterator[bytes]:
        try:
            yield b"begun"
            await asyncio.get_running_loop().create_future()
        except BaseException as exception:
            await asyncio.sleep(0)
            ended("leave-at-an-await", exception)
            raise

    return psgi.Response(body=body())


class Watched:
    """A stream that reports what is called, and has no end."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.called: list[str] = []

    def note(self, call: str) -> None:
        if self.called[-1:] != [call]:
            self.called.append(call)


class WatchedAsync(Watched):
    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        self.note("next")
        await asyncio.sleep(0)
        return BLOCK

    async def aclose(self) -> None:
        self.note("close")
        app.report(self.name, self.called)


class WatchedPlain(Watched):
    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        self.note("next")
        return BLOCK

    def close(self) -> None:
        self.note("close")
        app.report(self.name, self.called)


@app.add
async def watched(request: psgi.Request) -> psgi.Response:
    """Answer with the status of the query, and with a stream that should be closed."""
    return psgi.Response(int(query(request)), body=WatchedAsync("watched"))


@app.add
def plain_watched(request: psgi.Request) -> psgi.Response:
    return psgi.Response(int(query(request)), body=WatchedPlain("plain-watched"))


@app.add
async def watched_with_a_bad_field(_request: psgi.Request) -> psgi.Response:
    """It is not exhausted when the response is refused."""
    return psgi.Response(200, [("bad name", "")], WatchedAsync("watched-with-a-bad-field"))


class Endless:
    """An async iterator with nothing else: there is nothing to close."""

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        await asyncio.sleep(0)
        app.tally["endless"] += 1
        return BLOCK


@app.add
async def without_close(_request: psgi.Request) -> psgi.Response:
    return psgi.Response(body=Endless())


class Iterable:
    """What makes its iterator when it is asked for one."""

    def __iter__(self) -> Iterator[str]:
        return iter(["one", "two"])


class AsyncIterable:
    async def __aiter__(self) -> AsyncIterator[str]:
        yield "one"
        yield "two"


@app.add
async def iterable(_request: psgi.Request) -> psgi.Response:
    return psgi.Response(body=Iterable())


@app.add
async def async_iterable(_request: psgi.Request) -> psgi.Response:
    return psgi.Response(body=AsyncIterable())


@app.add
async def in_the_task(_request: psgi.Request) -> psgi.Response:
    """A stream runs where the application ran: time limits and groups work within it."""
    task = asyncio.current_task()

    async def body() -> AsyncIterator[str]:
        yield repr(asyncio.current_task() is task)
        try:
            async with asyncio.timeout(0):
                await asyncio.sleep(60)
        except TimeoutError:
            yield " timed out"
        async with asyncio.TaskGroup() as group:
            child = group.create_task(asyncio.sleep(0, " grouped"))
        yield child.result()

    return psgi.Response(body=body())
