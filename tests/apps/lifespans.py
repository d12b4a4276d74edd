"""Applications that differ in how they take part in the lifespan protocol. They tell on stdout."""

import asyncio
from typing import Any

from scenarios import Receive, Scope, Send, read_body, respond


def tell(event: str) -> None:
    print(f"<{event}>", flush=True)  # noqa: T201 - standard output is what the test reads


async def supported(scope: Scope, receive: Receive, send: Send) -> None:
    """Tells of startup, requests and shutdown, and answers with its state."""
    if scope["type"] == "lifespan":
        await startup(scope, receive, send)
        await shutdown(receive, send)
        return
    tell(f"request {scope['path']}")
    await read_body(receive)
    await respond(send, repr(scope["state"]).encode())
    leave_traces(scope["state"])
    tell(f"done {scope['path']}")


async def startup(scope: Scope, receive: Receive, send: Send) -> None:
    tell(f"scope {scope['asgi']}")
    assert (await receive())["type"] == "lifespan.startup"
    tell("startup")
    await asyncio.sleep(0)
    scope["state"].update(number=1, shared=[])
    await send({"type": "lifespan.startup.complete"})


async def shutdown(receive: Receive, send: Send) -> None:
    assert (await receive())["type"] == "lifespan.shutdown"
    tell("shutdown")
    await send({"type": "lifespan.shutdown.complete"})


def leave_traces(state: dict[str, Any]) -> None:
    """Change the state of this request, and what all requests share."""
    state["number"] += 1
    state["mine"] = True
    state["shared"].append("trace")


async def raises(scope: Scope, _receive: Receive, send: Send) -> None:
    """Does not support the protocol."""
    if scope["type"] != "http":
        raise NotImplementedError(scope["type"])
    await respond(send, b"served")


async def raises_after_receive(scope: Scope, receive: Receive, send: Send) -> None:
    """Finds out late that it does not support the protocol."""
    if scope["type"] != "http":
        await receive()
    await raises(scope, receive, send)


async def returns(scope: Scope, _receive: Receive, send: Send) -> None:
    """Does not care for the protocol."""
    if scope["type"] == "http":
        await respond(send, b"served")


async def startup_failed(_scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "no database today"})


async def shutdown_failed(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] != "lifespan":
        await respond(send, b"served")
        return
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.failed", "message": "could not save"})
