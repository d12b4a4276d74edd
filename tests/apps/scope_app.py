"""Answers with its scope, from which the test reads what the server has put there."""

from collections.abc import Iterable

from scenarios import Receive, Scope, Send, no_lifespan_events, respond


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer in literals that don't tell a list from a tuple, as the specification doesn't."""
    if scope["type"] == "lifespan":
        await no_lifespan_events(receive, send)
    else:
        await respond(send, repr(plain(scope)).encode())


def plain(value: object) -> object:
    """The value as a literal: other iterables become tuples, other things their type's name."""
    if value is None or type(value) in {str, bytes, int, bool}:
        return value
    if isinstance(value, dict):
        return {plain(key): plain(item) for key, item in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str | bytes | bytearray | memoryview):
        return tuple(map(plain, value))
    return f"<{type(value).__name__}>"


async def exact(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the ``repr``, and change everything that can be changed."""
    if scope["type"] == "lifespan":
        await no_lifespan_events(receive, send)
        return
    await respond(send, repr(scope).encode())
    scope["asgi"].clear()
    scope["headers"].clear()
    scope.clear()


async def spoiling(scope: Scope, receive: Receive, send: Send) -> None:
    """Empty the ``asgi`` dictionary and the scope itself, after an answer with both."""
    await app(scope, receive, send)
    if scope["type"] == "http":
        scope["asgi"].clear()
        scope.clear()


async def without_lifespan(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer, without support for the lifespan protocol."""
    assert scope["type"] == "http"
    await app(scope, receive, send)
