"""A file of a Starlette application behind middleware that compresses what it sees."""

from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import Route


async def file(_request: Request) -> FileResponse:
    return FileResponse(Path(__file__), media_type="text/plain")


app = Starlette(
    routes=[Route("/file", file)], middleware=[Middleware(GZipMiddleware, minimum_size=1)]
)
