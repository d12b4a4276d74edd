"""What runs at the start, between, after responses, and at the end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import events
from pyre.framework import App, HTTPError, Request, Response, responses


@asynccontextmanager
async def lifespan(app: App) -> AsyncIterator[dict[str, object]]:
    events.tell("lifespan begins")
    yield {"pool": "a pool", "list": []}
    events.tell("lifespan ends")


app = App(lifespan=lifespan)
app.load("framework_setups.coroutine")
app.load("framework_setups.plain")


@app.on_startup
def starts() -> None:
    events.tell("starts")


@app.on_startup
async def starts_too() -> None:
    events.tell("starts too")


@app.on_shutdown
async def stops() -> None:
    events.tell("stops")


@app.on_shutdown
def stops_too() -> None:
    events.tell("stops too")


@app.endpoint("/state")
async def state(request: Request) -> object:
    """The state is a copy for each request, though not a deep one."""
    seen = request.state.get("seen", 0)
    request.state["seen"] = seen + 1
    return [seen, request.state["pool"], app.state.greeting]


@app.endpoint("/after/{name}")
async def after(request: Request, name: str) -> str:
    async def tell(what: str) -> None:
        events.tell(f"{name}: {what}")

    async def fail() -> None:
        raise ZeroDivisionError("after the response")

    request.after(tell, "first")
    if name == "fails":
        request.after(fail)
    request.after(tell, "second")
    events.tell(f"{name}: endpoint")
    return "answered"


@app.endpoint("/after-error/{status:int}")
async def after_error(request: Request, status: int) -> str:
    async def tell() -> None:
        events.tell(f"after {status}")

    request.after(tell)
    raise HTTPError(status)


@app.endpoint("/after-stream")
async def after_stream(request: Request) -> Response:
    async def tell() -> None:
        events.tell("after the stream")

    async def pieces() -> AsyncIterator[str]:
        yield "a piece"
        events.tell("end of the stream")

    request.after(tell)
    return responses.StreamResponse(pieces())


@app.endpoint("/register/{name}", methods=["POST"])
async def register(name: str) -> None:
    @app.endpoint(f"/registered/{name}")
    async def registered() -> str:
        return name


@app.endpoint("/handle/{status:int}", methods=["POST"])
async def handle(status: int) -> None:
    @app.error(status)
    async def handler(request: Request, error: HTTPError) -> Response:
        return responses.PlainTextResponse(f"handled {error.status}", status=error.status)


@asynccontextmanager
async def failing(app: App) -> AsyncIterator[None]:
    events.tell("failing begins")
    try:
        yield
    finally:
        events.tell("failing ends")


refusing = App(lifespan=failing)
"""A hook of its start-up fails."""


@refusing.on_startup
async def cannot_start() -> None:
    raise ConnectionError("no database on purpose")


@refusing.on_startup
async def never_called() -> None:
    events.tell("never called")


@refusing.on_shutdown
async def not_called_either() -> None:
    events.tell("not called either")


unprepared = App()
"""Its ``setup`` fails."""

unprepared.load("framework_setups.failing")

stubborn = App()
"""A hook of its shutdown fails."""


@stubborn.on_shutdown
async def cannot_stop() -> None:
    events.tell("cannot stop")
    raise ConnectionError("the shutdown fails on purpose")


@stubborn.on_shutdown
async def stops_all_the_same() -> None:
    events.tell("stops all the same")
