"""Many requests at once, and peers that leave."""

import asyncio
from contextvars import ContextVar

import events
from pyre.framework import App, CallNext, Request, Response

TOGETHER = 40
"""Requests that wait for each other."""

who = ContextVar("who", default=-1)
barrier = asyncio.Barrier(TOGETHER)

app = App()


@app.middleware
async def keeps_apart(request: Request, call_next: CallNext) -> Response:
    number = int(request.headers.get("number", "-2"))
    request.state["number"] = number
    before = who.get()
    token = who.set(number)
    response = await call_next(request)
    response.headers["seen"] = f"{before} {who.get()} {request.state['number']}"
    who.reset(token)
    return response


@app.endpoint("/together/{number:int}", methods=["POST"])
async def together(request: Request, number: int, of_query: int) -> object:
    await barrier.wait()
    body = await request.body.text()
    await asyncio.sleep(0)
    await barrier.wait()
    return [number, of_query, int(body), who.get(), request.state["number"], request.path_args]


@app.endpoint("/goes-on")
async def goes_on(request: Request) -> str:
    """Nobody cancels it when the peer leaves."""
    events.tell("goes on: begins")
    await request.closed()
    await asyncio.sleep(0)
    events.tell(f"goes on: {request.is_closed}")
    return "for nobody"


@app.endpoint("/half", methods=["POST"])
async def half(request: Request) -> None:
    """The peer leaves in the middle of the body, which raises here, and is no error."""
    events.tell("half: begins")
    try:
        await request.body.read()
    finally:
        events.tell("half: ends")


@app.endpoint("/after-leaving")
async def after_leaving(request: Request) -> str:
    async def tell() -> None:
        events.tell("after leaving")

    request.after(tell)
    await request.closed()
    return "for nobody"
