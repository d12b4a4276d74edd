"""How the function of an endpoint is called: by its plan, inline, awaited or in a thread."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from pyre.framework.binding import Plan
from pyre.framework.request import Request

Invoke: TypeAlias = Callable[[Request], Awaitable[object]]


def invocation(function: Callable[..., Any], plan: Plan, *, in_thread: bool) -> Invoke:
    """What calls ``function`` with the arguments that a request has for it."""
    call = function if inspect.iscoroutinefunction(function) else _awaitable(function, in_thread)
    if plan.is_path_only:
        return lambda request: call(*request.values)
    if plan.is_request_then_path:
        return lambda request: call(request, *request.values)
    if plan.is_sync:
        return _with_arguments(call, plan)
    return _with_awaited_arguments(call, plan)


def _awaitable(function: Callable[..., Any], in_thread: bool) -> Callable[..., Awaitable[object]]:  # noqa: FBT001
    """A plain function as a coroutine function."""

    async def inline(*args: object, **kwargs: object) -> object:
        result = function(*args, **kwargs)
        return await result if inspect.isawaitable(result) else result

    async def threaded(*args: object, **kwargs: object) -> object:
        return await asyncio.to_thread(function, *args, **kwargs)

    return threaded if in_thread else inline


def _with_arguments(call: Callable[..., Awaitable[object]], plan: Plan) -> Invoke:
    def invoke(request: Request) -> Awaitable[object]:
        # Where the endpoint takes a WebSocket, the request is one.
        args, kwargs = plan.arguments_sync(request, request.values, request)
        return call(*args, **kwargs)

    return invoke


def _with_awaited_arguments(call: Callable[..., Awaitable[object]], plan: Plan) -> Invoke:
    async def invoke(request: Request) -> object:
        args, kwargs = await plan.arguments(request, request.values)
        return await call(*args, **kwargs)

    return invoke
