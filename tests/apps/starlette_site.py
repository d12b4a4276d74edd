"""A Starlette application with one route for each thing that a client does."""

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from payload import blocks
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import (
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

STATIC = Path(__file__).parent / "static"

gates: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
"""What handlers wait for until another request opens it."""

finished: list[str] = []
"""What background tasks and interrupted handlers have done."""


async def hello(request: Request) -> Response:
    return JSONResponse({"hello": request.path_params["name"], "query": dict(request.query_params)})


async def echo(request: Request) -> Response:
    return JSONResponse(await request.json())


async def upload(request: Request) -> Response:
    """Digest the body as it arrives."""
    digest, size = hashlib.sha256(), 0
    async for piece in request.stream():
        digest.update(piece)
        size += len(piece)
    return JSONResponse({"size": size, "digest": digest.hexdigest()})


async def download(request: Request) -> Response:
    return StreamingResponse(blocks(int(request.path_params["size"])))


async def form(request: Request) -> Response:
    async with request.form() as form:
        file = form["file"]
        assert not isinstance(file, str)
        digest = hashlib.sha256(await file.read()).hexdigest()
        return JSONResponse(
            {"name": file.filename, "size": file.size, "digest": digest, "note": form["note"]}
        )


async def note(request: Request) -> Response:
    async with request.form() as form:
        return JSONResponse({"note": form["note"]})


async def numbers(request: Request) -> Response:
    async def lines() -> AsyncIterator[str]:
        for number in range(request.path_params["count"]):
            yield f"{number}\n"

    return StreamingResponse(lines())


async def held(request: Request) -> Response:
    async def pieces() -> AsyncIterator[str]:
        yield "held"
        await gates[request.path_params["gate"]].wait()
        yield "released"

    return StreamingResponse(pieces())


async def open_gate(request: Request) -> Response:
    gates[request.path_params["gate"]].set()
    return Response(status_code=204)


async def endless(request: Request) -> Response:
    async def pieces() -> AsyncIterator[str]:
        try:
            while True:
                yield "tick\n"
                await asyncio.sleep(0.01)
        finally:
            finished.append(request.path_params["tag"])

    return StreamingResponse(pieces())


async def idle(request: Request) -> Response:
    async def pieces() -> AsyncIterator[str]:
        try:
            await asyncio.Event().wait()
            yield "tick\n"
        finally:
            finished.append(request.path_params["tag"])

    return StreamingResponse(pieces())


async def watch(request: Request) -> Response:
    """Work until the client has left, without sending anything."""
    while not await request.is_disconnected():  # noqa: ASYNC110 - there is nothing else to ask
        await asyncio.sleep(0.01)
    finished.append(request.path_params["tag"])
    return Response()


async def client(request: Request) -> Response:
    assert request.client is not None
    return JSONResponse(request.client.port)


async def headers(request: Request) -> Response:
    return JSONResponse(request.headers.getlist("x-tag"))


async def cookie(request: Request) -> Response:
    response = JSONResponse(request.cookies)
    response.set_cookie("visited", "yes")
    return response


async def visits(request: Request) -> Response:
    request.session["visits"] = request.session.get("visits", 0) + 1
    return JSONResponse(request.session["visits"])


async def old_place(_request: Request) -> Response:
    return RedirectResponse("/hello/redirected")


async def in_background(request: Request) -> Response:
    return PlainTextResponse("later", background=BackgroundTask(work, request.path_params["tag"]))


async def work(tag: str) -> None:
    await gates[tag].wait()
    finished.append(tag)


async def list_finished(_request: Request) -> Response:
    return JSONResponse(finished)


async def broken(_request: Request) -> Response:
    raise RuntimeError("broken on purpose")


async def broken_midway(_request: Request) -> Response:
    async def pieces() -> AsyncIterator[str]:
        yield "begun"
        raise RuntimeError("broken midway")

    return StreamingResponse(pieces())


async def state(request: Request) -> Response:
    return JSONResponse({"greeting": request.state.greeting})


class SiteHeader:
    """Middleware that names the site in each response."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_header(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Site"] = "starlette"
            await send(message)

        await self.app(scope, receive, send_with_header)


@asynccontextmanager
async def lifespan(_app: Starlette) -> AsyncIterator[dict[str, str]]:
    yield {"greeting": "from the lifespan"}


app = Starlette(
    routes=[
        Route("/hello/{name}", hello),
        Route("/echo", echo, methods=["POST"]),
        Route("/upload", upload, methods=["POST", "PUT"]),
        Route("/download/{size:int}", download),
        Route("/form", form, methods=["POST"]),
        Route("/note", note, methods=["POST"]),
        Route("/numbers/{count:int}", numbers),
        Route("/held/{gate}", held),
        Route("/gates/{gate}", open_gate, methods=["POST"]),
        Route("/endless/{tag}", endless),
        Route("/idle/{tag}", idle),
        Route("/watch/{tag}", watch),
        Route("/client", client),
        Route("/headers", headers),
        Route("/cookie", cookie),
        Route("/visits", visits),
        Route("/old-place", old_place),
        Route("/in-background/{tag}", in_background),
        Route("/finished", list_finished),
        Route("/broken", broken),
        Route("/broken-midway", broken_midway),
        Route("/state", state),
        Mount("/static", StaticFiles(directory=STATIC)),
    ],
    middleware=[
        Middleware(SiteHeader),
        Middleware(SessionMiddleware, secret_key="secret of the test"),
    ],
    lifespan=lifespan,
)
