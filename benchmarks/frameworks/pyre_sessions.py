"""With pyre.framework: a route that leaves a session alone, reads it or changes it."""

from collections.abc import Awaitable, Callable

from pyre.framework import App, Request, Response, Session
from pyre.framework.sessions import MemoryStore, SessionStore

SECRET = "what signs the cookies of benchmarks"  # noqa: S105 - it guards nothing

HELLO = "Hello, world!"

Endpoint = Callable[[Request], Awaitable[str]]


async def leave(request: Request) -> str:  # noqa: ARG001 - so that both could touch it
    """Leave the session alone."""
    return HELLO


async def look(request: Request) -> str:
    """Read the session."""
    request.session.get("visits")
    return HELLO


async def count(request: Request) -> str:
    """Change the session."""
    request.session["visits"] = request.session.get("visits", 0) + 1
    return HELLO


async def sign_in(session: Session) -> str:
    """Begin a session."""
    session.update(user="somebody", visits=0)
    return HELLO


async def set_cookie() -> Response:
    """Set a cookie as long as that of a session."""
    return Response(HELLO, headers={"set-cookie": f"other={82 * 'x'}"})


def site(endpoint: Endpoint, store: SessionStore | None = None) -> App:
    """An app with sessions: in cookies, or in a store."""
    app = App()
    app.sessions(secrets=[SECRET], store=store)
    app.endpoint("/sign-in")(sign_in)
    app.endpoint("/")(endpoint)
    return app


without = App()
without.endpoint("/sign-in")(set_cookie)
without.endpoint("/")(leave)

untouched, read, changed = site(leave), site(look), site(count)
untouched_in_memory = site(leave, MemoryStore())
read_in_memory = site(look, MemoryStore())
changed_in_memory = site(count, MemoryStore())
