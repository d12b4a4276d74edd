"""One application, written in four ways; each tells in its journal what it does.

GET  /hello?name=N      "hello N"
POST /echo              each piece of the body in capitals, as it comes
GET  /events            server-sent events without an end
GET  /state             what the lifespan has put into the state
GET  /cookie            the cookies, and sets one
GET  /broken            raises
GET  /broken-midway     raises when the response has begun
GET  /background        works on when it has answered
WS   /talk              sends each message back
WS   /close             closes
WS   /broken            raises when it has accepted
WS   /refuse            refuses by a response
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import fastapi
from pyre import psgi
from pyre.server.asgi import ASGIApplication, Receive, Scope, Send
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

Journal = list[object]


class ExpectedError(Exception):
    """An error that the test knows of."""


class OfAsgi:
    """Written by hand."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = "/lifespan" if scope["type"] == "lifespan" else scope["path"]
        kind = scope["type"] if scope["type"] == "websocket" else "http"
        name = f"{kind}_{path[1:]}".replace("-", "_")
        await getattr(self, name)(scope, receive, send)

    async def http_lifespan(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        scope["state"]["greeting"] = "welcome"
        self._journal.append("started")
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._journal.append("stopped")
        await send({"type": "lifespan.shutdown.complete"})

    async def http_hello(self, scope: Scope, _receive: Receive, send: Send) -> None:
        await answer(send, b"hello " + scope["query_string"].partition(b"=")[2])

    async def http_echo(self, _scope: Scope, receive: Receive, send: Send) -> None:
        await begin(send)
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            await piece(send, message.get("body", b"").upper())
            if not message.get("more_body"):
                break
        await end(send)

    async def http_events(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        try:
            await begin(send, (b"content-type", b"text/event-stream"))
            for number in count():
                await piece(send, b"data: %d\n\n" % number)
        finally:
            self._journal.append("left")

    async def http_state(self, scope: Scope, _receive: Receive, send: Send) -> None:
        await answer(send, scope["state"]["greeting"].encode())

    async def http_cookie(self, scope: Scope, _receive: Receive, send: Send) -> None:
        cookies = dict(scope["headers"]).get(b"cookie", b"")
        await begin(send, (b"set-cookie", b"a=1"))
        await piece(send, cookies)
        await end(send)

    async def http_broken(self, _scope: Scope, _receive: Receive, _send: Send) -> None:
        raise ExpectedError("broken")

    async def http_broken_midway(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        await begin(send)
        await piece(send, b"begun")
        raise ExpectedError("midway")

    async def http_background(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        await answer(send, b"answered")
        self._journal.append("background")

    async def websocket_talk(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        subprotocol = "b" if "b" in scope["subprotocols"] else None
        fields = [(b"x-a", b"1")]
        await send({"type": "websocket.accept", "subprotocol": subprotocol, "headers": fields})
        while (message := await receive())["type"] == "websocket.receive":
            await send({**message, "type": "websocket.send"})
        self._journal.append(message["code"])

    async def websocket_close(self, _scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close", "code": 4000, "reason": "enough"})

    async def websocket_broken(self, _scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        raise ExpectedError("broken")

    async def websocket_refuse(self, _scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        start = {"status": 409, "headers": [(b"x-a", b"1")]}
        await send({"type": "websocket.http.response.start", **start})
        await send({"type": "websocket.http.response.body", "body": b"ref", "more_body": True})
        await send({"type": "websocket.http.response.body", "body": b"used"})


async def answer(send: Send, body: bytes) -> None:
    await begin(send)
    await send({"type": "http.response.body", "body": body})


async def begin(send: Send, *fields: tuple[bytes, bytes]) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": fields})


async def piece(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def end(send: Send) -> None:
    await send({"type": "http.response.body"})


def count() -> Any:
    return iter(range(10_000_000))


class Endpoints:
    """Those of Starlette."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    @asynccontextmanager
    async def lifespan(self, _app: Any) -> AsyncIterator[dict[str, str]]:
        self._journal.append("started")
        yield {"greeting": "welcome"}
        self._journal.append("stopped")

    async def hello(self, request: Request) -> Response:
        return PlainTextResponse(f"hello {request.query_params['name']}")

    async def echo(self, request: Request) -> Response:
        async def pieces() -> AsyncIterator[bytes]:
            async for each in request.stream():
                yield each.upper()

        return StreamingResponse(pieces())

    async def events(self, _request: Request) -> Response:
        async def pieces() -> AsyncIterator[str]:
            try:
                for number in count():
                    yield f"data: {number}\n\n"
            finally:
                self._journal.append("left")

        return StreamingResponse(pieces(), media_type="text/event-stream")

    async def state(self, request: Request) -> Response:
        return PlainTextResponse(request.state.greeting)

    async def cookie(self, request: Request) -> Response:
        response = PlainTextResponse(request.headers.get("cookie", ""))
        response.set_cookie("a", "1")
        return response

    async def broken(self, _request: Request) -> Response:
        raise ExpectedError("broken")

    async def broken_midway(self, _request: Request) -> Response:
        async def pieces() -> AsyncIterator[str]:
            yield "begun"
            raise ExpectedError("midway")

        return StreamingResponse(pieces())

    async def background(self, _request: Request) -> Response:
        async def work() -> None:
            self._journal.append("background")

        return PlainTextResponse("answered", background=BackgroundTask(work))

    async def talk(self, websocket: WebSocket) -> None:
        subprotocol = "b" if "b" in websocket.scope["subprotocols"] else None
        await websocket.accept(subprotocol, headers=[(b"x-a", b"1")])
        while (message := await websocket.receive())["type"] == "websocket.receive":
            await websocket.send({**message, "type": "websocket.send"})
        self._journal.append(message["code"])

    async def close(self, websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.close(4000, "enough")

    async def broken_websocket(self, websocket: WebSocket) -> None:
        await websocket.accept()
        raise ExpectedError("broken")

    async def refuse(self, websocket: WebSocket) -> None:
        await websocket.send_denial_response(PlainTextResponse("refused", 409, {"x-a": "1"}))


def of_starlette(journal: Journal) -> ASGIApplication:
    endpoints = Endpoints(journal)
    routes = [
        Route("/hello", endpoints.hello),
        Route("/echo", endpoints.echo, methods=["POST"]),
        Route("/events", endpoints.events),
        Route("/state", endpoints.state),
        Route("/cookie", endpoints.cookie),
        Route("/broken", endpoints.broken),
        Route("/broken-midway", endpoints.broken_midway),
        Route("/background", endpoints.background),
        WebSocketRoute("/talk", endpoints.talk),
        WebSocketRoute("/close", endpoints.close),
        WebSocketRoute("/broken", endpoints.broken_websocket),
        WebSocketRoute("/refuse", endpoints.refuse),
    ]
    return Starlette(routes=routes, lifespan=endpoints.lifespan)


def of_fastapi(journal: Journal) -> ASGIApplication:
    endpoints = Endpoints(journal)
    app = fastapi.FastAPI(lifespan=endpoints.lifespan)

    @app.get("/hello")
    async def hello(name: str) -> Response:
        return PlainTextResponse(f"hello {name}")

    @app.get("/background")
    async def background(tasks: fastapi.BackgroundTasks) -> str:
        tasks.add_task(journal.append, "background")
        return "answered"

    app.post("/echo")(endpoints.echo)
    app.get("/events")(endpoints.events)
    app.get("/state")(endpoints.state)
    app.get("/cookie")(endpoints.cookie)
    app.get("/broken")(endpoints.broken)
    app.get("/broken-midway")(endpoints.broken_midway)
    app.websocket("/talk")(endpoints.talk)
    app.websocket("/close")(endpoints.close)
    app.websocket("/broken")(endpoints.broken_websocket)
    app.websocket("/refuse")(endpoints.refuse)
    return app


class OfPsgi:
    """An object of PSGI."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    @asynccontextmanager
    async def __psgi_lifespan__(self, state: dict[str, Any]) -> AsyncIterator[None]:
        self._journal.append("started")
        state["greeting"] = "welcome"
        yield
        self._journal.append("stopped")

    async def __psgi__(self, request: psgi.Request) -> psgi.Response | None:
        kind = "websocket" if request.is_websocket else "http"
        name = f"{kind}_{request.path[1:]}".replace("-", "_")
        response: psgi.Response | None = await getattr(self, name)(request)
        return response

    async def http_hello(self, request: psgi.Request) -> psgi.Response:
        return psgi.Response(body=b"hello " + request.query.partition(b"=")[2])

    async def http_echo(self, request: psgi.Request) -> psgi.Response:
        return psgi.Response(body=(each.upper() async for each in request))

    async def http_events(self, _request: psgi.Request) -> psgi.Response:
        async def pieces() -> AsyncIterator[str]:
            try:
                for number in count():
                    yield f"data: {number}\n\n"
            finally:
                self._journal.append("left")

        return psgi.Response(200, [("content-type", "text/event-stream")], pieces())

    async def http_state(self, request: psgi.Request) -> psgi.Response:
        return psgi.Response(body=request.state["greeting"])

    async def http_cookie(self, request: psgi.Request) -> psgi.Response:
        cookies = request.headers.get("cookie", "")
        return psgi.Response(200, [("set-cookie", "a=1")], cookies)

    async def http_broken(self, _request: psgi.Request) -> psgi.Response:
        raise ExpectedError("broken")

    async def http_broken_midway(self, _request: psgi.Request) -> psgi.Response:
        async def pieces() -> AsyncIterator[str]:
            yield "begun"
            raise ExpectedError("midway")

        return psgi.Response(body=pieces())

    async def http_background(self, request: psgi.Request) -> psgi.Response:
        async def work() -> None:
            self._journal.append("background")

        request.after(work)
        return psgi.Response(body="answered")

    async def websocket_talk(self, request: psgi.Request) -> None:
        subprotocol = "b" if "b" in request.headers.get("sec-websocket-protocol", "") else None
        websocket = await request.accept(subprotocol, [("x-a", "1")])
        async for message in websocket:
            await websocket.send(message)
        self._journal.append(websocket.close_code)

    async def websocket_close(self, request: psgi.Request) -> None:
        websocket = await request.accept()
        await websocket.close(4000, "enough")

    async def websocket_broken(self, request: psgi.Request) -> None:
        await request.accept()
        raise ExpectedError("broken")

    async def websocket_refuse(self, _request: psgi.Request) -> psgi.Response:
        return psgi.Response(409, [("x-a", "1")], "refused")


def of_psgi(journal: Journal) -> ASGIApplication:
    return psgi.to_asgi(OfPsgi(journal))


KINDS: dict[str, Callable[[Journal], ASGIApplication]] = {
    "asgi": OfAsgi,
    "starlette": of_starlette,
    "fastapi": of_fastapi,
    "psgi": of_psgi,
}
