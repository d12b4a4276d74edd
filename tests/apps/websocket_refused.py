"""Refuses every WebSocket before it is accepted."""

from scenarios import Receive, Scope, Send, no_lifespan_events, respond


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await no_lifespan_events(receive, send)
    elif scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close"})
    else:
        await respond(send, b"plain")
