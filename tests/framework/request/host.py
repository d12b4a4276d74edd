"""A host of PSGI without sockets: a body comes in the pieces, and to the end, that a test wants."""

import asyncio
import functools
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Self, TypeVar

from pyre import psgi
from pyre.framework.errors import HTTPError
from pyre.framework.limits import Limits
from pyre.framework.request import Request
from pyre.psgi.headers import FieldLines

_T = TypeVar("_T")

TURNS = 1000
"""Turns of the loop after which nothing more will happen."""


class App:
    """What a request knows of its application."""

    def __init__(self, **limits: int) -> None:
        self.limits = Limits(**limits)


class Endpoint:
    """What a request knows of its endpoint."""

    def __init__(self, *path_names: str) -> None:
        self.path_names = path_names


class Host:
    """A ``psgi.Request``; a piece that is an exception is raised in its place.

    ``psgi.BodyError`` stands for a body that the host has refused, and answered. ``stall`` is a
    place where the body waits for the peer.
    """

    http_version = "1.1"
    server = ("127.0.0.1", 80)
    tls = None
    is_websocket = False
    trailers = FieldLines()
    server_capabilities = frozenset[str]()

    def __init__(
        self,
        *pieces: bytes | Exception | asyncio.Event,
        headers: Iterable[tuple[str, str]] = (),
        **attributes: object,
    ) -> None:
        self.method = "POST"
        self.scheme = "http"
        self.authority = "example.org"
        self.raw_path = b"/"
        self.path = "/"
        self.query = b""
        self.root_path = ""
        self.client = ("127.0.0.1", 50000)
        self.headers = FieldLines((name.encode(), value.encode()) for name, value in headers)
        self.state: dict[str, Any] = {}
        self.informed: list[object] = []
        self.waiting = asyncio.Event()
        """Set when the application waits for what a piece that is an event stands for."""
        self._pieces = list(pieces)
        self._kept: list[bytes] = []
        self._whole: bytes | None = None
        self._is_iterated = False
        self._closing = asyncio.Event()
        self._is_over = False
        self._afterwards: list[Callable[[], Coroutine[Any, Any, object]]] = []
        self.__dict__.update(attributes)

    @property
    def target(self) -> bytes:
        return self.raw_path + b"?" + self.query

    @property
    def is_closed(self) -> bool:
        return self._closing.is_set()

    @property
    def has_afterwards(self) -> bool:
        return bool(self._afterwards)

    async def closed(self) -> None:
        await self._closing.wait()

    async def read(self, limit: int | None = None) -> bytes:
        if self._whole is None:
            if self._is_iterated:
                raise RuntimeError("a part of the body has been taken by an iteration")
            while (piece := await self._next()) is not None:
                self._kept.append(piece)
                _refuse_above(limit, sum(map(len, self._kept)))
            self._whole = b"".join(self._kept)
        _refuse_above(limit, len(self._whole))
        return self._whole

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        if self._whole is not None:
            return self._whole_once()
        self._is_iterated = True
        while (piece := await self._next()) is not None:
            if piece:
                return piece
        raise StopAsyncIteration

    async def inform(self, status: int, headers: psgi.HeaderFields = ()) -> None:
        self.informed.append((status, headers))

    async def accept(self, *_: object) -> psgi.WebSocket:
        raise RuntimeError("there is no handshake")

    def after(self, function: Callable[..., Coroutine[Any, Any, object]], /, *args: object) -> None:
        if self._is_over:
            raise RuntimeError("the response is complete")
        self._afterwards.append(functools.partial(function, *args))

    async def finish(self) -> None:
        """Let the response be complete."""
        self._closing.set()
        self._is_over = True
        for function in self._afterwards:
            await function()

    def _whole_once(self) -> bytes:
        if self._is_iterated or not self._whole:
            raise StopAsyncIteration
        self._is_iterated = True
        return self._whole

    async def _next(self) -> bytes | None:
        if not self._pieces:
            return None
        piece = self._pieces[0]
        match piece:
            case psgi.BodyError() | psgi.Disconnected():
                self._closing.set()
                raise piece
            case Exception():
                raise piece
            case asyncio.Event():
                self.waiting.set()
                await piece.wait()
                self._pieces.pop(0)
                return b""
            case bytes():
                self._pieces.pop(0)
                return piece


def _refuse_above(limit: int | None, size: int) -> None:
    if limit is not None and size > limit:
        raise psgi.BodyError(413)


def request_for(*pieces: Any, content_type: str | None = None, **limits: int) -> Request:
    """A request with this body, to an application with these limits."""
    headers = [] if content_type is None else [("content-type", content_type)]
    return Request(Host(*pieces, headers=headers), App(**limits))


def in_loop(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """Run a test in an event loop, in which no task may be left over."""

    async def run_test(*args: Any, **kwargs: Any) -> None:
        await test(*args, **kwargs)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    @functools.wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        asyncio.run(run_test(*args, **kwargs))

    return run


def at_once(coroutine: Coroutine[Any, Any, _T]) -> _T:
    """The result of a coroutine that has nothing to wait for."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        result: _T = end.value
        return result
    coroutine.close()
    raise AssertionError("it waits")


@contextmanager
def refused(*statuses: int) -> Iterator[None]:
    """For what is refused by an ``HTTPError`` with one of these statuses, or by none."""
    try:
        yield
    except HTTPError as error:
        if error.status not in statuses:
            raise


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop turn until something is true."""
    for _ in range(TURNS):
        if condition():
            return
        await asyncio.sleep(0)
    raise AssertionError("it has not become true")
