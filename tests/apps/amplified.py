"""What becomes of an input, of whatever kind: the path says what, the tally how often it began."""

from scenarios import ExpectedError, Receive, Scenarios, Scope, Send, respond, start

app = Scenarios()


@app.add
async def wait(_scope: Scope, receive: Receive, _send: Send) -> None:
    """Await more, forever."""
    app.tally["wait"] += 1
    while (await receive())["type"] != "http.disconnect":
        pass


@app.add
async def echo(_scope: Scope, receive: Receive, send: Send) -> None:
    """Send back each piece as it comes, until the end of the body or of the peer."""
    app.tally["echo"] += 1
    await start(send)
    while (message := await receive())["type"] == "http.request":
        more_body = message["more_body"]
        body = {"type": "http.response.body", "body": message["body"], "more_body": more_body}
        await send(body)
        if not more_body:
            return


@app.add
async def fail(_scope: Scope, _receive: Receive, _send: Send) -> None:
    app.tally["fail"] += 1
    raise ExpectedError("at once")


@app.add
async def plain(_scope: Scope, _receive: Receive, send: Send) -> None:
    await respond(send, b"plain")
