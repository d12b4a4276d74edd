"""Scenarios in which the head of a response is there long before its body."""

import asyncio

from scenarios import ExpectedError, Message, Receive, Scenarios, Scope, Send, respond

app = Scenarios()

START: Message = {"type": "http.response.start", "status": 200}

BODY: Message = {"type": "http.response.body", "body": b"body"}


@app.add
async def at_once(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Suspend in something that is not the server's."""
    await send(START)
    await app.gate("body")
    await send(BODY)


@app.add
async def from_a_timer(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Begin the response when the loop has been at other things."""
    await asyncio.sleep(0.01)
    await send(START)
    await app.gate("body")
    await send(BODY)


@app.add
async def from_another_task(_scope: Scope, _receive: Receive, send: Send) -> None:
    async def begin() -> None:
        await asyncio.sleep(0.01)
        await send(START)

    await asyncio.create_task(begin())
    await app.gate("body")
    await send(BODY)


@app.add
async def with_length(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send({**START, "headers": [(b"content-length", b"4")]})
    await app.gate("body")
    await send(BODY)


@app.add
async def not_modified(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send({**START, "status": 304})
    await app.gate("body")
    await send({**BODY, "body": b""})


@app.add
async def with_trailers(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send({**START, "trailers": True})
    await app.gate("body")
    await send(BODY)
    await send({"type": "http.response.trailers", "headers": [(b"x-sum", b"1")]})


@app.add
async def after_receive(_scope: Scope, receive: Receive, send: Send) -> None:
    """Wait for the request's body with the head sent."""
    await send(START)
    message = await receive()
    await send({**BODY, "body": message["body"]})


@app.add
async def fails(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send(START)
    await app.gate("failure")
    raise ExpectedError("after the head")


@app.add
async def plain(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Answer at once, after a wait: the length is counted."""
    await asyncio.sleep(0.01)
    await send(START)
    await send(BODY)


@app.add
async def refuse(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Answer without reading the body."""
    await respond(send, b"not you", 401)
