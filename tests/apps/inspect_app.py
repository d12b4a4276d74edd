"""The application that the cases of ``wire/h1.json`` assume: it answers what it saw, as JSON."""

import json

from scenarios import Receive, Scope, Send, no_lifespan_events, respond


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await no_lifespan_events(receive, send)
    elif scope["type"] == "websocket":
        await echo_messages(receive, send)
    else:
        await answer(scope, receive, send)


async def echo_messages(receive: Receive, send: Send) -> None:
    """Accept every WebSocket, and send back what comes."""
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] != "websocket.disconnect":
        await send({**message, "type": "websocket.send"})


async def answer(scope: Scope, receive: Receive, send: Send) -> None:
    body = b""
    more_body = True
    while more_body:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        body += message["body"]
        more_body = message["more_body"]
    seen = {
        "path": scope["path"],
        "body": body[:64].decode("latin-1"),
        "headers": [[name.decode(), value.decode("latin-1")] for name, value in scope["headers"]],
    }
    await respond(send, json.dumps(seen).encode())
