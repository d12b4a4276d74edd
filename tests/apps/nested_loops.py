"""Applications that run the loop inside a request, or replace the types of asyncio.

``app`` is patched at import, ``late_app`` by its first request.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import nest_asyncio

Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]


async def nested(scope: Message, _receive: object, send: Send) -> None:
    """``/nested`` runs the loop for a while, and ``/plain`` answers at once."""
    if scope["type"] != "http":
        raise NotImplementedError
    text = "plain"
    if scope["path"] == "/nested":
        loop: Any = asyncio.get_running_loop()
        text = loop.run_until_complete(asyncio.sleep(0.2, "nested"))
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": text.encode()})


async def app(scope: Message, receive: object, send: Send) -> None:
    nest_asyncio.apply()
    await nested(scope, receive, send)


def python_tasks() -> Callable[..., Awaitable[None]]:
    """Replace the tasks and futures of asyncio by those that are written in Python."""
    tasks: Any = asyncio.tasks
    futures: Any = asyncio.futures
    asyncio.Task = tasks.Task = tasks._PyTask  # type: ignore[misc] # noqa: SLF001
    asyncio.Future = futures.Future = futures._PyFuture  # type: ignore[misc] # noqa: SLF001
    return nested


def patched() -> Callable[..., Awaitable[None]]:
    """Patch asyncio before there is a running loop."""
    nest_asyncio.apply()
    return app
