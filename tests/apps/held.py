"""Requests that last until their body is complete, so that a test decides when they end."""

import asyncio

from events import tell
from scenarios import Receive, Scenarios, Scope, Send, read_body, respond, start

app = Scenarios()


@app.add
async def held(_scope: Scope, receive: Receive, send: Send) -> None:
    app.report("held", None)
    await respond(send, await read_body(receive))


@app.add
async def held_within_response(_scope: Scope, receive: Receive, send: Send) -> None:
    await start(send)
    await send({"type": "http.response.body", "body": b"started ", "more_body": True})
    await send({"type": "http.response.body", "body": await read_body(receive)})


@app.add
async def held_after_response(_scope: Scope, receive: Receive, send: Send) -> None:
    """Work on for a few ticks after the response, and tell."""
    app.report("held", None)
    await respond(send, await read_body(receive))
    for _ in range(100):
        await asyncio.sleep(0)
    tell("worked on")


@app.add
async def forever(_scope: Scope, _receive: Receive, _send: Send) -> None:
    app.report("forever", None)
    await app.gate("that nobody opens")


@app.add
async def large(_scope: Scope, _receive: Receive, send: Send) -> None:
    await respond(send, b"x" * 20_000_000)


@app.add
async def plain(_scope: Scope, _receive: Receive, send: Send) -> None:
    await respond(send, b"plain")
