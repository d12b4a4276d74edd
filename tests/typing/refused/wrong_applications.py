"""What is no application."""

from collections.abc import AsyncIterator
from typing import Any

from pyre import psgi


def returns_nothing(request: psgi.Request) -> None:
    assert request.path


def returns_text(request: psgi.Request) -> str:
    return request.path


async def returns_octets(request: psgi.Request) -> bytes:
    return await request.read()


async def returns_tuple(request: psgi.Request) -> tuple[int, str]:
    return 200, request.path


async def yields(request: psgi.Request) -> AsyncIterator[bytes]:
    async for piece in request:
        yield piece


def takes_nothing() -> psgi.Response:
    return psgi.Response()


def takes_two(request: psgi.Request, other: int) -> psgi.Response:
    return psgi.Response(other, body=request.path)


def takes_text(request: str) -> psgi.Response:
    return psgi.Response(body=request)


class WithoutMethod:
    """Neither called nor asked."""


class WrongMethod:
    def __psgi__(self, request: psgi.Request) -> str:
        return request.path


class Site:
    def __psgi__(self, request: psgi.Request) -> psgi.Response:
        return psgi.Response(body=request.path)


def asgi_3(scope: Any, receive: Any, send: Any) -> None:
    assert scope, (receive, send)


psgi.to_asgi(returns_nothing)  # error
psgi.to_asgi(returns_text)  # error
psgi.to_asgi(returns_octets)  # error
psgi.to_asgi(returns_tuple)  # error
psgi.to_asgi(yields)  # error
psgi.to_asgi(takes_nothing)  # error
psgi.to_asgi(takes_two)  # error
psgi.to_asgi(takes_text)  # error
psgi.to_asgi(WithoutMethod())  # error
psgi.to_asgi(WrongMethod())  # error
psgi.to_asgi(Site)  # error
psgi.to_asgi(asgi_3)  # error
psgi.to_asgi("module:app")  # error
psgi.to_asgi(psgi.Response())  # error
psgi.from_asgi(returns_nothing)  # error
psgi.from_asgi(Site())  # error
