"""The same site as ``starlette_site.py``, written with Litestar."""

import asyncio
import hashlib
import warnings
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from litestar import Litestar, Request, Response, get, post, route
from litestar.background_tasks import BackgroundTask
from litestar.datastructures import MutableScopeHeaders, UploadFile
from litestar.enums import HttpMethod, RequestEncodingType
from litestar.exceptions import InternalServerException
from litestar.logging import LoggingConfig
from litestar.middleware import ASGIMiddleware
from litestar.middleware.session.server_side import ServerSideSessionConfig
from litestar.params import Body
from litestar.response import ServerSentEvent, Stream
from litestar.static_files import create_static_files_router
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from payload import blocks

STATIC = Path(__file__).parent / "static"

# Litestar leaves the files of a form open when the client leaves within it.
warnings.filterwarnings("ignore", "unclosed file", ResourceWarning)

gates: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
"""What handlers wait for until another request opens it."""

finished: list[str] = []
"""What background tasks and interrupted handlers have done."""


@route("/hello/{name:str}", http_method=[HttpMethod.GET, HttpMethod.HEAD])
async def hello(name: str, request: Request) -> dict[str, Any]:
    return {"hello": name, "query": dict(request.query_params)}


@post("/echo", status_code=200)
async def echo(data: Any) -> Any:
    return data


@route("/upload", http_method=[HttpMethod.POST, HttpMethod.PUT], status_code=200)
async def upload(request: Request) -> dict[str, Any]:
    digest, size = hashlib.sha256(), 0
    async for piece in request.stream():
        digest.update(piece)
        size += len(piece)
    return {"size": size, "digest": digest.hexdigest()}


@get("/download/{size:int}")
async def download(size: int) -> Stream:
    return Stream(blocks(size))


@dataclass
class NoteWithFile:
    """A form with an upload."""

    note: str
    file: UploadFile


@post("/form", status_code=200)
async def form(
    data: Annotated[NoteWithFile, Body(media_type=RequestEncodingType.MULTI_PART)],
) -> dict[str, Any]:
    content = await data.file.read()
    return {
        "name": data.file.filename,
        "size": len(content),
        "digest": hashlib.sha256(content).hexdigest(),
        "note": data.note,
    }


@dataclass
class Note:
    """A form without one."""

    note: str


@post("/note", status_code=200)
async def note(data: Annotated[Note, Body(media_type=RequestEncodingType.URL_ENCODED)]) -> Note:
    return data


@get("/numbers/{count:int}")
async def numbers(count: int) -> Stream:
    async def lines() -> AsyncIterator[str]:
        for number in range(count):
            yield f"{number}\n"

    return Stream(lines())


@get("/held/{gate:str}")
async def held(gate: str) -> Stream:
    async def pieces() -> AsyncIterator[str]:
        yield "held"
        await gates[gate].wait()
        yield "released"

    return Stream(pieces())


@post("/gates/{gate:str}", status_code=204)
async def open_gate(gate: str) -> None:
    gates[gate].set()


@get("/endless/{tag:str}")
async def endless(tag: str) -> Stream:
    async def pieces() -> AsyncIterator[str]:
        try:
            while True:
                yield "tick\n"
                await asyncio.sleep(0.01)
        finally:
            finished.append(tag)

    return Stream(pieces())


@get("/idle/{tag:str}")
async def idle(tag: str) -> Stream:
    async def pieces() -> AsyncIterator[str]:
        try:
            await asyncio.Event().wait()
            yield "tick\n"
        finally:
            finished.append(tag)

    return Stream(pieces())


@get("/events")
async def events() -> ServerSentEvent:
    return ServerSentEvent(str(number) for number in range(3))


@get("/headers")
async def headers(request: Request) -> list[str]:
    return request.headers.getall("x-tag")


@get("/cookie")
async def cookie(request: Request) -> Response[dict[str, str]]:
    response = Response(request.cookies)
    response.set_cookie("visited", "yes")
    return response


@get("/visits")
async def visits(request: Request) -> int:
    request.session["visits"] = request.session.get("visits", 0) + 1
    return int(request.session["visits"])


@get("/in-background/{tag:str}")
async def in_background(tag: str) -> Response[str]:
    return Response("later", background=BackgroundTask(work, tag))


async def work(tag: str) -> None:
    await gates[tag].wait()
    finished.append(tag)


@get("/finished")
async def list_finished() -> list[str]:
    return finished


@get("/broken")
async def broken() -> None:
    raise RuntimeError("broken on purpose")


@get("/broken-midway")
async def broken_midway() -> Stream:
    async def pieces() -> AsyncIterator[str]:
        yield "begun"
        raise RuntimeError("broken midway")

    return Stream(pieces())


@get("/state")
async def state(request: Request) -> dict[str, str]:
    return {"greeting": request.app.state.greeting}


class SiteHeader(ASGIMiddleware):
    """Middleware that names the site in each response."""

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        async def send_with_header(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableScopeHeaders(message)["X-Site"] = "litestar"
            await send(message)

        await next_app(scope, receive, send_with_header)


@asynccontextmanager
async def lifespan(app: Litestar) -> AsyncIterator[None]:
    app.state.greeting = "from the lifespan"
    yield


app = Litestar(
    [
        hello,
        echo,
        upload,
        download,
        form,
        note,
        numbers,
        held,
        open_gate,
        endless,
        idle,
        events,
        headers,
        cookie,
        visits,
        in_background,
        list_finished,
        broken,
        broken_midway,
        state,
        create_static_files_router("/static", [STATIC]),
    ],
    lifespan=[lifespan],
    logging_config=LoggingConfig(
        log_exceptions="always",
        # The second is what Litestar makes of a client that leaves within its upload.
        disable_stack_trace={404, InternalServerException},
    ),
    middleware=[SiteHeader(), ServerSideSessionConfig().middleware],
)
