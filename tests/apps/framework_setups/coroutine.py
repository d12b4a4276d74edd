"""A ``setup`` that waits for something."""

import asyncio

import events
from pyre.framework import App


async def setup(app: App) -> None:
    await asyncio.sleep(0)
    events.tell("coroutine setup")
    app.state.greeting = "set up by a coroutine"

    @app.endpoint("/from-a-coroutine")
    async def endpoint() -> str:
        return "from a coroutine"
