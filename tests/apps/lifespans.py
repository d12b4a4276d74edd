"""Applications that differ in how they take part in the lifespan protocol."""

import asyncio
from typing import Any

from events import permitted, tell
from scenarios import Receive, Scope, Send, read_body, respond
from scope_app import plain

loops: set[asyncio.AbstractEventLoop] = set()
"""Where the application has been called."""


async def supported(scope: Scope, receive: Receive, send: Send) -> None:
    """Tells of startup, requests and shutdown, and answers with its state."""
    if scope["type"] == "lifespan":
        tell(f"scope {plain(scope)}")
        await startup(scope, receive, send)
        await shutdown(receive, send)
        return
    tell(f"request {scope['path']}")
    await read_body(receive)
    await respond(send, repr(plain(scope.get("state"))).encode())
    leave_traces(scope.get("state", {}))
    tell(f"done {scope['path']}")


async def startup(scope: Scope, receive: Receive, send: Send) -> None:
    assert (await receive())["type"] == "lifespan.startup"
    tell("startup")
    await asyncio.sleep(0)
    scope.get("state", {}).update(number=1, shared=[])
    await send({"type": "lifespan.startup.complete"})


async def shutdown(receive: Receive, send: Send) -> None:
    assert (await receive())["type"] == "lifespan.shutdown"
    tell("shutdown")
    await send({"type": "lifespan.shutdown.complete"})


def leave_traces(state: dict[str, Any]) -> None:
    """Change the state of this request, and what all requests share."""
    if state:
        state["number"] += 1
        state["mine"] = True
        state["shared"].append("trace")


async def patient_startup(scope: Scope, receive: Receive, send: Send) -> None:
    """Completes its startup when the test permits."""
    if scope["type"] == "lifespan":
        await receive()
        tell("startup")
        await permitted()
        tell("startup complete")
        await send({"type": "lifespan.startup.complete"})
        await shutdown(receive, send)
        return
    tell(f"request {scope['path']}")
    await respond(send, b"served")


async def patient_shutdown(scope: Scope, receive: Receive, send: Send) -> None:
    """Completes its shutdown when the test permits."""
    if scope["type"] == "lifespan":
        await startup(scope, receive, send)
        await receive()
        tell("shutdown")
        await permitted()
        tell("shutdown complete")
        await send({"type": "lifespan.shutdown.complete"})
        return
    await respond(send, b"served")


async def in_the_loop(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers in how many loops it has been called, and what became of a task of its startup."""
    loops.add(asyncio.get_running_loop())
    if scope["type"] == "lifespan":
        background = asyncio.create_task(tick())
        await startup(scope, receive, send)
        await shutdown(receive, send)
        background.cancel()
        return
    await respond(send, b"%d" % len(loops))


async def tick() -> None:
    """Tell that time goes on, after the startup too."""
    while True:
        await asyncio.sleep(0.01)
        tell("tick")


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


async def startup_failed_silently(_scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "lifespan.startup.failed"})


async def shutdown_failed(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] != "lifespan":
        await respond(send, b"served")
        return
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.failed", "message": "could not save"})
