"""Middleware: coroutine functions around an endpoint, nested once, when the routes are built.

Each layer is called with the request and with what is inside it, in the task of the request. An
exception becomes a response at the layer where it leaves, so that the next one outside can still
set a header on it.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import TypeAlias

from pyre.framework.error_handlers import ErrorResponder
from pyre.framework.locations import location
from pyre.framework.request import Request
from pyre.framework.responses import Response, respond, settled

CallNext: TypeAlias = Callable[[Request], Awaitable[Response]]
"""What is inside of a layer. It answers in any case: what is raised there is a response here."""

Middleware: TypeAlias = Callable[[Request, CallNext], Awaitable[Response]]
"""``async def middleware(request, call_next) -> Response``."""


def nested(layers: Iterable[Middleware], innermost: CallNext, errors: ErrorResponder) -> CallNext:
    """All layers around ``innermost``, the first of them outside."""
    call = innermost
    for layer in reversed(tuple(layers)):
        call = _guarded(layer, call, errors)
    return call


def answering_values(call: Callable[..., Awaitable[object]], errors: ErrorResponder) -> CallNext:
    """The same as ``answering`` for a function of the path's values: one call less."""

    async def answer(request: Request) -> Response:
        try:
            response = respond(await call(*request.values))
            if type(response) is Response:
                return response
            return settled(response, request.app, request.psgi)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is answered
            return await errors.respond(request, error)

    return answer


def answering(call: Callable[[Request], Awaitable[object]], errors: ErrorResponder) -> CallNext:
    """What an endpoint returns or raises, as a response."""

    async def answer(request: Request) -> Response:
        try:
            response = respond(await call(request))
            if type(response) is Response:
                return response
            return settled(response, request.app, request.psgi)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is answered
            return await errors.respond(request, error)

    return answer


def before(check: Callable[[Request], Awaitable[object]]) -> Middleware:
    """A layer that answers itself if ``check`` does."""

    async def layer(request: Request, call_next: CallNext) -> Response:
        answer = await check(request)
        return await call_next(request) if answer is None else respond(answer)

    return layer


def _guarded(layer: Middleware, call_next: CallNext, errors: ErrorResponder) -> CallNext:
    async def call(request: Request) -> Response:
        try:
            response = await layer(request, call_next)
            if type(response) is Response:
                return response
            return settled(checked(response, layer), request.app, request.psgi)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is answered
            return await errors.respond(request, error)

    return call


def checked(response: object, layer: Middleware) -> Response:
    """What a layer has returned. Raises ``TypeError`` if it is no response."""
    if isinstance(response, Response):
        return response
    raise TypeError(f"the middleware at {location(layer)} returned no Response: {response!r}")
