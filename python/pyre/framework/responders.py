"""What answers a request that a route was found for: compiled once, when the routes are built.

The more an endpoint asks for, the more there is to do, and nothing is done that nobody asked for:
an endpoint that takes values of its path only, without middleware, never has a ``Request`` made.
"""

import asyncio
import inspect
from collections.abc import Awaitable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from pyre import psgi
from pyre.framework.activity import Activity, unavailable
from pyre.framework.blueprint import error_handlers
from pyre.framework.error_handlers import ErrorHandlers, ErrorResponder
from pyre.framework.finishing import finished
from pyre.framework.handshakes import conversing, serving, until_closed
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
from pyre.framework.responses import respond as as_response
from pyre.framework.responses.settled import SettledResponse
from pyre.framework.route import Respond, Route

if TYPE_CHECKING:
    from pyre.framework.app import App
    from pyre.framework.sessions.keeping import Load


class Surroundings(NamedTuple):
    """What is around every endpoint of an app."""

    app: "App"
    middleware: Sequence[Middleware]
    error_handlers: ErrorHandlers
    load_session: "Load | None" = None
    """What is awaited before anybody can touch the session of a request."""

    def errors(self, *levels: ErrorHandlers) -> ErrorResponder:
        """What answers errors, by these levels and then by that of the app."""
        all_levels = [level for level in (*levels, self.error_handlers) if level]
        return ErrorResponder(*all_levels, load_session=self.load_session)


def responder(
    around: Surroundings, route: Route, activity: Activity, *, is_followed: bool
) -> Respond:
    """What answers the requests of a route, on behalf of the part of the app that it is of.

    ``is_followed`` where that part may be ended while the app goes on.
    """
    app, errors, layers = around.app, _errors(around, route), _layers(around, route)
    is_coroutine_function = inspect.iscoroutinefunction(route.function)
    is_direct = not layers and route.plan.is_path_only and not route.endpoint.in_thread
    if is_direct and is_coroutine_function and is_followed:
        return _awaited_and_followed(app, route, errors, activity)
    if is_direct:
        respond = (_awaited if is_coroutine_function else _inline)(app, route, errors)
    else:
        respond = _with_request(around, route, errors, layers, activity)
    return activity.following(respond) if is_followed else respond


def _with_request(
    around: Surroundings,
    route: Route,
    errors: ErrorResponder,
    layers: Sequence[Middleware],
    activity: Activity,
) -> Respond:
    """For an endpoint with middleware, or one that asks for more than values of the path."""
    app, load = around.app, around.load_session if _may_touch_session(route, layers) else None
    invoke = invocation(route.function, route.plan, in_thread=route.endpoint.in_thread)
    if route.endpoint.is_websocket:
        call = nested(layers, answering(until_closed(invoke), errors), errors)
        return serving(app, route, conversing(call, activity), errors, load)
    if not layers:
        return _without_layers(app, route, invoke, errors, load)
    is_of_values = route.plan.is_path_only and inspect.iscoroutinefunction(route.function)
    innermost = (
        answering_values(route.function, errors) if is_of_values else answering(invoke, errors)
    )
    return through(around, route, layers, innermost, errors)


def _may_touch_session(route: Route, layers: Sequence[Middleware]) -> bool:
    """Whether anything of the application's sees the request: not if it is for a static file."""
    if layers:
        return True
    of_request = any(
        bound.source in {"request", "websocket", "session"} for bound in route.plan.parameters
    )
    return of_request and not route.function.__module__.startswith("pyre.framework.")


def through(
    around: Surroundings,
    route: Route | None,
    layers: Sequence[Middleware],
    innermost: CallNext,
    errors: ErrorResponder,
) -> Respond:
    """Answer through layers of middleware; the first of them is run by what is returned."""
    if not layers:
        return _unlayered(around.app, route, innermost, errors)
    app, load = around.app, around.load_session
    first, *others = layers
    call_next = nested(others, innermost, errors)

    async def respond(host: psgi.Request, values: tuple[Any, ...]) -> psgi.Response | None:
        request = Request(host, app, route, values)
        if load is not None:
            await load(request)
        try:
            response = await first(request, call_next)
            is_bare = request.error is None and request.touched_session is None
            if is_bare and type(response) is Response:
                answer = response.to_psgi(app, host)
                request.is_answered = True
                return answer
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


def _errors(around: Surroundings, route: Route) -> ErrorResponder:
    owner = route.owner
    own = route.endpoint.error_handlers.bound_to(owner)
    return around.errors(own) if owner is None else around.errors(own, error_handlers(owner))


def _layers(around: Surroundings, route: Route) -> tuple[Middleware, ...]:
    owner = route.owner
    checks = [check if owner is None else check.__get__(owner) for check in route.endpoint.befores]
    return (
        *around.middleware,
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
            return await _failed(Request(host, app, route, values), error, errors)

    return respond


def _awaited_and_followed(
    app: "App", route: Route, errors: ErrorResponder, activity: Activity
) -> Respond:
    """The same as ``activity.following`` makes of ``_awaited``, with a coroutine less."""
    function = route.function
    running = activity.handlers

    async def respond(host: psgi.Request, values: tuple[Any, ...]) -> psgi.Response | None:
        task = asyncio.current_task()
        running.add(task)
        try:
            try:
                result = await function(*values)
                response = to_psgi_directly(result, app, host)
                return activity.with_stream(response) if isinstance(result, Response) else response
            except Exception as error:  # noqa: BLE001 - whatever it is, it is answered
                return await _failed(Request(host, app, route, values), error, errors)
        except asyncio.CancelledError:
            if not activity.was_cancelled(task):
                raise
            return unavailable()
        finally:
            running.discard(task)
            if activity.ending is not None:
                activity.ending.set()

    return respond


def _inline(app: "App", route: Route, errors: ErrorResponder) -> Respond:
    """For a plain function that takes values of the path only: not even a coroutine is made."""
    function = route.function

    def respond(host: psgi.Request, values: tuple[Any, ...]) -> Any:  # noqa: ANN401 - see PSGI
        try:
            result = function(*values)
            if type(result) is not str and inspect.isawaitable(result):
                return _resumed(Request(host, app, route, values), result, errors)
            return to_psgi_directly(result, app, host)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is answered
            return _failed(Request(host, app, route, values), error, errors)

    return respond


async def _resumed(
    request: Request, result: Awaitable[object], errors: ErrorResponder
) -> psgi.Response | None:
    """The rest of a plain function that has returned an awaitable."""
    try:
        return to_psgi_directly(await result, request.app, request.psgi)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is answered
        return await _failed(request, error, errors)


async def _failed(
    request: Request, error: Exception, errors: ErrorResponder
) -> psgi.Response | None:
    try:
        return await finished(await errors.respond(request, error), request, errors)
    finally:
        del error  # its traceback refers to this frame


def _without_layers(
    app: "App", route: Route, invoke: Invoke, errors: ErrorResponder, load: "Load | None"
) -> Respond:
    """For an endpoint without middleware that asks for more than values of the path."""

    async def respond(host: psgi.Request, values: tuple[Any, ...]) -> psgi.Response | None:
        request = Request(host, app, route, values)
        if load is not None:
            await load(request)
        try:
            result = await invoke(request)
            if request.touched_session is None:
                answer = to_psgi_directly(result, app, host)
                if request.touched_session is None:
                    request.is_answered = True
                    return answer
                result = SettledResponse(answer)  # a template has touched it
            return await finished(as_response(result), request, errors)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is answered
            return await _failed(request, error, errors)

    return respond
