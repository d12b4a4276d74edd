"""The forms of an application."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, MutableMapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from pyre import psgi


async def coroutine_function(request: psgi.Request) -> psgi.Response:
    return psgi.Response(200, body=await request.read())


def plain_function(request: psgi.Request) -> psgi.Response:
    return psgi.Response(200, body=request.path)


def returns_awaitable(request: psgi.Request) -> Awaitable[psgi.Response]:
    return coroutine_function(request)


def returns_coroutine(request: psgi.Request) -> Coroutine[Any, Any, psgi.Response]:
    return coroutine_function(request)


def returns_task(request: psgi.Request) -> asyncio.Task[psgi.Response]:
    return asyncio.create_task(coroutine_function(request))


def returns_either(request: psgi.Request) -> psgi.Response | Awaitable[psgi.Response]:
    if request.method == "GET":
        return psgi.Response()
    return coroutine_function(request)


async def may_return_nothing(request: psgi.Request) -> psgi.Response | None:
    if not request.is_websocket:
        return psgi.Response(426)
    await request.accept()
    return None


async def named(name: str, request: psgi.Request) -> psgi.Response:
    return psgi.Response(body=name + request.path)


class Site:
    async def __psgi__(self, request: psgi.Request) -> psgi.Response:
        return psgi.Response(body=request.path)

    async def answer(self, request: psgi.Request) -> psgi.Response:
        return psgi.Response(body=request.path)


class PlainSite:
    def __psgi__(self, request: psgi.Request) -> psgi.Response:
        return psgi.Response(body=request.path)


class WithLifespan(Site):
    @asynccontextmanager
    async def __psgi_lifespan__(self, state: dict[str, Any]) -> AsyncGenerator[None]:
        state["name"] = "value"
        yield


class Both(Site):
    async def __call__(
        self,
        scope: MutableMapping[str, Any],
        receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
        send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ) -> None:
        await psgi.to_asgi(Site())(scope, receive, send)


psgi.to_asgi(coroutine_function)
psgi.to_asgi(plain_function)
psgi.to_asgi(returns_awaitable)
psgi.to_asgi(returns_coroutine)
psgi.to_asgi(returns_task)
psgi.to_asgi(returns_either)
psgi.to_asgi(may_return_nothing)
psgi.to_asgi(partial(named, "name"))
psgi.to_asgi(Site())
psgi.to_asgi(Site().answer)
psgi.to_asgi(PlainSite())
psgi.to_asgi(WithLifespan())
psgi.to_asgi(Both())
psgi.to_asgi(lambda request: psgi.Response(body=request.path))
psgi.to_asgi(psgi.from_asgi(psgi.to_asgi(Site())))
