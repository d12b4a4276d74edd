"""What runs at the start and at the end."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pyre.framework import App, Request


@asynccontextmanager
async def lifespan(app: App) -> AsyncIterator[dict[str, object]]:
    app.state.seen = ["lifespan"]
    yield {"pool": "a pool"}
    sys.stderr.write("lifespan is over\n")


app = App(lifespan=lifespan)


@app.on_startup
def starts() -> None:
    app.state.seen.append("plain")


@app.on_startup
async def starts_too() -> None:
    app.state.seen.append("coroutine")


@app.on_shutdown
async def stops() -> None:
    sys.stderr.write("stops\n")


@app.endpoint("/seen")
async def seen(request: Request) -> object:
    return [app.state.seen, request.state["pool"]]
