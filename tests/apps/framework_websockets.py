"""WebSocket endpoints."""

from pyre import framework
from pyre.framework import App, CallNext, HTTPError, Request, Response, WebSocket, responses


async def members_only(request: Request, call_next: CallNext) -> Response:
    if request.query.get("member") != "yes":
        return responses.PlainTextResponse("members only", status=403)
    return await call_next(request)


class Live(framework.Blueprint, prefix="/live"):
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

    @framework.websocket("/guarded", middleware=[members_only])
    async def guarded(self, websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send("welcome")

    @framework.websocket("/refused")
    async def refused(self, websocket: WebSocket) -> None:
        raise HTTPError(401)

    @framework.websocket("/ignored")
    async def ignored(self, websocket: WebSocket) -> None:
        pass

    @framework.websocket("/breaks")
    async def breaks(self, websocket: WebSocket) -> None:
        await websocket.accept()
        raise ZeroDivisionError

    @framework.endpoint("/both")
    async def page(self) -> str:
        return "the page"

    @framework.websocket("/both")
    async def both(self, websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send("the socket")


app = App()
app.add_blueprint(Live())
