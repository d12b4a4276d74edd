"""A Starlette application with one route for each thing that a client does."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from payload import blocks
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import (
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route

finished: list[str] = []
"""What background tasks have done."""


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
        content = await file.read()
        return JSONResponse({"name": file.filename, "size": len(content), "note": form["note"]})


async def client(request: Request) -> Response:
    assert request.client is not None
    return JSONResponse(request.client.port)


async def headers(request: Request) -> Response:
    return JSONResponse(request.headers.getlist("x-tag"))


async def cookie(request: Request) -> Response:
    response = JSONResponse(request.cookies)
    response.set_cookie("visited", "yes")
    return response


async def old_place(_request: Request) -> Response:
    return RedirectResponse("/hello/redirected")


async def in_background(_request: Request) -> Response:
    return PlainTextResponse("later", background=BackgroundTask(finished.append, "task"))


async def list_finished(_request: Request) -> Response:
    return JSONResponse(finished)


async def broken(_request: Request) -> Response:
    raise RuntimeError("broken on purpose")


async def state(request: Request) -> Response:
    return JSONResponse(request.state.greeting)


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
        Route("/client", client),
        Route("/headers", headers),
        Route("/cookie", cookie),
        Route("/old-place", old_place),
        Route("/in-background", in_background),
        Route("/finished", list_finished),
        Route("/broken", broken),
        Route("/state", state),
    ],
    lifespan=lifespan,
)
