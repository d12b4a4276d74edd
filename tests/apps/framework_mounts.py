"""Other applications in an app: of ASGI, of PSGI, and middleware of ASGI around it all."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pyre import psgi
from pyre.framework import App, CallNext, Request, Response
from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request as StarletteRequest
from starlette.responses import JSONResponse
from starlette.routing import Route


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[dict[str, object]]:
    yield {"started": True}


async def show(request: StarletteRequest) -> JSONResponse:
    return JSONResponse(
        {
            "path": request.url.path,
            "root_path": request.scope["root_path"],
            "started": request.state.started,
            "body": (await request.body()).decode(),
            "link": request.url_for("show", name="x").path,
        }
    )


old = Starlette(
    routes=[Route("/show/{name}", show, methods=["GET", "POST"], name="show")], lifespan=lifespan
)


class Native:
    def __psgi__(self, request: psgi.Request) -> psgi.Response:
        return psgi.Response(200, body=f"{request.root_path} {request.path} {request.query!r}")


app = App()
app.mount("/old", old)
app.mount("/old/native", Native())


@app.middleware
async def marks(request: Request, call_next: CallNext) -> Response:
    response = await call_next(request)
    response.headers["marked"] = request.path
    return response


@app.endpoint("/old/route")
async def route() -> str:
    return "the app's own"


@app.endpoint("/long")
async def long() -> str:
    return "long " * 1000


app.wrap_asgi(GZipMiddleware, minimum_size=1000)
