"""Which part serves which kind of scope."""

import traceback
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any, cast

from pyre.psgi.asgi_host.exchange import HttpExchange
from pyre.psgi.asgi_host.handshake import Handshake
from pyre.psgi.asgi_host.serving import Call, serve
from pyre.psgi.interface import Application
from pyre.server.asgi import Receive, Scope, Send


class AsgiHost:
    """A host on the ASGI server that calls it."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._call: Call = getattr(app, "__psgi__", None) or cast("Call", app)
        if not callable(self._call):
            raise TypeError(f"a PSGI application is callable, and {type(app).__name__} is not")
        # Of a server that knows no state of the lifespan, the requests get it from here.
        self._state: dict[str, Any] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve what a scope is about: ASGI's entry point."""
        match scope["type"]:
            case "http":
                exchange = HttpExchange(scope, receive, send)
                await serve(self._call, exchange, self._state_of(scope))
            case "websocket":
                await self._shake_hands(scope, receive, send)
            case "lifespan":
                await self._run_lifespan(scope, receive, send)
            case other:
                raise NotImplementedError(f"there are no PSGI applications for {other!r}")

    def _state_of(self, scope: Scope) -> dict[str, Any]:
        """The server's copy for the request, so that ASGI middleware sees it too."""
        state = scope.get("state")
        return self._state.copy() if state is None else state

    async def _shake_hands(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a WebSocket, if the peer has not left already."""
        handshake = Handshake(scope, receive, send)
        message = await receive()
        if message["type"] == "websocket.connect":
            await serve(self._call, handshake, self._state_of(scope))

    async def _run_lifespan(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the lifespan of the application, if it has one."""
        self._state = scope.get("state", {})
        await receive()
        phase = "startup"
        try:
            async with _lifespan(self._app, self._state):
                await send({"type": "lifespan.startup.complete"})
                phase = "shutdown"
                await receive()
        except Exception:  # noqa: BLE001 - whatever it is, the server is told
            message = traceback.format_exc()
            await send({"type": f"lifespan.{phase}.failed", "message": message})
        else:
            await send({"type": "lifespan.shutdown.complete"})


def _lifespan(app: object, state: dict[str, Any]) -> AbstractAsyncContextManager[object]:
    lifespan = getattr(app, "__psgi_lifespan__", None)
    return nullcontext() if lifespan is None else lifespan(state)
