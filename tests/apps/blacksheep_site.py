"""The same site as ``starlette_site.py``, written with BlackSheep."""

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from blacksheep import (
    Application,
    Cookie,
    FromForm,
    Request,
    Response,
    StreamedContent,
    json,
    no_content,
    text,
)
from blacksheep.exceptions import MessageAborted
from payload import blocks

STATIC = Path(__file__).parent / "static"

gates: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
"""What handlers wait for until another request opens it."""

finished: list[str] = []
"""What background tasks and interrupted handlers have done."""

greetings: list[str] = []

tasks: set[asyncio.Task[None]] = set()

app = Application()
app.use_sessions("secret of the test")
app.serve_files(STATIC, root_path="static", extensions={".txt"})


@app.lifespan
async def lifespan() -> AsyncIterator[None]:
    greetings.append("from the lifespan")
    yield


async def add_site_header(
    request: Request, handler: Callable[[Request], Awaitable[Response]]
) -> Response:
    response = await handler(request)
    response.set_header(b"X-Site", b"blacksheep")
    return response


app.middlewares.append(add_site_header)


@app.exception_handler(MessageAborted)
async def forget(_app: Application, _request: Request, _error: MessageAborted) -> Response:
    """A client that leaves within its upload is no error."""
    return no_content()


def streamed(pieces: Callable[[], AsyncIterator[bytes]]) -> Response:
    return Response(200, content=StreamedContent(b"text/plain", pieces))


@app.router.get("/hello/{name}")
@app.router.head("/hello/{name}")
async def hello(name: str, request: Request) -> Response:
    query = {key: values[0] for key, values in request.query.items()}
    return json({"hello": name, "query": query})


@app.router.post("/echo")
async def echo(request: Request) -> Response:
    return json(await request.json())


@app.router.post("/upload")
@app.router.put("/upload")
async def upload(request: Request) -> Response:
    digest, size = hashlib.sha256(), 0
    async for piece in request.stream():
        digest.update(piece)
        size += len(piece)
    return json({"size": size, "digest": digest.hexdigest()})


@app.router.get("/download/{size}")
async def download(size: int) -> Response:
    async def pieces() -> AsyncIterator[bytes]:
        for block in blocks(size):
            yield block

    return streamed(pieces)


@app.router.post("/form")
async def form(request: Request) -> Response:
    found: dict[str, Any] = {}
    async for part in request.multipart_stream():
        if part.name == "note":
            found["note"] = (await part.read()).decode()
        else:
            content = await part.read()
            found["name"] = part.file_name
            found["size"] = len(content)
            found["digest"] = hashlib.sha256(content).hexdigest()
    return json(found)


@dataclass
class Note:
    """A form."""

    note: str


@app.router.post("/note")
async def note(data: FromForm[Note]) -> Response:
    return json(data.value)


@app.router.get("/numbers/{count}")
async def numbers(count: int) -> Response:
    async def lines() -> AsyncIterator[bytes]:
        for number in range(count):
            yield b"%d\n" % number

    return streamed(lines)


@app.router.get("/held/{gate}")
async def held(gate: str) -> Response:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"held"
        await gates[gate].wait()
        yield b"released"

    return streamed(pieces)


@app.router.post("/gates/{gate}")
async def open_gate(gate: str) -> Response:
    gates[gate].set()
    return no_content()


@app.router.get("/endless/{tag}")
async def endless(tag: str) -> Response:
    async def pieces() -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"tick\n"
                await asyncio.sleep(0.01)
        finally:
            finished.append(tag)

    return streamed(pieces)


@app.router.get("/idle/{tag}")
async def idle(tag: str) -> Response:
    async def pieces() -> AsyncIterator[bytes]:
        try:
            await asyncio.Event().wait()
            yield b"tick\n"
        finally:
            finished.append(tag)

    return streamed(pieces)


@app.router.get("/headers")
async def headers(request: Request) -> Response:
    return json([value.decode() for value in request.get_headers(b"X-Tag")])


@app.router.get("/cookie")
async def cookie(request: Request) -> Response:
    response = json(request.cookies)
    response.set_cookie(Cookie("visited", "yes"))
    return response


@app.router.get("/visits")
async def visits(request: Request) -> Response:
    request.session["visits"] = int(request.session.get("visits", 0)) + 1
    return json(request.session["visits"])


@app.router.get("/in-background/{tag}")
async def in_background(tag: str) -> Response:
    task = asyncio.create_task(work(tag))
    tasks.add(task)
    task.add_done_callback(tasks.discard)
    return text("later")


async def work(tag: str) -> None:
    await gates[tag].wait()
    finished.append(tag)


@app.router.get("/finished")
async def list_finished() -> Response:
    return json(finished)


@app.router.get("/broken")
async def broken() -> Response:
    raise RuntimeError("broken on purpose")


@app.router.get("/broken-midway")
async def broken_midway() -> Response:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"begun"
        raise RuntimeError("broken midway")

    return streamed(pieces)


@app.router.get("/state")
async def state() -> Response:
    return json({"greeting": greetings[0]})
