"""A request in memory: what binding asks of one, and nothing else."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, ClassVar
from urllib.parse import parse_qsl

import pytest
from pyre.framework.binding import plan
from pyre.framework.binding.interface import GivenKind
from pyre.framework.errors import FieldError, HTTPError, RegistrationError
from pyre.psgi.headers import FieldLines

JSON = (b"content-type", b"application/json")
FORM = (b"content-type", b"application/x-www-form-urlencoded")


class Values:
    """A multi-mapping whose last value counts."""

    def __init__(self, items: Iterable[tuple[str, Any]] = ()) -> None:
        self._items = list(items)

    def get(self, name: str, /) -> Any:
        values = self.getall(name)
        return values[-1] if values else None

    def getall(self, name: str, /) -> list[Any]:
        return [value for other, value in self._items if other == name]


class UploadFile:
    """A file of a form."""

    __binding__: ClassVar[GivenKind] = "upload"

    def __init__(self, filename: str | None = "a.txt") -> None:
        self.filename = filename


class Body:
    """A body that came as these octets, or as a form that was parsed elsewhere."""

    def __init__(self, octets: bytes, form: Values | None) -> None:
        self._octets = octets
        self._form = form

    async def read(self) -> bytes:
        return self._octets

    async def form(self) -> Values:
        if self._form is not None:
            return self._form
        return Values(parse_qsl(self._octets.decode("latin-1"), keep_blank_values=True))


class Request:
    """A request."""

    __binding__: ClassVar[GivenKind] = "request"

    def __init__(
        self,
        query: str = "",
        *,
        headers: Iterable[tuple[bytes, bytes]] = (),
        cookies: dict[str, str] | None = None,
        content: bytes = b"",
        form: Values | None = None,
    ) -> None:
        self.query = Values(parse_qsl(query, keep_blank_values=True))
        self.headers = FieldLines(headers)
        self.cookies = cookies or {}
        self.body = Body(content, form)


class WebSocket:
    """An open WebSocket."""

    __binding__: ClassVar[GivenKind] = "websocket"


def json_request(content: bytes, **parts: Any) -> Request:
    return Request(headers=[JSON], content=content, **parts)


def form_request(*items: tuple[str, Any]) -> Request:
    return Request(headers=[(b"content-type", b"multipart/form-data")], form=Values(items))


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run what waits for nothing."""
    return asyncio.run(coroutine)


def call(
    function: Callable[..., Any],
    request: Request | None = None,
    path: dict[str, object] | None = None,
    **options: Any,
) -> Any:
    """Call a function with the arguments that a request has for it, in every way that there is."""
    path = path or {}
    request = Request() if request is None else request
    endpoint = plan(function, path.keys(), **options)
    values = [path[name] for name in endpoint.path_parameters]
    values += [value for name, value in path.items() if name not in endpoint.path_parameters]
    arguments, keywords = run(endpoint.arguments(request, values))
    if endpoint.is_sync:
        again = endpoint.arguments_sync(request, values)
        assert repr(again) == repr((arguments, keywords))
    return function(*arguments, **keywords)


def errors(function: Callable[..., Any], request: Request | None = None) -> list[FieldError]:
    """What is wrong with a request; each fault is its own, and the status is 400."""
    with pytest.raises(HTTPError) as raised:
        call(function, request)
    assert raised.value.status == 400
    assert raised.value.errors
    return list(raised.value.errors)


def refusal(function: Callable[..., Any], path_names: Iterable[str] = (), **options: Any) -> str:
    """Why a function is no endpoint."""
    with pytest.raises(RegistrationError) as raised:
        plan(function, list(path_names), **options)
    return str(raised.value)
