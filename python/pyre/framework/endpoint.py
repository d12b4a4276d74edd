"""Endpoints: functions with paths, and with what runs around each of them."""

import inspect
import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from types import MethodType
from typing import (
    Any,
    Concatenate,
    Final,
    Generic,
    ParamSpec,
    Protocol,
    TypeAlias,
    TypeVar,
    cast,
    overload,
)

from pyre.framework.error_handlers import ErrorHandler, ErrorHandlers, Kind
from pyre.framework.errors import RegistrationError
from pyre.framework.locations import location
from pyre.framework.middleware import Middleware

_P = ParamSpec("_P")
_R = TypeVar("_R")
_Function = TypeVar("_Function", bound=Callable[..., Any])

Before: TypeAlias = Callable[..., Awaitable[object]]
"""``async def check(request)``, or with ``self`` before it: answers by what is not ``None``."""

WEBSOCKET: Final = "WEBSOCKET"
"""What routes of WebSockets have instead of a method. No method: the table knows no other word."""

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


@dataclass(frozen=True, slots=True)
class Declaration:
    """What one decorator says: a path, and the methods that it answers."""

    path: str
    methods: tuple[str, ...]
    middleware: tuple[Middleware, ...]

    def __post_init__(self) -> None:
        """Raise ``RegistrationError`` for what stands in place of a path: the function, say."""
        if isinstance(self.path, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            return
        where = f"{location(self.path)}: " if inspect.isroutine(self.path) else ""
        raise RegistrationError(f'{where}the decorator needs a path: endpoint("/path")')


class Endpoint(Generic[_P, _R]):
    """A function that answers requests; in a blueprint it is a method, and stays one.

    It is made by ``endpoint`` and ``websocket``, or by the methods of ``App`` with the same names.
    """

    def __init__(self, function: Callable[..., _R], *, is_websocket: bool, in_thread: bool) -> None:
        self.function = function
        self.is_websocket = is_websocket
        self.in_thread = in_thread
        self.declarations: list[Declaration] = []
        self.befores: list[Before] = []
        self.error_handlers = ErrorHandlers()
        self.__doc__ = function.__doc__
        self.__name__: str = getattr(function, "__name__", type(function).__name__)
        self.__wrapped__ = function

    @overload
    def __get__(self, instance: None, owner: type) -> "Endpoint[_P, _R]": ...
    @overload
    def __get__(self, instance: object, owner: type) -> Callable[_P, _R]: ...
    def __get__(self, instance: object, owner: type) -> "Endpoint[_P, _R] | Callable[_P, _R]":
        """The endpoint of a class, the bound method of an instance."""
        return self if instance is None else MethodType(self.function, instance)

    def __call__(self, *args: _P.args, **kwargs: _P.kwargs) -> _R:
        """Call the function itself."""
        return self.function(*args, **kwargs)

    def before(self, function: _Function) -> _Function:
        """Have ``async def check(self, request)`` run before the endpoint, innermost.

        What it returns answers the request, unless it is ``None``.

            @show.before
            async def only_members(self, request: Request) -> Response | None: ...
        """
        self.befores.append(function)
        return function

    def error(self, *kinds: Kind) -> Callable[[ErrorHandler], ErrorHandler]:
        """Have ``async def handle(self, request, error)`` answer errors of this endpoint.

        ``kinds`` are classes of exceptions, or statuses of ``HTTPError``; 500 is any defect.

            @show.error(LookupError)
            async def is_missing(self, request: Request, error: LookupError) -> Response: ...
        """
        return self.error_handlers.adding(kinds)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.__name__} at {location(self.function)}>"


class MethodDecorator(Protocol):
    """Makes an endpoint of a method, or gives an endpoint one path more."""

    @overload
    def __call__(self, function: Endpoint[_P, _R], /) -> Endpoint[_P, _R]: ...
    @overload
    def __call__(self, function: Callable[Concatenate[Any, _P], _R], /) -> Endpoint[_P, _R]: ...


class FunctionDecorator(Protocol):
    """The same for a function, which has no ``self``."""

    @overload
    def __call__(self, function: Endpoint[_P, _R], /) -> Endpoint[_P, _R]: ...
    @overload
    def __call__(self, function: Callable[_P, _R], /) -> Endpoint[_P, _R]: ...


def endpoint(
    path: str,
    *,
    methods: Iterable[str] = ("GET",),
    middleware: Iterable[Middleware] = (),
    thread: bool = False,
) -> MethodDecorator:
    """Make a method of a blueprint answer requests.

    ``path`` may hold placeholders, ``{name}`` or ``{name:converter}``. ``methods`` are those of
    RFC 9110 §9 or others; HEAD comes with GET, and OPTIONS by itself. A plain ``def`` is called on
    the loop's thread and must not block; with ``thread`` it runs in a thread of its own. An
    endpoint may have several paths: decorate it again. Raises ``RegistrationError``.

        @endpoint("/books/{number:int}", methods=["GET"])
        async def show(self, number: int): ...
    """
    declaration = Declaration(path, checked_methods(methods), tuple(middleware))

    def decorate(function: Any) -> Any:  # noqa: ANN401 - MethodDecorator has the types
        return declared(function, declaration, in_thread=thread)

    return decorate


def websocket(path: str, *, middleware: Iterable[Middleware] = ()) -> MethodDecorator:
    """Make a method of a blueprint serve WebSockets (RFC 6455).

    One of its parameters is the ``WebSocket``. Raises ``RegistrationError``.

        @websocket("/live/{room}")
        async def live(self, websocket: WebSocket, room: str): ...
    """
    declaration = Declaration(path, (WEBSOCKET,), tuple(middleware))

    def decorate(function: Any) -> Any:  # noqa: ANN401 - MethodDecorator has the types
        return declared(function, declaration, is_websocket=True)

    return decorate


def declared(
    function: Callable[..., _R] | Endpoint[_P, _R],
    declaration: Declaration,
    *,
    is_websocket: bool = False,
    in_thread: bool = False,
) -> Endpoint[_P, _R]:
    """The endpoint that is made of a function, or the same one with one path more."""
    if isinstance(function, Endpoint):
        endpoint = cast("Endpoint[_P, _R]", function)
    else:
        endpoint = Endpoint(function, is_websocket=is_websocket, in_thread=in_thread)
    if (endpoint.is_websocket, endpoint.in_thread) != (is_websocket, in_thread):
        raise RegistrationError(
            f"{location(endpoint.function)}: the decorators of {endpoint.__name__} say different"
            " things: it serves WebSockets or requests, in a thread or not"
        )
    if in_thread and inspect.iscoroutinefunction(endpoint.function):
        raise RegistrationError(
            f"{location(endpoint.function)}: {endpoint.__name__} is a coroutine function, which"
            " runs on the event loop: leave thread=True out, or make it a plain one"
        )
    endpoint.declarations.insert(0, declaration)
    return endpoint


def checked_methods(methods: Iterable[str]) -> tuple[str, ...]:
    """Methods in upper case, as they are registered (RFC 9110 §16.1)."""
    if isinstance(methods, str):
        raise RegistrationError(f"methods are a list: methods=[{methods!r}]")
    names = tuple(dict.fromkeys(method.upper() for method in methods))
    if not names:
        raise RegistrationError("an endpoint answers at least one method")
    for name in names:
        if not _TOKEN.fullmatch(name) or name == WEBSOCKET:
            raise RegistrationError(f"{name!r} is no method (RFC 9110 §9.1)")
    return names
