"""Scenarios about the states of an exchange: interim responses, and what is after the response."""

import asyncio
import contextvars
import sys
from collections.abc import AsyncIterator, Awaitable

from psgi_scenarios import ExpectedError, Scenarios, query
from pyre import psgi

app = Scenarios()

VISITOR: contextvars.ContextVar[str] = contextvars.ContextVar("VISITOR", default="nobody")

LINKS = [("link", "</a.css>; rel=preload; as=style"), ("link", "</b.js>; rel=preload; as=script")]

background: set[asyncio.Task[None]] = set()
"""Tasks that outlive their request: the loop itself keeps none of them alive."""


def text(value: object) -> psgi.Response:
    return psgi.Response(body=repr(value))


async def outcome(call: Awaitable[object]) -> str:
    """The name of what awaiting raises."""
    try:
        await call
    except Exception as exception:  # noqa: BLE001 - whatever it is
        return type(exception).__name__
    return "nothing"


def raised_by_after(request: psgi.Request) -> str:
    try:
        request.after(asyncio.sleep, 0)
    except Exception as exception:  # noqa: BLE001 - whatever it is
        return type(exception).__name__
    return "nothing"


@app.add
async def hint(request: psgi.Request) -> psgi.Response:
    """Hint, and answer when the test has seen it."""
    await request.inform(103, LINKS)
    await app.gate("hint")
    return psgi.Response(body="final")


@app.add
async def hints(request: psgi.Request) -> psgi.Response:
    for headers in (LINKS[:1], {"link": "</c.js>"}, [(b"link", b"</d.js>")]):
        await request.inform(103, headers)
    return psgi.Response(body="final")


@app.add
async def other_interim_responses(request: psgi.Request) -> psgi.Response:
    await request.inform(102)
    await request.inform(103, [("link", "</a>"), ("x-a", "1")])
    await request.inform(199, [("x-b", "2")])
    return psgi.Response(body="final")


@app.add
async def read_then_hint(request: psgi.Request) -> psgi.Response:
    body = await request.read()
    await request.inform(103, LINKS)
    return psgi.Response(body=body)


REFUSED: dict[str, tuple[object, object]] = {
    "99": (99, ()),
    "100": (100, ()),
    "101": (101, ()),
    "200": (200, ()),
    "bad-name": (103, [("bad name", "1")]),
    "bad-value": (103, [("link", "1\r\nevil: 1")]),
    "control": (103, [("link", "\0")]),
}


@app.add
async def refused_hint(request: psgi.Request) -> psgi.Response:
    status, headers = REFUSED[query(request)]
    return text(await outcome(request.inform(status, headers)))


@app.add
async def hint_within_the_response(request: psgi.Request) -> psgi.Response:
    async def body() -> AsyncIterator[str]:
        yield await outcome(request.inform(103, LINKS))

    return psgi.Response(body=body())


@app.add
async def hint_to_nobody(request: psgi.Request) -> psgi.Response:
    app.report("begun", None)
    await request.closed()
    app.report("hint-to-nobody", await outcome(request.inform(103, LINKS)))
    return psgi.Response()


@app.add
async def afterwards(request: psgi.Request) -> psgi.Response:
    """Report in which order functions are called after the response, and with what."""
    name = query(request)
    called: list[object] = []
    task = asyncio.current_task()
    VISITOR.set(name)

    async def note(*args: object) -> None:
        await asyncio.sleep(0)
        called.append((*args, asyncio.current_task() is task, VISITOR.get()))

    async def report() -> None:
        app.report(name, called)

    request.after(note, 1)
    request.after(note, 2, "two")
    request.after(note)
    request.after(report)
    return psgi.Response(body="response")


@app.add
def plain_afterwards(request: psgi.Request) -> psgi.Response:
    name = query(request)

    async def report() -> None:
        await asyncio.sleep(0)
        app.report(name, isinstance(asyncio.current_task(), asyncio.Task))

    request.after(report)
    return psgi.Response(body="response")


@app.add
async def held_afterwards(request: psgi.Request) -> psgi.Response:
    """Wait in a function that is called after the response."""
    request.after(wait_and_report, query(request))
    return psgi.Response(body="response")


async def wait_and_report(name: str) -> None:
    await app.gate(name)
    app.report(name, "went on")


@app.add
async def after_of_a_stream(request: psgi.Request) -> psgi.Response:
    """Give a function while the response is sent, and report what was sent before it is called."""
    name = query(request)
    sent: list[str] = []

    async def report() -> None:
        app.report(name, sent)

    async def body() -> AsyncIterator[str]:
        request.after(report)
        for piece in ("one", "two"):
            yield piece
            sent.append(piece)

    return psgi.Response(body=body())


