"""Responses that are made while they are sent, and how they end."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import events
from pyre.framework import App, Request, Response, responses
from pyre.framework.responses import Event

app = App()


@app.on_startup
async def starts() -> None:
    events.tell("starts")


@app.on_shutdown
def stops_first() -> None:
    events.tell("stops first")


@app.on_shutdown
async def stops() -> None:
    events.tell("stops")


@app.endpoint("/plain")
async def plain() -> Response:
    return responses.StreamResponse(["a", b"b", "é"], content_type="text/plain; charset=utf-8")


async def counted(name: str, pieces: int | None = None) -> AsyncIterator[str]:
    """Pieces, and a word when the stream is closed in whatever way."""
    number = 0
    try:
        while number != pieces:
            yield f"{number}\n"
            number += 1
            await asyncio.sleep(0.01)
    finally:
        events.tell(f"{name} is closed")


async def silent(name: str) -> AsyncIterator[str]:
    """One piece, and then nothing any more."""
    try:
        yield "first"
        await asyncio.Event().wait()
    finally:
        events.tell(f"{name} is closed")


@app.endpoint("/counted/{pieces:int}")
async def finite(pieces: int) -> Response:
    return responses.StreamResponse(counted("finite", pieces))


@app.endpoint("/endless/{name}")
async def endless(name: str) -> Response:
    return responses.StreamResponse(counted(name), endless=True)


@app.endpoint("/endless-and-silent/{name}")
async def endless_and_silent(name: str) -> Response:
    return responses.StreamResponse(silent(name), endless=True)


@app.endpoint("/events/{name}")
async def event_stream(name: str) -> Response:
    return responses.EventStream(silent(name))


@app.endpoint("/pings")
async def pings() -> Response:
    return responses.EventStream(silent("pings"), ping=0.01)


@app.endpoint("/three-events")
async def three_events() -> Response:
    async def three() -> AsyncIterator[object]:
        yield "a\nb"
        yield {"number": 2}
        yield Event("c", event="last", id="3", retry=10)

    return responses.EventStream(three())


@app.endpoint("/broken")
async def broken() -> Response:
    def pieces() -> Iterator[str]:
        yield "first"
        raise ZeroDivisionError("in the stream")

    return responses.StreamResponse(pieces())


@app.endpoint("/broken-at-once")
async def broken_at_once() -> Response:
    async def pieces() -> AsyncIterator[str]:
        raise ZeroDivisionError("before the first piece")
        yield ""

    return responses.StreamResponse(pieces())


@app.endpoint("/echo", methods=["POST"])
async def echo(request: Request) -> Response:
    return responses.StreamResponse(aiter(request.body))


@app.endpoint("/download")
async def download() -> Response:
    async def halves() -> AsyncIterator[str]:
        yield "first half, "
        events.tell("download has begun")
        await events.permitted()
        yield "second half"

    return responses.StreamResponse(halves())


@app.endpoint("/work")
async def work() -> str:
    events.tell("work has begun")
    await events.permitted()
    return "done"


@app.endpoint("/until-it-stops")
async def until_it_stops() -> str:
    events.tell("waits for the stop")
    await app.stopping.wait()
    return f"stopping: {app.stopping.is_set()}"


@app.endpoint("/is-stopping")
async def is_stopping() -> bool:
    return app.stopping.is_set()
