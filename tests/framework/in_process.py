"""A site without a server: the test client in a loop that runs in a thread of its own."""

import asyncio
import contextlib
import importlib
import logging
import os
import sys
import tempfile
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from unittest import mock

import httpx
from pyre.framework.testing import LifespanError, TestClient, WebSocketSession
from support.server import APPS, EVENTS_FILE, unexpected_errors
from support.waiting import PATIENCE, wait_for

from framework.sites import OPTIONS, Site, StartError, WebSocket

Result = TypeVar("Result")


@contextmanager
def in_process(app: str, /) -> Iterator[Site]:
    """Serve an application, imported anew, until the end of the ``with`` block."""
    with (
        tempfile.TemporaryDirectory(prefix="pyre-") as directory,
        imported(app, Path(directory)) as application,
        logged() as log,
        loop_in_thread() as loop,
    ):
        client = TestClient(application, raise_app_exceptions=False, wait_for_app=False)
        try:
            loop.run(client.__aenter__)
        except LifespanError as error:
            raise StartError(f"{log.text}{error}") from error
        site = InProcessSite(loop, client, log, Path(directory))
        try:
            yield site
        finally:
            loop.run(client.aclose)
        site.judge()


@contextmanager
def imported(app: str, directory: Path) -> Iterator[Any]:
    """Import an application as a server does, and forget its modules in the end."""
    module, _, attribute = app.partition(":")
    environment = {EVENTS_FILE: str(directory / "events")}
    with mock.patch.dict(os.environ, environment), fresh_modules():
        yield getattr(importlib.import_module(module), attribute)


@contextmanager
def fresh_modules() -> Iterator[None]:
    """Import from ``tests/apps`` what nobody else sees, and nothing that was imported before."""
    sys.path.insert(0, str(APPS))
    before = {name: sys.modules.pop(name) for name in application_modules()}
    try:
        yield
    finally:
        sys.path.remove(str(APPS))
        for name in application_modules():
            del sys.modules[name]
        sys.modules.update(before)


def application_modules() -> list[str]:
    """The names of the modules that were imported from ``tests/apps``."""
    files = [(name, getattr(module, "__file__", None)) for name, module in sys.modules.items()]
    return [name for name, file in files if file and Path(file).is_relative_to(APPS)]


@contextmanager
def logged() -> Iterator["Log"]:
    """Everything that is logged."""
    log = Log()
    logging.getLogger().addHandler(log)
    try:
        yield log
    finally:
        logging.getLogger().removeHandler(log)


class Log(logging.Handler):
    """Keeps what is logged as text."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.text += self.format(record) + "\n"


class Loop:
    """A loop in another thread, and what is to be run in it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def run(self, function: Callable[..., Awaitable[Result]], *arguments: object) -> Result:
        """Call a coroutine function, and wait for what it returns."""

        async def call() -> Result:
            return await function(*arguments)

        future = asyncio.run_coroutine_threadsafe(call(), self._loop)
        try:
            return future.result(2 * PATIENCE)
        except TimeoutError:
            future.cancel()
            raise

    def call(self, function: Callable[[], Result]) -> Result:
        """Call a plain function in the loop."""

        async def call() -> Result:
            return function()

        return self.run(call)


@contextmanager
def loop_in_thread() -> Iterator[Loop]:
    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        thread = threading.Thread(target=loop.run_forever, name="application")
        thread.start()
        try:
            yield Loop(loop)
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()


class InProcessSite(Site):
    """One that is called by the test client."""

    def __init__(self, loop: Loop, client: TestClient, log: Log, directory: Path) -> None:
        self._loop = loop
        self._client = client
        self._log = log
        self._directory = directory
        self._expected_errors: list[str] = []

    def client(self, **options: Any) -> httpx.Client:
        transport = Transport(self._loop, self._client)
        return httpx.Client(
            base_url=self._client.base_url, transport=transport, **OPTIONS | options
        )

    @contextmanager
    def websocket(
        self,
        path: str,
        *,
        subprotocols: Sequence[str] = (),
        headers: Mapping[str, str] | None = None,
    ) -> Iterator[WebSocket]:
        def make() -> WebSocketSession:
            return self._client.websocket(path, subprotocols=subprotocols, headers=headers)

        session = self._loop.call(make)
        self._loop.run(session.__aenter__)
        try:
            yield InProcessWebSocket(self._loop, session)
        finally:
            self._loop.run(session.__aexit__, None, None, None)

    def expect_error(self, text: str) -> None:
        wait_for(lambda: text in self._log.text, f"{text!r} in the log")
        self._expected_errors.append(text)

    def judge(self) -> None:
        """Fail if there was an error that no test has expected."""
        unexpected = unexpected_errors(self._log.text, self._expected_errors)
        assert not unexpected, f"{len(unexpected)} unexpected errors, first:\n{unexpected[0]}"

    @property
    def events(self) -> list[str]:
        file = self._directory / "events"
        return file.read_text(encoding="utf-8").splitlines() if file.exists() else []

    def permit(self) -> None:
        (self._directory / "permit").touch()


class InProcessWebSocket(WebSocket):
    """One of the test client."""

    def __init__(self, loop: Loop, session: WebSocketSession) -> None:
        self._loop = loop
        self._session = session
        self.subprotocol = session.accepted_subprotocol
        self.headers = session.response.headers

    def send(self, message: str | bytes) -> None:
        if isinstance(message, str):
            self._loop.run(self._session.send_text, message)
        else:
            self._loop.run(self._session.send_bytes, message)

    def receive(self) -> str | bytes:
        return self._loop.run(self._session.receive)

    def close(self, code: int = 1000, reason: str = "") -> None:
        self._loop.run(self._session.close, code, reason)

    def leave(self) -> None:
        self._loop.call(self._session.leave)


class Transport(httpx.BaseTransport):
    """What the synchronous httpx sends by: the asynchronous one, in the loop."""

    def __init__(self, loop: Loop, client: TestClient) -> None:
        self._loop = loop
        self._client = client

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        async def send() -> httpx.Response:
            return await self._client.send(in_loop(request), stream=True)

        response = self._loop.run(send)
        stream = ResponseStream(self._loop, response)
        return httpx.Response(response.status_code, headers=response.headers.raw, stream=stream)


def in_loop(request: httpx.Request) -> httpx.Request:
    """The same request for the asynchronous client."""
    stream = request.stream
    if not isinstance(stream, httpx.ByteStream):
        assert isinstance(stream, httpx.SyncByteStream)
        stream = RequestStream(stream)
    return httpx.Request(
        request.method,
        request.url,
        headers=request.headers.raw,
        stream=stream,
        extensions=request.extensions,
    )


class RequestStream(httpx.AsyncByteStream):
    """Content that is generated in a thread, so that the test may wait in its generator."""

    def __init__(self, stream: httpx.SyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        pieces = iter(self._stream)
        while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
            yield piece


class ResponseStream(httpx.SyncByteStream):
    """Content that is received in the loop."""

    def __init__(self, loop: Loop, response: httpx.Response) -> None:
        self._loop = loop
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        pieces = self._response.aiter_raw()

        async def receive() -> bytes | None:
            return await anext(pieces, None)

        with contextlib.closing(self):
            while (piece := self._loop.run(receive)) is not None:
                yield piece

    def close(self) -> None:
        self._loop.run(self._response.aclose)
