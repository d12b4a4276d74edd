"""A Starlette application: ``pyre starlette_app:app --app-dir examples``.

What it answers:

    curl localhost:8000/hello/Ada
    curl --data-binary @README.md localhost:8000/sha256
    curl localhost:8000/download/1000000 --output zeros
    curl --request POST localhost:8000/visits
"""

import contextlib
import hashlib
from collections.abc import AsyncGenerator, Iterator
from typing import TypedDict

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

CHUNK = bytes(65536)


class State(TypedDict):
    """What the lifespan gives to each request."""

    visits: list[str]


@contextlib.asynccontextmanager
async def lifespan(_app: Starlette) -> AsyncGenerator[State]:
    """Open what requests share, and let go of it at the end."""
    visits: list[str] = []
    yield {"visits": visits}
    visits.clear()


async def hello(request: Request) -> Response:
    """Greet the name in the path."""
    return PlainTextResponse(f"Hello, {request.path_params['name']}!")


async def sha256(request: Request) -> Response:
    """Hash a body of any size, one piece in memory at a time."""
    digest = hashlib.sha256()
    async for piece in request.stream():
        digest.update(piece)
    return PlainTextResponse(digest.hexdigest())


async def download(request: Request) -> Response:
    """Send as many zero bytes as the path says."""
    return StreamingResponse(
        zeros(request.path_params["size"]), media_type="application/octet-stream"
    )


async def visit(request: Request) -> Response:
    """Answer with the visits so far, then note this one."""
    visits: list[str] = request.state.visits
    client = request.client.host if request.client else "a unix socket"
    return JSONResponse({"visits": len(visits)}, background=BackgroundTask(visits.append, client))


def zeros(size: int) -> Iterator[bytes]:
    """Yield ``size`` zero bytes in pieces."""
    for start in range(0, size, len(CHUNK)):
        yield CHUNK[: size - start]


app = Starlette(
    lifespan=lifespan,
    routes=[
        Route("/hello/{name}", hello),
        Route("/sha256", sha256, methods=["POST"]),
        Route("/download/{size:int}", download),
        Route("/visits", visit, methods=["POST"]),
    ],
)
