"""An application that says what it saw in a header field, so that HEAD is told as much as GET."""

import json

from scenarios import Receive, Scope, Send, no_lifespan_events


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await no_lifespan_events(receive, send)
        return
    content = b""
    more_body = True
    while more_body:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        content += message["body"]
        more_body = message["more_body"]
    headers = [(b"seen", testimony(scope, content)), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body"})


def testimony(scope: Scope, content: bytes) -> bytes:
    """What a request is made of, octets as latin-1 text."""
    seen = {
        "method": scope["method"],
        "path": scope["path"],
        "raw_path": scope["raw_path"].decode("latin-1"),
        "query": scope["query_string"].decode("latin-1"),
        "version": scope["http_version"],
        "fields": [
            [name.decode("latin-1"), value.decode("latin-1")] for name, value in scope["headers"]
        ],
        "content": content.decode("latin-1"),
    }
    return json.dumps(seen).encode("ascii")
