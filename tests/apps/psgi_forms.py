"""The forms of an application: each answers which one it is, and with the body it has read."""

from functools import partial
from typing import NoReturn

from pyre import psgi


async def coroutine_function(request: psgi.Request) -> psgi.Response:
    return psgi.Response(body=b"coroutine function: " + await request.read())


def plain_function(request: psgi.Request) -> psgi.Response:
    return psgi.Response(body=f"plain function: {request.method}")


class Site:
    """An object with the method, and functions to be bound."""

    async def __psgi__(self, request: psgi.Request) -> psgi.Response:
        return psgi.Response(body=b"object: " + await request.read())

    async def answer(self, request: psgi.Request) -> psgi.Response:
        return psgi.Response(body=b"bound method: " + await request.read())


class PlainSite:
    """An object whose method is a plain function."""

    def __psgi__(self, request: psgi.Request) -> psgi.Response:
        return psgi.Response(body=f"plain object: {request.method}")


class Both(Site):
    """An object that is callable, too: to be an ASGI application, say."""

    def __call__(self, *_: object) -> NoReturn:
        raise AssertionError("called instead of `__psgi__`")


class Callable:
    """An object that is called."""

    async def __call__(self, request: psgi.Request) -> psgi.Response:
        return psgi.Response(body=b"callable: " + await request.read())


async def named(name: bytes, request: psgi.Request) -> psgi.Response:
    return psgi.Response(body=name + b": " + await request.read())


plain_site = PlainSite()
both = Both()
bound_method = Site().answer
callable_object = Callable()
partial_function = partial(named, b"partial")
