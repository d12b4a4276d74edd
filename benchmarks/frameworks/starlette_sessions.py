"""With Starlette: a route that leaves a session alone, reads it or changes it."""

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

SECRET = "what signs the cookies of benchmarks"  # noqa: S105 - it guards nothing

Endpoint = Callable[[Request], Awaitable[PlainTextResponse]]


def hello() -> PlainTextResponse:
    """The answer, whatever becomes of the session."""
    return PlainTextResponse("Hello, world!")


async def leave(request: Request) -> PlainTextResponse:  # noqa: ARG001 - Starlette gives it
    """Leave the session alone."""
    return hello()


async def look(request: Request) -> PlainTextResponse:
    """Read the session."""
    request.session.get("visits")
    return hello()


async def count(request: Request) -> PlainTextResponse:
    """Change the session."""
    request.session["visits"] = request.session.get("visits", 0) + 1
    return hello()


async def sign_in(request: Request) -> PlainTextResponse:
    """Begin a session."""
    request.session.update(user="somebody", visits=0)
    return hello()


async def set_cookie(request: Request) -> PlainTextResponse:  # noqa: ARG001 - Starlette gives it
    """Set a cookie as long as that of a session."""
    response = hello()
    response.set_cookie("other", 82 * "x")
    return response


def site(endpoint: Endpoint) -> Starlette:
    """An application with sessions, which Starlette keeps in cookies."""
    routes = [Route("/sign-in", sign_in), Route("/", endpoint)]
    return Starlette(routes=routes, middleware=[Middleware(SessionMiddleware, secret_key=SECRET)])


without = Starlette(routes=[Route("/sign-in", set_cookie), Route("/", leave)])
untouched, read, changed = site(leave), site(look), site(count)
