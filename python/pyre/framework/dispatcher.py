"""From a request to what answers it. Immutable: a change of the routes makes another dispatcher."""

from typing import TYPE_CHECKING, Any, cast

from pyre import psgi
from pyre._core import Routes
from pyre.framework.endpoint import WEBSOCKET
from pyre.framework.middleware import answering
from pyre.framework.mounting import Mount
from pyre.framework.request import Request
from pyre.framework.responders import Surroundings, responder, through
from pyre.framework.responses import Response
from pyre.framework.unmatched import answer_unmatched
from pyre.framework.websocket import Conversation

if TYPE_CHECKING:
    from pyre.framework.app import App
    from pyre.framework.registry import Registry
    from pyre.framework.route import Answer, Respond, Route


class Dispatcher:
    """The table of routes, and behind it what is mounted."""

    __slots__ = ("_has_websockets", "_mounts", "_table", "_unmatched")

    def __init__(self, app: "App", registry: "Registry") -> None:
        around = Surroundings(
            app,
            tuple(registry.middleware),
            registry.error_handlers,
            None if app.session_keeping is None else app.session_keeping.load,
        )
        routes = Routes()
        mounts: list[tuple[Mount, Respond]] = []
        for contribution in registry.contributions:
            activity, is_followed = contribution.activity, contribution is not registry.own
            for route in contribution.routes:
                respond = responder(around, route, activity, is_followed=is_followed)
                found = _Found(route, respond)
                routes.add(route.segments, route.methods, found, route.path_names)
            for mount in contribution.mounts:
                respond = _mounted(around, mount)
                mounts.append((mount, activity.following(respond) if is_followed else respond))
        self._table = routes.table()
        self._has_websockets = any(route.endpoint.is_websocket for route in registry.routes)
        self._mounts = sorted(mounts, key=lambda each: len(each[0].path), reverse=True)
        self._unmatched = _unmatched(around)

    def answer(self, request: psgi.Request) -> "Answer":
        """Answer a request: the whole of what happens for each of them."""
        found: _Found | None
        if self._has_websockets and request.is_websocket:
            found, values = self._table.find(WEBSOCKET, request.raw_path)
            if found is not None:
                return found.respond(request, values)
        found, values = self._table.find_for(request)
        if found is not None:
            return found.respond(request, values)
        return self._responder(request.raw_path, values)(request, values)

    def find(self, method: str, raw_path: bytes) -> tuple["Route | None", tuple[Any, ...]]:
        """The route for a method and a raw path, as ``App.find`` tells."""
        found, values = self._table.find(method, raw_path)
        return None if found is None else cast("_Found", found).route, values

    def _responder(self, raw_path: bytes, allowed: tuple[object, ...]) -> "Respond":
        if not allowed:
            for mount, respond in self._mounts:
                if mount.serves(raw_path):
                    return respond
        return self._unmatched


class _Found:
    """What the table leads to: a route, and what answers its requests."""

    __slots__ = ("respond", "route")

    def __init__(self, route: "Route", respond: "Respond") -> None:
        self.route = route
        self.respond = respond


def _mounted(around: Surroundings, mount: Mount) -> "Respond":
    async def call(request: Request) -> Response:
        response = await mount.respond(request.psgi)
        return Conversation() if response is None else response

    return _without_endpoint(around, call)


def _unmatched(around: Surroundings) -> "Respond":
    async def call(request: Request) -> Response:
        return answer_unmatched(around.app, request)

    return _without_endpoint(around, call)


def _without_endpoint(around: Surroundings, call: Any) -> "Respond":  # noqa: ANN401
    errors = around.errors()
    return through(around, None, around.middleware, answering(call, errors), errors)
