"""An extension that registers one of everything, line by line."""

from collections.abc import Iterable, Mapping

MODULE = """
import asyncio
from pathlib import Path

from pyre import framework
from pyre.framework import Blueprint, WebSocket, responses


async def show() -> str:
    return "an endpoint"


async def show_number(number: int) -> str:
    return f"{number} by a converter"


class Shelf(Blueprint, prefix="/of/blueprint"):
    @framework.endpoint("/{name}")
    async def show(self, name: str) -> str:
        return f"{name} of a blueprint"

    def on_unload(self) -> None:
        self.app.state.journal.append("on_unload")


async def talk(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send("a WebSocket")


class Mounted:
    def __init__(self, journal):
        self.journal = journal

    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan":
            await receive()
            self.journal.append("mount starts")
            await send({"type": "lifespan.startup.complete"})
            await receive()
            self.journal.append("mount stops")
            await send({"type": "lifespan.shutdown.complete"})
        else:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"mounted"})


async def layer(request, call_next):
    response = await call_next(request)
    response.headers["x-layer"] = "a layer"
    return response


async def handle(request, error):
    return responses.PlainTextResponse("handled by the extension", status=404)


async def fail():
    raise ZeroDivisionError("on purpose")


async def run(journal):
    journal.append("task begins")
    try:
        await asyncio.Event().wait()
    finally:
        journal.append("task ends")


def teardown(app) -> None:
    app.state.journal.append("teardown")
"""

STEPS: Mapping[str, str] = {
    "converter": "app.converter('hex', lambda text: int(text, 16), '{:x}'.format)",
    "converted": "app.endpoint('/of/hex/{number:hex}')(show_number)",
    "endpoint": "app.endpoint('/of/endpoint')(show)",
    "blueprint": "app.add_blueprint(Shelf())",
    "websocket": "app.websocket('/of/websocket')(talk)",
    "static": "app.static('/of/static', Path(__file__).parent)",
    "mount": "app.mount('/of/mount', Mounted(app.state.journal))",
    "middleware": "app.middleware(layer)",
    "error": "app.error(404)(handle)",
    "startup": "app.on_startup(lambda: app.state.journal.append('startup hook'))",
    "shutdown": "app.on_shutdown(lambda: app.state.journal.append('shutdown hook'))",
    "task": "app.create_task(run(app.state.journal))",
}
"""What a setup does, each in one line."""

PATHS = (
    "/own",
    "/fails",
    "/nowhere",
    "/of/hex/ff",
    "/of/endpoint",
    "/of/blueprint/a",
    "/of/static/complete.py",
    "/of/mount",
)
"""Those whose answers tell what is registered, besides ``WEBSOCKET``."""

WEBSOCKET = "/of/websocket"


def complete(steps: Iterable[str] = STEPS.values(), *, asynchronous: bool = False) -> str:
    """The source of an extension whose setup has these lines."""
    lines: list[str] = []
    for step in steps:
        lines += [step, "await asyncio.sleep(0)"] if asynchronous else [step]
    definition = "async def setup(app):" if asynchronous else "def setup(app):"
    return "\n".join([MODULE, definition, *(f"    {line}" for line in lines)]) + "\n"
