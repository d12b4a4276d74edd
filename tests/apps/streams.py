"""Streams without an end of their own."""

import asyncio

from scenarios import Receive, Scenarios, Scope, Send, read_body, start

app = Scenarios()


async def begin(receive: Receive, send: Send) -> None:
    await read_body(receive)
    await start(send)
    await send({"type": "http.response.body", "body": b"begun ", "more_body": True})


@app.add
async def until_disconnect(_scope: Scope, receive: Receive, send: Send) -> None:
    """Stream until the client is said to have gone, then try to end the response."""
    await begin(receive, send)
    message = await receive()
    print(f"<{message['type']}>", flush=True)  # noqa: T201 - standard output is what the test reads
    try:
        await send({"type": "http.response.body", "body": b"ended"})
    except OSError:
        print("<nobody to send to>", flush=True)  # noqa: T201


@app.add
async def deaf(_scope: Scope, receive: Receive, send: Send) -> None:
    """Never ask whether the client is there."""
    await begin(receive, send)
    try:
        await app.gate("that nobody opens")
    except asyncio.CancelledError:
        print("<cancelled>", flush=True)  # noqa: T201
        raise
