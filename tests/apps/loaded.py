"""The application that takes much traffic, and counts the Python objects meanwhile."""

import asyncio
import gc

from scenarios import Receive, Scenarios, Scope, Send, query, respond, start

app = Scenarios()

PIECE = b"x" * 65_536


@app.add
async def plain(_scope: Scope, _receive: Receive, send: Send) -> None:
    await respond(send, b"Hello, world!")


@app.add
async def suspended(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Answer from a later tick of the loop."""
    await asyncio.sleep(0)
    await respond(send, b"Hello, world!")


@app.add
async def echo(_scope: Scope, receive: Receive, send: Send) -> None:
    body = b""
    more_body = True
    while more_body:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        body += message["body"]
        more_body = message["more_body"]
    await respond(send, body)


@app.add
async def pieces(_scope: Scope, _receive: Receive, send: Send) -> None:
    await start(send)
    for piece in (b"a", b"bc", b"def"):
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body"})


@app.add
async def stream(scope: Scope, _receive: Receive, send: Send) -> None:
    """Send as many bytes as the query says, or until the peer leaves."""
    await start(send)
    for _ in range(int(query(scope)) // len(PIECE)):
        await send({"type": "http.response.body", "body": PIECE, "more_body": True})
    await send({"type": "http.response.body"})


@app.add
async def objects(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Answer how many tasks and how many tracked objects there are."""
    gc.collect()
    await respond(send, repr((len(asyncio.all_tasks()), len(gc.get_objects()))).encode())


@app.add
async def garbage(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Answer how many objects only the collector finds, and let it find none until asked again."""
    gc.disable()
    await respond(send, repr(gc.collect()).encode())


@app.add
async def blocking(scope: Scope, receive: Receive, send: Send) -> None:
    """Work in a thread before, between and after the messages."""
    number = int(await asyncio.to_thread(query, scope))
    message = await receive()
    loop = asyncio.get_running_loop()
    body = await loop.run_in_executor(None, lambda: message["body"] * number)
    await respond(send, body)
    await asyncio.to_thread(len, body)
