"""Answers with the ``repr`` of its scope, from which the test reads values and their exact types.

Then it does to the scope what an application may: it changes everything that can be changed.
"""

from scenarios import Receive, Scope, Send, no_lifespan_events, respond


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await no_lifespan_events(receive, send)
        return
    await respond(send, repr(scope).encode())
    scope["asgi"].clear()
    scope["headers"].clear()
    scope.clear()


async def without_lifespan(scope: Scope, receive: Receive, send: Send) -> None:
    """The same, without support for the lifespan protocol."""
    assert scope["type"] == "http"
    await app(scope, receive, send)
