"""The same site as ``starlette_site.py``, written with FastAPI."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import BackgroundTasks, Body, Cookie, FastAPI, Form, Header, Request, UploadFile
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse, StreamingResponse
from payload import blocks

finished: list[str] = []
"""What background tasks have done."""


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[dict[str, str]]:
    yield {"greeting": "from the lifespan"}


app = FastAPI(lifespan=lifespan)


@app.api_route("/hello/{name}", methods=["GET", "HEAD"])
async def hello(name: str, request: Request) -> dict[str, Any]:
    return {"hello": name, "query": dict(request.query_params)}


@app.post("/echo")
def echo(content: Annotated[Any, Body()]) -> Any:
    """Not a coroutine function: FastAPI runs it in a thread."""
    return content


@app.api_route("/upload", methods=["POST", "PUT"])
async def upload(request: Request) -> dict[str, Any]:
    digest, size = hashlib.sha256(), 0
    async for piece in request.stream():
        digest.update(piece)
        size += len(piece)
    return {"size": size, "digest": digest.hexdigest()}


@app.get("/download/{size}")
async def download(size: int) -> StreamingResponse:
    return StreamingResponse(blocks(size))


@app.post("/form")
async def form(file: UploadFile, note: Annotated[str, Form()]) -> dict[str, Any]:
    return {"name": file.filename, "size": len(await file.read()), "note": note}


@app.get("/client")
async def client(request: Request) -> int:
    assert request.client is not None
    return request.client.port


@app.get("/headers")
async def headers(x_tag: Annotated[list[str], Header()]) -> list[str]:
    return x_tag


@app.get("/cookie")
async def cookie(visited: Annotated[str | None, Cookie()] = None) -> JSONResponse:
    response = JSONResponse({"visited": visited} if visited else {})
    response.set_cookie("visited", "yes")
    return response


@app.get("/old-place")
async def old_place() -> RedirectResponse:
    return RedirectResponse("/hello/redirected")


@app.get("/in-background")
async def in_background(tasks: BackgroundTasks) -> PlainTextResponse:
    tasks.add_task(finished.append, "task")
    return PlainTextResponse("later")


@app.get("/finished")
async def list_finished() -> list[str]:
    return finished


@app.get("/broken")
async def broken() -> None:
    raise RuntimeError("broken on purpose")


@app.get("/state")
async def state(request: Request) -> str:
    return str(request.state.greeting)
