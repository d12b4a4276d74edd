"""Exceptions of every kind that an application may let escape; the path says which.

With the query ``later`` it is raised after a suspension.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from types import TracebackType
from typing import Never

from pyre import psgi
from scenarios import Receive, Scope, Send, no_lifespan_events, respond


class BaseError(BaseException):
    """No ``Exception``, as some libraries have them."""


class UnprintableError(Exception):
    """An exception that can't be shown."""

    def __str__(self) -> str:
        raise BaseError("str")

    __repr__ = __str__


class NoTracebackError(Exception):
    """An exception whose attributes raise."""

    @property
    def __traceback__(self) -> TracebackType:
        raise AttributeError("traceback")

    @property
    def __cause__(self) -> BaseException:
        raise AttributeError("cause")


def raise_cancelled() -> Never:
    raise asyncio.CancelledError("escaped")


def raise_exit() -> Never:
    raise SystemExit("escaped")


def raise_generator_exit() -> Never:
    raise GeneratorExit("escaped")


def raise_base_exception() -> Never:
    raise BaseError("escaped")


def raise_group() -> Never:
    raise ExceptionGroup("escaped", [ValueError(1), TypeError(2)])


def raise_base_group() -> Never:
    raise BaseExceptionGroup("escaped", [SystemExit(1)])


def raise_cancelled_group() -> Never:
    raise BaseExceptionGroup("cancelled", [asyncio.CancelledError()])


def raise_unprintable() -> Never:
    raise UnprintableError


def raise_without_traceback() -> Never:
    raise NoTracebackError


def raise_circle() -> Never:
    one, two = ValueError("one"), ValueError("two")
    two.__cause__ = one
    raise one from two


def raise_long_chain() -> Never:
    error = ValueError("0")
    for number in range(1, 2000):
        following = ValueError(str(number))
        following.__cause__ = error
        error = following
    raise ValueError("2000") from error


def raise_deep_group() -> Never:
    error: Exception = ValueError("inner")
    for _ in range(2000):
        error = ExceptionGroup("deep", [error])
    raise error


def raise_recursion() -> Never:
    return raise_recursion()


def raise_stop_iteration() -> Never:
    raise StopIteration


RAISING: dict[str, Callable[[], Never]] = {
    name.removeprefix("raise_").replace("_", "-"): value
    for name, value in list(globals().items())
    if name.startswith("raise_")
}


async def asgi(scope: Scope, receive: Receive, send: Send) -> None:
    """Raise what the path names."""
    if scope["type"] == "lifespan":
        await no_lifespan_events(receive, send)
        return
    if scope["path"] == "/served":
        await respond(send, b"served")
        return
    if scope["query_string"] == b"later":
        await asyncio.sleep(0)
    RAISING[scope["path"][1:]]()


async def pieces(fail: Callable[[], Never]) -> AsyncIterator[bytes]:
    """A stream that fails in its middle."""
    yield b"begun"
    fail()


def raising(name: str) -> Callable[[], Awaitable[Never]]:
    """A function that is called after the response."""

    async def fail() -> Never:
        RAISING[name]()

    return fail


class Site:
    """The same by PSGI: at once in a plain function, or in a coroutine."""

    def __psgi__(self, request: psgi.Request) -> object:
        if request.path == "/served":
            return psgi.Response(200, body="served")
        if request.query == b"later":
            return self.later(request)
        if request.query == b"stream":
            return psgi.Response(200, body=pieces(RAISING[request.path[1:]]))
        if request.query == b"after":
            for function in (raising(request.path[1:]), raising("group")):
                request.after(function)
            return psgi.Response(200)
        return RAISING[request.path[1:]]()

    async def later(self, request: psgi.Request) -> Never:
        await asyncio.sleep(0)
        RAISING[request.path[1:]]()


site = Site()