@app.add
async def after_that_raises(request: psgi.Request) -> psgi.Response:
    async def fail() -> None:
        raise ExpectedError(query(request))

    async def report() -> None:
        app.report(query(request), "called")

    request.after(fail)
    request.after(report)
    return psgi.Response(body="response")


@app.add
async def after_that_exits(request: psgi.Request) -> psgi.Response:
    async def fail() -> None:
        sys.exit(query(request))

    async def report() -> None:
        app.report(query(request), "called")

    request.after(fail)
    request.after(report)
    return psgi.Response(body="response")


@app.add
async def after_that_is_cancelled(request: psgi.Request) -> psgi.Response:
    async def fail() -> None:
        raise asyncio.CancelledError(query(request))

    async def report() -> None:
        app.report(query(request), "called")

    request.after(fail)
    request.after(report)
    return psgi.Response(body="response")


@app.add
async def after_an_exception(request: psgi.Request) -> psgi.Response:
    async def tally() -> None:
        app.tally[query(request)] += 1

    request.after(tally)
    raise ExpectedError(query(request))


@app.add
async def after_a_body_error(request: psgi.Request) -> psgi.Response:
    async def tally() -> None:
        app.tally[query(request)] += 1

    request.after(tally)
    raise psgi.BodyError(413)


@app.add
async def after_a_disconnect(request: psgi.Request) -> psgi.Response:
    async def report() -> None:
        app.report("after-a-disconnect", request.is_closed)

    request.after(report)
    app.report("begun", None)
    await request.closed()
    return psgi.Response(body="to nobody")


@app.add
async def after_a_broken_stream(request: psgi.Request) -> psgi.Response:
    """The response was left, not answered: the peer goes while the stream waits."""

    async def report() -> None:
        app.report("after-a-broken-stream", request.is_closed)

    async def body() -> AsyncIterator[str]:
        yield "begun"
        await asyncio.get_running_loop().create_future()

    request.after(report)
    return psgi.Response(body=body())


@app.add
async def states_afterwards(request: psgi.Request) -> psgi.Response:
    """Report what the methods do when the response is complete."""

    async def report() -> None:
        found = {
            "read": await outcome(request.read()),
            "iteration": await outcome(anext(aiter(request))),
            "inform": await outcome(request.inform(103, LINKS)),
            "closed": await outcome(request.closed()),
            "after": raised_by_after(request),
            "is_closed": request.is_closed,
            "path": request.path,
        }
        app.report("states-afterwards", found)

    request.after(report)
    return psgi.Response(body="response")


@app.add
async def kept_body_afterwards(request: psgi.Request) -> psgi.Response:
    body = await request.read()

    async def report() -> None:
        app.report("kept-body-afterwards", await request.read() is body)

    request.after(report)
    return psgi.Response(body=body)


@app.add
async def held_unless_closed(request: psgi.Request) -> psgi.Response:
    """Wait for the gate while another task waits for the client to leave."""
    await request.read()
    app.report("begun", None)
    closed = asyncio.create_task(request.closed())
    gate = asyncio.create_task(app.gate("held"))
    await asyncio.wait({closed, gate}, return_when=asyncio.FIRST_COMPLETED)
    app.report("held", "closed" if closed.done() else "answered")
    closed.cancel()
    gate.cancel()
    return psgi.Response(body="response")


@app.add
async def held(_request: psgi.Request) -> psgi.Response:
    """Wait for something else than the peer."""
    app.report("begun", None)
    await app.gate("held")
    return psgi.Response(body="response")


@app.add
async def closed_by_the_peer(request: psgi.Request) -> psgi.Response:
    await request.read()
    before = request.is_closed
    app.report("begun", None)
    await request.closed()
    app.report("closed", (before, request.is_closed))
    await request.closed()
    app.report("closed-again", request.is_closed)
    return psgi.Response(body="to nobody")


@app.add
async def closed_with_an_unread_body(request: psgi.Request) -> psgi.Response:
    app.report("begun", None)
    await request.closed()
    app.report("closed", request.is_closed)
    return psgi.Response(body="to nobody")


@app.add
async def closed_by_the_response(request: psgi.Request) -> psgi.Response:
    """Wait in a task of its own, which outlives the request."""
    name = query(request)

    async def wait() -> None:
        await request.closed()
        app.report(name, request.is_closed)

    task = asyncio.create_task(wait())
    background.add(task)
    task.add_done_callback(background.discard)
    await asyncio.sleep(0)
    return psgi.Response(body="response")


@app.add
async def impatient_for_the_end(request: psgi.Request) -> psgi.Response:
    try:
        async with asyncio.timeout(0.001):
            await request.closed()
    except TimeoutError:
        return text(("still there", request.is_closed))
    return text("gone")
