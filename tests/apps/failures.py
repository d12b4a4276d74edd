"""Scenarios in which the application breaks a rule, or breaks."""

import asyncio
import sys

from broken_rules import BAD_HEADERS, CHUNK, END, WRONG_MESSAGES
from scenarios import (
    ExpectedError,
    Message,
    Receive,
    Scenarios,
    Scope,
    Send,
    query,
    read_body,
    respond,
    start,
)

app = Scenarios()


async def attempt(send: Send, message: Message) -> bool:
    """Send a message, and tell whether that was accepted."""
    try:
        await send(message)
    except Exception:  # noqa: BLE001 - which exception it is remains the server's choice
        return False
    return True


@app.add
async def bad_headers(scope: Scope, _receive: Receive, send: Send) -> None:
    """Recover from refused headers with a good response; they may be refused with the body."""
    name = query(scope)
    bad = {"type": "http.response.start", "status": 200, "headers": BAD_HEADERS[name]}
    if await attempt(send, bad):
        app.report(name, await attempt(send, END))
        return
    app.report(name, False)
    await respond(send, b"good")


@app.add
async def wrong_messages(scope: Scope, _receive: Receive, send: Send) -> None:
    name = query(scope)
    accepted = [await attempt(send, message) for message in WRONG_MESSAGES[name]]
    app.report(name, accepted)


@app.add
async def raise_before_start(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise ExpectedError("before the start")


@app.add
async def exit_at_once(_scope: Scope, _receive: Receive, _send: Send) -> None:
    sys.exit("at once")


@app.add
async def exit_after_a_while(_scope: Scope, _receive: Receive, _send: Send) -> None:
    await asyncio.sleep(0)
    sys.exit("after a while")


@app.add
async def raise_cancelled(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise asyncio.CancelledError


@app.add
async def raise_after_reading(_scope: Scope, receive: Receive, _send: Send) -> None:
    await read_body(receive)
    raise ExpectedError("after reading")


@app.add
async def raise_after_start(_scope: Scope, _receive: Receive, send: Send) -> None:
    await start(send)
    raise ExpectedError("after the start")


@app.add
async def raise_within_chunks(_scope: Scope, _receive: Receive, send: Send) -> None:
    await start(send)
    await send(CHUNK)
    raise ExpectedError("within chunks")


@app.add
async def raise_within_length(_scope: Scope, _receive: Receive, send: Send) -> None:
    await start(send, (b"content-length", b"100"))
    await send(CHUNK)
    raise ExpectedError("within a length")


@app.add
async def raise_after_end(_scope: Scope, _receive: Receive, send: Send) -> None:
    await respond(send, b"complete")
    raise ExpectedError("after the end")


@app.add
async def no_response(_scope: Scope, _receive: Receive, _send: Send) -> None:
    """Return without a word."""


@app.add
async def unfinished_response(_scope: Scope, _receive: Receive, send: Send) -> None:
    await start(send)
    await send(CHUNK)


@app.add
async def start_only(_scope: Scope, _receive: Receive, send: Send) -> None:
    await start(send, (b"content-length", b"5"))


@app.add
async def five_bytes(scope: Scope, _receive: Receive, send: Send) -> None:
    """Announce 5 bytes, and send what the query says, each part in one message."""
    await start(send, (b"content-length", b"5"))
    parts = query(scope).split(",")
    bodies = [
        {"type": "http.response.body", "body": part.encode(), "more_body": left > 0}
        for part, left in zip(parts, reversed(range(len(parts))), strict=True)
    ]
    app.report(query(scope), [await attempt(send, body) for body in bodies])


@app.add
async def plain(_scope: Scope, _receive: Receive, send: Send) -> None:
    await respond(send, b"plain")
