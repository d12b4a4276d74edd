"""Scenarios about receiving: the body of the request, its pieces, and how a request ends."""

import asyncio

from scenarios import Receive, Scenarios, Scope, Send, content, read_body, respond, start

app = Scenarios()

A_MOMENT = 0.01


@app.add
async def first_message(_scope: Scope, receive: Receive, send: Send) -> None:
    await respond(send, repr(await receive()).encode())


@app.add
async def echo(_scope: Scope, receive: Receive, send: Send) -> None:
    await respond(send, await read_body(receive))


@app.add
async def piece_by_piece(_scope: Scope, receive: Receive, send: Send) -> None:
    """Send back each piece as soon as it has come."""
    await start(send)
    more_body = True
    while more_body:
        body, more_body = content(await receive())
        await send({"type": "http.response.body", "body": body, "more_body": more_body})


@app.add
async def described(_scope: Scope, receive: Receive, send: Send) -> None:
    """Tell of each message its type, the type and the size of its body, and its ``more_body``."""
    descriptions = []
    more_body = True
    while more_body:
        message = await receive()
        body, more_body = content(message)
        descriptions.append((message["type"], type(body).__name__, len(body), more_body))
    await respond(send, repr(descriptions).encode())


@app.add
async def unread(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Answer without looking at the body."""
    await respond(send, b"unread")


@app.add
async def read_after_start(_scope: Scope, receive: Receive, send: Send) -> None:
    await start(send)
    await send({"type": "http.response.body", "body": await read_body(receive)})


@app.add
async def receive_after_end(_scope: Scope, receive: Receive, send: Send) -> None:
    body = await read_body(receive)
    await respond(send, body)
    app.report("receive-after-end", (await receive())["type"])
    app.report("receive-after-end-again", (await receive())["type"])


@app.add
async def receive_after_last_message(_scope: Scope, receive: Receive, send: Send) -> None:
    """Ask for more than there is while the response is sent by another task."""
    body = await read_body(receive)
    more = asyncio.ensure_future(receive())
    await asyncio.wait([more], timeout=A_MOMENT)
    app.report("before-the-response", more.done())
    await respond(send, body)
    app.report("after-the-response", (await more)["type"])


@app.add
async def receive_after_end_unread(_scope: Scope, receive: Receive, send: Send) -> None:
    await respond(send, b"unread")
    app.report("receive-after-end-unread", (await receive())["type"])
