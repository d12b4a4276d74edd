"""A PSGI application: ``pyre psgi_app:app --app-dir examples``, ``uvicorn psgi_app:asgi_app``."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from pyre import psgi

LARGEST_UPLOAD = 10 * 1024 * 1024


class Site:
    """Greets, hashes what is uploaded, and counts down."""

    @asynccontextmanager
    async def __psgi_lifespan__(self, state: dict[str, Any]) -> AsyncGenerator[None]:
        """Make what requests share; they find it in ``request.state``."""
        state["greeting"] = "Hello"
        yield

    async def __psgi__(self, request: psgi.Request) -> psgi.Response:
        """Answer one request."""
        match request.method, request.path:
            case "GET", "/":
                return psgi.Response(body=f"{request.state['greeting']}, World!")
            case "POST", "/sha256":
                digest = hashlib.sha256(await request.read(limit=LARGEST_UPLOAD))
                return psgi.Response(body=digest.hexdigest())
            case "GET", "/countdown":
                return psgi.Response(200, {"content-type": "text/event-stream"}, countdown())
            case _:
                return psgi.Response(404, body="There is no such page.")


async def countdown() -> AsyncIterator[str]:
    """Count down, as server-sent events."""
    for number in (3, 2, 1):
        yield f"data: {number}\n\n"
        await asyncio.sleep(0.01)


app = Site()
asgi_app = psgi.to_asgi(app)
