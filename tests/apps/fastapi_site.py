"""The same site as ``starlette_site.py``, written with FastAPI."""

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

from fastapi import (
    BackgroundTasks,
    Body,
    Cookie,
    Depends,
    FastAPI,
    Form,
    Header,
    HTTPException,
    Request,
    Response,
    UploadFile,
)
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse, StreamingResponse
from fastapi.staticfiles import StaticFiles
from payload import blocks
from pydantic import BaseModel, Field
from starlette.middleware.sessions import SessionMiddleware

STATIC = Path(__file__).parent / "static"

gates: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
"""What handlers wait for until another request opens it."""

finished: list[str] = []
"""What background tasks, dependencies and interrupted handlers have done."""


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[dict[str, str]]:
    yield {"greeting": "from the lifespan"}


app = FastAPI(lifespan=lifespan)
app.mount("/static", StaticFiles(directory=STATIC))
app.add_middleware(SessionMiddleware, secret_key="secret of the test")


@app.middleware("http")
async def add_site_header(
    request: Request, call_next: Callable[[Request], Awaitable[Response]]
) -> Response:
    """The whole site is behind a ``BaseHTTPMiddleware``."""
    response = await call_next(request)
    response.headers["X-Site"] = "fastapi"
    return response


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
    digest = hashlib.sha256(await file.read()).hexdigest()
    return {"name": file.filename, "size": file.size, "digest": digest, "note": note}


@app.post("/note")
async def note(note: Annotated[str, Form()]) -> dict[str, str]:
    return {"note": note}


@app.get("/numbers/{count}")
async def numbers(count: int) -> StreamingResponse:
    async def lines() -> AsyncIterator[str]:
        for number in range(count):
            yield f"{number}\n"

    return StreamingResponse(lines())


@app.get("/held/{gate}")
async def held(gate: str) -> StreamingResponse:
    async def pieces() -> AsyncIterator[str]:
        yield "held"
        await gates[gate].wait()
        yield "released"

    return StreamingResponse(pieces())


@app.post("/gates/{gate}", status_code=204)
async def open_gate(gate: str) -> None:
    gates[gate].set()


@app.get("/endless/{tag}")
async def endless(tag: str) -> StreamingResponse:
    async def pieces() -> AsyncIterator[str]:
        try:
            while True:
                yield "tick\n"
                await asyncio.sleep(0.01)
        finally:
            finished.append(tag)

    return StreamingResponse(pieces())


@app.get("/idle/{tag}")
async def idle(tag: str) -> StreamingResponse:
    async def pieces() -> AsyncIterator[str]:
        try:
            await asyncio.Event().wait()
            yield "tick\n"
        finally:
            finished.append(tag)

    return StreamingResponse(pieces())


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


@app.get("/visits")
async def visits(request: Request) -> int:
    request.session["visits"] = request.session.get("visits", 0) + 1
    return int(request.session["visits"])


@app.get("/old-place")
async def old_place() -> RedirectResponse:
    return RedirectResponse("/hello/redirected")


@app.get("/in-background/{tag}")
async def in_background(tag: str, tasks: BackgroundTasks) -> PlainTextResponse:
    tasks.add_task(work, tag)
    return PlainTextResponse("later")


async def work(tag: str) -> None:
    await gates[tag].wait()
    finished.append(tag)


@app.get("/finished")
async def list_finished() -> list[str]:
    return finished


@app.get("/broken")
async def broken() -> None:
    raise RuntimeError("broken on purpose")


@app.get("/broken-midway")
async def broken_midway() -> StreamingResponse:
    async def pieces() -> AsyncIterator[str]:
        yield "begun"
        raise RuntimeError("broken midway")

    return StreamingResponse(pieces())


@app.get("/state")
async def state(request: Request) -> dict[str, str]:
    return {"greeting": request.state.greeting}


class Item(BaseModel):
    """Something that is sold."""

    name: str
    price: float = Field(gt=0)


@app.post("/items", status_code=201)
async def create_item(item: Item) -> Item:
    return item


async def loan(tag: str) -> AsyncIterator[str]:
    """Lend ``tag`` to a handler, and take it back when the response is complete."""
    try:
        yield tag
    finally:
        finished.append(tag)


@app.get("/borrowed/{tag}")
async def borrowed(lent: Annotated[str, Depends(loan)]) -> str:
    return lent


@app.get("/borrowed-stream/{tag}")
async def borrowed_stream(lent: Annotated[str, Depends(loan)]) -> StreamingResponse:
    async def pieces() -> AsyncIterator[str]:
        yield "back" if lent in finished else "lent"

    return StreamingResponse(pieces())


@app.get("/borrowed-in-vain/{tag}")
async def borrowed_in_vain(lent: Annotated[str, Depends(loan)]) -> None:
    raise HTTPException(409, f"{lent} is of no use")
