"""Requests whose peers stall, what the application hears of that, and one that nothing holds up."""

import asyncio

from scenarios import Receive, Scenarios, Scope, Send, query, read_body, respond, start

app = Scenarios()

PIECE = {"type": "http.response.body", "body": b"x" * 65_536, "more_body": True}


@app.add
async def plain(scope: Scope, _receive: Receive, send: Send) -> None:
    """Answer with the query, so that a client knows its own answer."""
    await respond(send, query(scope).encode())


@app.add
async def upload(_scope: Scope, receive: Receive, _send: Send) -> None:
    """Await content until the peer is given up."""
    while (await receive())["type"] != "http.disconnect":
        app.tally["upload-pieces"] += 1
    app.tally["upload-ended"] += 1


@app.add
async def download(_scope: Scope, receive: Receive, send: Send) -> None:
    """Send until the peer is given up."""
    await read_body(receive)
    await start(send)
    try:
        while True:
            await send(PIECE)
    except OSError:
        message = await receive()
    if message["type"] == "http.disconnect":
        app.tally["download-ended"] += 1


@app.add
async def tasks(_scope: Scope, _receive: Receive, send: Send) -> None:
    await respond(send, b"%d" % len(asyncio.all_tasks()))
