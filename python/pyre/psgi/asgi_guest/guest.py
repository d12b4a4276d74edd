"""Which part answers which kind of request."""

from collections.abc import Awaitable
from contextlib import AbstractAsyncContextManager
from typing import Any

from pyre.psgi.asgi_guest.http import HttpExchange
from pyre.psgi.asgi_guest.lifespan import Lifespan
from pyre.psgi.asgi_guest.websocket import WebSocketExchange
from pyre.psgi.interface import Request
from pyre.psgi.response import Response
from pyre.server.asgi import ASGIApplication


class AsgiGuest:
    """An application of PSGI, with a lifespan, on the ASGI application that it calls."""

    def __init__(self, app: ASGIApplication) -> None:
        if not callable(app):
            raise TypeError(f"an ASGI application is callable, and {type(app).__name__} is not")
        self._app = app

    def __psgi__(self, request: Request) -> Awaitable[Response | None]:
        """Answer a request."""
        if request.is_websocket and "websocket" in request.server_capabilities:
            return WebSocketExchange(self._app, request).run()
        return HttpExchange(self._app, request).respond()

    def __psgi_lifespan__(self, state: dict[str, Any]) -> AbstractAsyncContextManager[None]:
        """Run the lifespan of the application, if it has one."""
        return Lifespan(self._app, state)
