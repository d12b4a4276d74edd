"""What answers a request that a route was found for: compiled once, when the routes are built.

The more an endpoint asks for, the more there is to do, and nothing is done that nobody asked for:
an endpoint that takes values of its path only, without middleware, never has a ``Request`` made.
"""

import inspect
import logging
from collections.abc import Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from pyre import psgi
from pyre.framework.blueprint import error_handlers
from pyre.framework.error_handlers import PASSED_ON, ErrorResponder
from pyre.framework.errors import HTTPError
from pyre.framework.invocation import Invoke, invocation
from pyre.framework.middleware import (
    CallNext,
    Middleware,
    answering,
    answering_values,
    before,
    checked,
    nested,
)
from pyre.framework.request import Request
from pyre.framework.responses import Response, to_psgi_directly
from pyre.framework.route import Respond, Route
from pyre.framework.websocket import Conversation, WebSocket

if TYPE_CHECKING:
    from pyre.framework.app import App

_LOG = logging.getLogger("pyre.framework")

_INTERNAL_ERROR = 1011  # RFC 6455 §7.4.1


def responder(app: "App", route: Route) -> Respond:
    """What answers the requests of a route."""
    errors = ErrorResponder(*_levels(app, route))
    layers = _layers(app, route)
    invoke = invocation(route.function, route.plan, in_thread=route.endpoint.in_thread)
    if route.endpoint.is_websocket:
        session = answering(_session(invoke), errors)
        return _serving(app, route, nested(layers, session, errors), errors)
    if layers:
        is_of_values = route.plan.is_path_only and inspect.iscoroutinefunction(route.function)
        innermost = (
            answering_values(route.function, errors) if is_of_values else answering(invoke, errors)
        )
        return through(app, route, layers, innermost, errors)
    if not route.plan.is_path_only or route.endpoint.in_thread:
        return _with_request(app, route, invoke, errors)
    if inspect.iscoroutinefunction(route.function):
        return _awaited(app, route, errors)
    return _inline(app, route, errors)


def through(
    app: "App",
    route: Route | None,
    layers: Sequence[Middleware],
    innermost: CallNext,
    errors: ErrorResponder,
) -> Respond:
    """Answer through layers of middleware; the first of them is run by what is returned."""
    if not layers:
        return _unlayered(app, route, innermost, errors)
    first, *others = layers
    call_next = nested(others, innermost, errors)

    async def respond(host: psgi.Request, values: tuple[Any, ...]) -> psgi.Response | None:
        request = Request(host, app, route, values)
        try:
            response = await first(request, call_next)
            if type(response) is Response and request.error is None:
                return response.to_psgi(app, host)
            response = checked(response, first)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is answered
            response = await errors.respond(request, error)
        return await finished(response, request, errors)

    return respond


def _unlayered(app: "App", route: Route | None, call: CallNext, errors: ErrorResponder) -> Respond:
    async def respond(host: psgi.Request, values: tuple[Any, ...]) -> psgi.Response | None:
        request = Request(host, app, route, values)
        return await finished(await call(request), request, errors)

    return respond


async def finished(
    response: Response, request: Request, errors: ErrorResponder
) -> psgi.Response | None:
    """The host's response; if it can't be made, that is an error as any other.

    After a WebSocket there is nothing left to answer.
    """
    try:
        if isinstance(response, Conversation):
            return None
        return response.to_psgi(request.app, request.psgi)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is answered
        response = await errors.respond(request, error)
        return response.to_psgi(request.app, request.psgi)
    finally:
        request.error = None  # its traceback refers to the request


def _levels(app: "App", route: Route) -> Sequence[Any]:
    owner = route.owner
    own = route.endpoint.error_handlers.bound_to(owner)
    levels = (
        (own, app.error_handlers)
        if owner is None
        else (
            own,
            error_handlers(owner),
            app.error_handlers,
        )
    )
    return [level for level in levels if level]


def _layers(app: "App", route: Route) -> tuple[Middleware, ...]:
    owner = route.owner
    checks = [check if owner is None else check.__get__(owner) for check in route.endpoint.befores]
    return (
        *app.global_middleware,
        *(() if owner is None else owner.middleware),
        *route.declaration.middleware,
        *map(before, checks),
    )


def _awaited(app: "App", route: Route, errors: ErrorResponder) -> Respond:
    """For a coroutine function that takes values of the path only."""
    function = route.function

    async def respond(host: psgi.Request, values: tuple[Any, ...]) -> psgi.Response | None:
        try:
            return to_psgi_directly(await function(*values), app, host)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is answered
            return await _failed(app, route, errors, (host, values, error))

    return respond


def _inline(app: "App", route: Route, errors: ErrorResponder) -> Respond:
    """For a plain function that takes values of the path only: not even a coroutine is made."""
    function = route.function

    def respond(host: psgi.Request, values: tuple[Any, ...]) -> Any:  # noqa: ANN401 - see PSGI
        try:
            result = function(*values)
            if inspect.isawaitable(result):
                return _resumed(app, route, errors, (host, values, result))
            return to_psgi_directly(result, app, host)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is answered
            return _failed(app, route, errors, (host, values, error))

    return respond


async def _resumed(
    app: "App", route: Route, errors: ErrorResponder, left: tuple[psgi.Request, Any, Any]
) -> psgi.Response | None:
    """The rest of a plain function that has returned an awaitable."""
    host, values, result = left
    try:
        return to_psgi_directly(await result, app, host)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is answered
        return await _failed(app, route, errors, (host, values, error))


async def _failed(
    app: "App", route: Route, errors: ErrorResponder, left: tuple[psgi.Request, Any, Exception]
) -> psgi.Response | None:
    host, values, error = left
    request = Request(host, app, route, values)
    return await finished(await errors.respond(request, error), request, errors)


def _with_request(app: "App", route: Route, invoke: Invoke, errors: ErrorResponder) -> Respond:
    """For an endpoint without middleware that asks for more than values of the path."""

    async def respond(host: psgi.Request, values: tuple[Any, ...]) -> psgi.Response | None:
        request = Request(host, app, route, values)
        try:
            return to_psgi_directly(await invoke(request), app, host)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is answered
            return await finished(await errors.respond(request, error), request, errors)

    return respond


def _serving(app: "App", route: Route, call: CallNext, errors: ErrorResponder) -> Respond:
    """Serve a WebSocket; a host that has none says so before the endpoint is asked."""

    async def respond(host: psgi.Request, values: tuple[Any, ...]) -> psgi.Response | None:
        websocket = WebSocket(host, app, route, values)
        if "websocket" in host.server_capabilities:
            response = await call(websocket)
        else:
            missing = HTTPError(HTTPStatus.NOT_IMPLEMENTED, "This server has no WebSocket.")
            response = await errors.respond(websocket, missing)
        return await finished(response, websocket, errors)

    return respond


def _session(invoke: Invoke) -> Invoke:
    """A WebSocket's endpoint: what it returns is the answer where nothing was accepted."""

    async def serve(request: Any) -> object:  # noqa: ANN401 - a WebSocket, to all layers a Request
        try:
            answer = await invoke(request)
        except PASSED_ON:
            raise
        except Exception:
            if not request.is_accepted:
                raise
            _LOG.exception("WEBSOCKET %s failed", request.path)
            await request.close(_INTERNAL_ERROR)
            answer = None
        if request.is_accepted:
            return Conversation()
        if answer is None:
            raise HTTPError(HTTPStatus.FORBIDDEN, "The WebSocket was refused.")
        return answer

    return serve
