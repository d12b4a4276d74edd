"""From a request to what answers it. Immutable: a change of the routes makes another dispatcher."""

from typing import TYPE_CHECKING, Any

from pyre import psgi
from pyre._core import RouteTable
from pyre.framework.endpoint import WEBSOCKET
from pyre.framework.error_handlers import ErrorResponder
from pyre.framework.middleware import answering
from pyre.framework.mounting import Mount
from pyre.framework.request import Request
from pyre.framework.responders import through
from pyre.framework.responses import Response
from pyre.framework.unmatched import answer_unmatched
from pyre.framework.websocket import Conversation

if TYPE_CHECKING:
    from pyre.framework.app import App
    from pyre.framework.route import Answer, Respond, Route


class Dispatcher:
    """The table of routes, and behind it what is mounted."""

    __slots__ = ("_has_websockets", "_mounts", "_unmatched", "table")

    def __init__(self, app: "App", table: RouteTable, *, has_websockets: bool) -> None:
        self.table = table
        self._has_websockets = has_websockets
        mounts = sorted(app.mounts, key=lambda mount: len(mount.path), reverse=True)
        self._mounts = [(mount, _mounted(app, mount)) for mount in mounts]
        self._unmatched = _without_endpoint(app)

    def answer(self, request: psgi.Request) -> "Answer":
        """Answer a request: the whole of what happens for each of them."""
        route: Route | None
        if self._has_websockets and request.is_websocket:
            route, values = self.table.find(WEBSOCKET, request.raw_path)
            if route is not None:
                return route.respond(request, values)
        route, values = self.table.find_for(request)
        if route is not None:
            return route.respond(request, values)
        return self._responder(request.raw_path, values)(request, values)

    def _responder(self, raw_path: bytes, allowed: tuple[object, ...]) -> "Respond":
        if not allowed:
            for mount, respond in self._mounts:
                if mount.serves(raw_path):
                    return respond
        return self._unmatched


def _mounted(app: "App", mount: Mount) -> "Respond":
    async def call(request: Request) -> Response:
        response = await mount.respond(request.psgi)
        return Conversation() if response is None else response

    return _around(app, call)


def _without_endpoint(app: "App") -> "Respond":
    async def call(request: Request) -> Response:
        return answer_unmatched(app, request)

    return _around(app, call)


def _around(app: "App", call: Any) -> "Respond":  # noqa: ANN401
    errors = ErrorResponder(app.error_handlers)
    return through(app, None, app.global_middleware, answering(call, errors), errors)
