"""Scenarios about receiving: the body of the request, its pieces, and how a request ends."""

from scenarios import Receive, Scenarios, Scope, Send, read_body, respond, start

app = Scenarios()


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
        message = await receive()
        more_body = message["more_body"]
        answer = {"type": "http.response.body", "body": message["body"], "more_body": more_body}
        await send(answer)


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
    app.report("receive-after-end", [await receive(), await receive()])


@app.add
async def receive_after_end_unread(_scope: Scope, receive: Receive, send: Send) -> None:
    await respond(send, b"unread")
    app.report("receive-after-end-unread", await receive())
