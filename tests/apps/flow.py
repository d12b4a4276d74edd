"""Scenarios in which one side is faster than the other."""

import hashlib

from payload import blocks
from scenarios import Receive, Scenarios, Scope, Send, content, query, respond, start

app = Scenarios()


@app.add
async def download(scope: Scope, _receive: Receive, send: Send) -> None:
    """Send as much as the query asks for, and tally the bytes that ``send`` has taken."""
    size, name = query(scope).split(",")
    await start(send, (b"content-length", size.encode()))
    for block in blocks(int(size)):
        await send({"type": "http.response.body", "body": block, "more_body": True})
        app.tally[name] += len(block)
    await send({"type": "http.response.body", "body": b""})


@app.add
async def upload(_scope: Scope, receive: Receive, send: Send) -> None:
    """Read nothing until the gate opens, then everything."""
    app.report("upload-waits", None)
    await app.gate("upload")
    digest = hashlib.sha256()
    more_body = True
    while more_body:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        body, more_body = content(message)
        digest.update(body)
        app.tally["largest-message"] = max(app.tally["largest-message"], len(body))
    await respond(send, digest.hexdigest().encode())
