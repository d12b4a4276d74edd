"""WebSocket endpoints."""

import asyncio

import events
from pyre import framework
from pyre.framework import App, CallNext, HTTPError, Request, Response, WebSocket, responses
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket as StarletteWebSocket


async def members_only(request: Request, call_next: CallNext) -> Response:
    if request.query.get("member") != "yes":
        return responses.PlainTextResponse("members only", status=403)
    return await call_next(request)


async def tells_what_became_of_it(request: Request, call_next: CallNext) -> Response:
    response = await call_next(request)
    events.tell(f"{request.path} {response.status}")
    response.headers["seen"] = "yes"
    return response


async def breaks_too(request: Request, call_next: CallNext) -> Response:
    if "early" in request.query and isinstance(request, WebSocket):
        await request.accept()
    else:
        await call_next(request)
    raise ZeroDivisionError("in a layer")


class Live(framework.Blueprint, prefix="/live"):
    @framework.websocket("/within-a-layer", middleware=[tells_what_became_of_it, breaks_too])
    async def within_a_layer(self, websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send("still fine")

    @framework.websocket("/echo/{room}")
    async def echo(self, websocket: WebSocket, room: str) -> None:
        await websocket.accept()
        await websocket.send(f"room {room}")
        async for message in websocket:
            await websocket.send(message)

    @framework.websocket("/json")
    async def json(self, websocket: WebSocket, times: int = 1) -> None:
        await websocket.accept("chat", headers=[("x-room", "1")])
        message = await websocket.receive()
        await websocket.send_json([message] * times)
        await websocket.close(4000, "done")

    @framework.websocket("/bound/{number:int}")
    async def bound(self, number: int, tag: list[str], websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_json([number, tag, websocket.path_args, websocket.method])

    @framework.websocket("/closings")
    async def closings(self, websocket: WebSocket) -> None:
        await websocket.accept()
        messages = [message async for message in websocket]
        events.tell(f"closed with {websocket.close_code} after {messages}")

    @framework.websocket("/receives")
    async def receives(self, websocket: WebSocket) -> None:
        """Nobody catches what ``receive`` raises when the peer has closed."""
        await websocket.accept()
        events.tell("accepted")
        try:
            await websocket.receive()
        finally:
            events.tell("received nothing")

    @framework.websocket("/guarded", middleware=[tells_what_became_of_it, members_only])
    async def guarded(self, websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send("welcome")

    @framework.websocket("/checked")
    async def checked(self, websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send("checked")

    @checked.before
    async def check(self, request: Request) -> Response | None:
        return None if "token" in request.query else Response("no token", status=401)

    @framework.websocket("/refused")
    async def refused(self, websocket: WebSocket) -> None:
        raise HTTPError(401, "who are you?", headers=[("www-authenticate", "Basic")])

    @framework.websocket("/answered")
    async def answered(self, websocket: WebSocket) -> Response:
        return responses.JSONResponse({"reason": "full"}, status=503)

    @framework.websocket("/ignored")
    async def ignored(self, websocket: WebSocket) -> None:
        pass

    @framework.websocket("/defect")
    async def defect(self, websocket: WebSocket) -> None:
        raise ZeroDivisionError

    @framework.websocket("/handled")
    async def handled(self, websocket: WebSocket) -> None:
        raise LookupError

    @handled.error(LookupError)
    async def is_missing(self, request: Request, error: LookupError) -> Response:
        return Response("missing", status=404)

    @framework.websocket("/breaks")
    async def breaks(self, websocket: WebSocket) -> None:
        await websocket.accept()
        raise ZeroDivisionError("after the handshake")

    @framework.websocket("/raises")
    async def raises(self, websocket: WebSocket) -> None:
        await websocket.accept()
        raise HTTPError(403, "too late to say it")

    @framework.websocket("/too-early")
    async def too_early(self, websocket: WebSocket) -> None:
        try:
            await websocket.send("hello?")
        except RuntimeError as error:
            raise HTTPError(409, str(error)) from error

    @framework.websocket("/both-ways")
    async def both_ways(self, websocket: WebSocket) -> None:
        """Send and receive in tasks of the endpoint's own."""
        await websocket.accept()
        received: asyncio.Queue[str | bytes] = asyncio.Queue()

        async def receive() -> None:
            async for message in websocket:
                received.put_nowait(message)

        async def send() -> None:
            for _ in range(3):
                await websocket.send(await received.get())
            if "close" in websocket.query:
                await websocket.close(4001)

        async with asyncio.TaskGroup() as group:
            group.create_task(receive())
            group.create_task(send())

    @framework.endpoint("/both")
    async def page(self) -> str:
        return "the page"

    @framework.websocket("/both")
    async def both(self, websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send("the socket")

    @framework.endpoint("/page")
    async def only_page(self) -> str:
        return "only a page"


async def mounted(websocket: StarletteWebSocket) -> None:
    await websocket.accept()
    text = await websocket.receive_text()
    await websocket.send_text(f"{websocket.scope['root_path']} {websocket.url.path} {text}")
    await websocket.close(4002)


app = App()
app.add_blueprint(Live())
app.mount("/old", Starlette(routes=[WebSocketRoute("/talk", mounted)]))


@app.websocket("/function/{name}")
async def function(websocket: WebSocket, name: str) -> None:
    await websocket.accept()
    await websocket.send(name)
