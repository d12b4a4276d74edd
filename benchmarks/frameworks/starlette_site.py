"""Two routes with Starlette."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route


async def hello(request: Request) -> PlainTextResponse:
    """Greet by name."""
    return PlainTextResponse(f"Hello, {request.path_params['name']}!")


async def order(request: Request) -> JSONResponse:
    """Answer with the order that has come."""
    return JSONResponse(await request.json())


app = Starlette(routes=[Route("/hello/{name}", hello), Route("/orders", order, methods=["POST"])])
