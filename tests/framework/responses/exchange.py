"""A host of PSGI without sockets: it asks for responses, and reads what is sent."""

import asyncio
import os
import selectors
from collections.abc import Callable, Coroutine, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from pyre import psgi
from pyre.framework.responses import Response
from pyre.psgi.fields import encoded
from pyre.psgi.headers import FieldLines

TURNS = 1000
"""Turns of the loop after which nothing more will happen."""


class Request:
    """A ``psgi.Request`` that has been received whole."""

    http_version = "1.1"
    scheme = "http"
    root_path = ""
    authority = "example.org"
    client = ("127.0.0.1", 50000)
    server = ("127.0.0.1", 80)
    tls = None
    is_websocket = False
    trailers = FieldLines()
    server_capabilities = frozenset({"file"})

    def __init__(
        self, target: str = "/", headers: Iterable[tuple[str, str]] = (), *, method: str = "GET"
    ) -> None:
        self.method = method
        self.target = target.encode("latin-1")
        self.raw_path, _, self.query = self.target.partition(b"?")
        self.headers = FieldLines(
            (name.encode("latin-1"), value.encode("latin-1")) for name, value in headers
        )
        self.state: dict[str, Any] = {}
        self.is_closed = False


class App:
    """What responses know of an application."""

    def __init__(self, templates: object = None) -> None:
        self.stopping = asyncio.Event()
        self.templates = templates

    def url_for(self, endpoint: str, /, **values: object) -> str:
        return f"/{endpoint}/" + "/".join(str(value) for value in values.values())


@dataclass
class Sent:
    """What a peer has received."""

    status: int
    fields: list[tuple[str, str]]
    content: bytes = b""
    pieces: list[bytes] = field(default_factory=list)

    def __getitem__(self, name: str) -> str | None:
        values = [value for each, value in self.fields if each == name]
        return ", ".join(values) if values else None


def get(
    response: Response,
    *headers: tuple[str, str],
    method: str = "GET",
    app: App | None = None,
    target: str = "/",
) -> Sent:
    """What a response sends to a request with these fields."""
    request = Request(target, headers, method=method)
    return sent(response.to_psgi(app or App(), request), method)


def sent(response: psgi.Response, method: str = "GET") -> Sent:
    """What a response that does not wait for anything sends."""
    answer = head(response)
    if isinstance(response.body, psgi.File):
        content = read_file(response.body)
    else:
        content = b"".join(octets(piece) for piece in plain_pieces(response.body))
    if method != "HEAD" and answer.status not in {204, 304}:
        answer.content = content
    answer.fields.append(("content-length", str(len(content))))
    return answer


def head(response: psgi.Response) -> Sent:
    """The head, refused like by a host where a field can't be sent."""
    fields = [(name.decode(), value.decode("latin-1")) for name, value in lines(response)]
    return Sent(response.status, fields)


def lines(response: psgi.Response) -> list[tuple[bytes, bytes]]:
    return encoded(response.headers, "headers")


def plain_pieces(body: psgi.Body) -> list[Any]:
    if body is None:
        return []
    return [body] if isinstance(body, str | bytes | bytearray | memoryview) else list(body)


def octets(piece: object) -> bytes:
    return piece.encode() if isinstance(piece, str) else bytes(piece)


def read_file(file: psgi.File) -> bytes:
    """As a host reads a file: by a descriptor of its own."""
    descriptor = os.dup(file.file.fileno())
    with closing(os.fdopen(descriptor, "rb")):
        size = os.fstat(descriptor).st_size
        count = size - file.offset if file.count is None else file.count
        assert file.offset + count <= size
        return os.pread(descriptor, count, file.offset)


class Delivery:
    """A stream that is being sent, as a host does it (PSGI §3, Streams).

    ``takes`` are the pieces after which the peer reads no more, until it ``reads_again``.
    """

    def __init__(self, response: psgi.Response, *, takes: int | None = None) -> None:
        self.head = head(response)
        self.pieces: list[bytes] = []
        self.is_complete = False
        self.reads_again = asyncio.Event()
        self._body = response.body
        self._takes = takes
        self._task = asyncio.create_task(self._send())
        self._is_waiting_in_the_stream = False

    async def _send(self) -> None:
        iterator = aiter(self._body)
        try:
            while True:
                self._is_waiting_in_the_stream = True
                try:
                    piece = await anext(iterator)
                except StopAsyncIteration:
                    self.is_complete = True
                    return
                finally:
                    self._is_waiting_in_the_stream = False
                self.pieces.append(octets(piece))
                if len(self.pieces) == self._takes:
                    await self.reads_again.wait()
        finally:
            if not self.is_complete:
                await iterator.aclose()

    async def until(self, condition: Callable[["Delivery"], bool]) -> None:
        await until(lambda: condition(self) or self._task.done())
        assert condition(self)

    async def leave(self) -> None:
        """Let the peer leave: wherever the stream is, it is cancelled and closed."""
        self._task.cancel()
        await asyncio.wait([self._task])

    async def end(self) -> bytes:
        """Wait for the end; raises what the stream raises."""
        await self._task
        return self.content

    @property
    def content(self) -> bytes:
        return b"".join(self.pieces)


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop turn until something is true."""
    for _ in range(TURNS):
        if condition():
            return
        await asyncio.sleep(0)
    raise AssertionError("it has not become true")


async def idle() -> None:
    """Let everything happen that can."""
    for _ in range(50):
        await asyncio.sleep(0)


def run(test: Coroutine[Any, Any, None]) -> None:
    """Run a test in simulated time: who waits for a time, has waited. No task may be left."""
    with asyncio.Runner(loop_factory=SimulatedLoop) as runner:
        runner.run(_without_leftovers(test))


async def _without_leftovers(test: Coroutine[Any, Any, None]) -> None:
    await test
    assert asyncio.all_tasks() == {asyncio.current_task()}


class SimulatedLoop(asyncio.SelectorEventLoop):
    """A loop whose clock goes on only when nothing else is to be done."""

    def __init__(self) -> None:
        self._now = 0.0
        super().__init__(_Selector(self._wait))

    def time(self) -> float:
        return self._now

    def _wait(self, seconds: float | None) -> None:
        if seconds is None:
            raise AssertionError("it waits for what never comes")
        self._now += seconds


class _Selector(selectors.SelectSelector):
    def __init__(self, wait: Callable[[float | None], None]) -> None:
        super().__init__()
        self._wait = wait

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout != 0:
            self._wait(timeout)
        return ready
