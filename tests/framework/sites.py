"""A served application, as tests talk to it: the same way on every host."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import httpx
from pyre.framework.testing import WebSocketClosed, WebSocketRefused
from support.server import Server
from support.waiting import PATIENCE
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

OPTIONS: dict[str, Any] = {"timeout": PATIENCE, "verify": False, "trust_env": False}
"""Those of each client. To load the certificates for HTTPS would take longer than most tests."""


class StartError(Exception):
    """The application was not started; the text is what the host has to say about it."""


class WebSocket(ABC):
    """An open WebSocket."""

    subprotocol: str | None
    headers: Mapping[str, str]
    """Those of the response to the handshake."""

    @abstractmethod
    def send(self, message: str | bytes) -> None:
        """Send a message: ``str`` is text, ``bytes`` is binary. Raises ``WebSocketClosed``."""

    @abstractmethod
    def receive(self) -> str | bytes:
        """Wait for the next message. Raises ``WebSocketClosed``."""

    @abstractmethod
    def close(self, code: int = 1000, reason: str = "") -> None:
        """Close."""

    @abstractmethod
    def leave(self) -> None:
        """Leave without closing."""


class Site(ABC):
    """An application that is served."""

    @abstractmethod
    def client(self, **options: Any) -> httpx.Client:
        """A client with cookies of its own; the options are those of ``httpx.Client``."""

    @abstractmethod
    def websocket(
        self,
        path: str,
        *,
        subprotocols: Sequence[str] = (),
        headers: Mapping[str, str] | None = None,
    ) -> AbstractContextManager[WebSocket]:
        """Open a WebSocket. Raises ``WebSocketRefused`` with the response that there was instead.

        It is closed with 1000 at the end.
        """

    @abstractmethod
    def expect_error(self, text: str) -> None:
        """Wait until ``text`` has been logged; a traceback that holds it is no failure then."""

    @property
    @abstractmethod
    def events(self) -> list[str]:
        """What the application has told by ``apps/events.py``, in order."""

    @abstractmethod
    def permit(self) -> None:
        """Let the application go on that waits in ``apps/events.py``."""


class NetworkSite(Site):
    """One that is served by a process, over TCP."""

    def __init__(self, server: Server) -> None:
        self.server = server

    def client(self, **options: Any) -> httpx.Client:
        return httpx.Client(base_url=self.server.url(), **OPTIONS | options)

    @contextmanager
    def websocket(
        self,
        path: str,
        *,
        subprotocols: Sequence[str] = (),
        headers: Mapping[str, str] | None = None,
    ) -> Iterator[WebSocket]:
        options: dict[str, Any] = {"compression": None, "proxy": None, "open_timeout": PATIENCE}
        if subprotocols:
            options["subprotocols"] = [Subprotocol(each) for each in subprotocols]
        url = self.server.url(path).replace("http:", "ws:")
        try:
            connection = connect(url, additional_headers=headers, **options)
        except InvalidStatus as refusal:
            raise WebSocketRefused(_refusal(refusal)) from None
        with connection:
            yield NetworkWebSocket(connection)

    def expect_error(self, text: str) -> None:
        self.server.expect_error(text)

    @property
    def events(self) -> list[str]:
        return self.server.events

    def permit(self) -> None:
        self.server.permit()


class NetworkWebSocket(WebSocket):
    """One of the library ``websockets``."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self.subprotocol = connection.subprotocol
        assert connection.response
        self.headers = httpx.Headers(list(connection.response.headers.raw_items()))

    def send(self, message: str | bytes) -> None:
        try:
            self._connection.send(message)
        except ConnectionClosed as closed:
            raise _closure(closed) from None

    def receive(self) -> str | bytes:
        try:
            return self._connection.recv(timeout=PATIENCE)
        except ConnectionClosed as closed:
            raise _closure(closed) from None

    def close(self, code: int = 1000, reason: str = "") -> None:
        self._connection.close(code, reason)

    def leave(self) -> None:
        self._connection.socket.shutdown(2)


def _refusal(error: InvalidStatus) -> httpx.Response:
    response = error.response
    fields = list(response.headers.raw_items())
    return httpx.Response(response.status_code, headers=fields, content=bytes(response.body or b""))


def _closure(error: ConnectionClosed) -> WebSocketClosed:
    return WebSocketClosed(error.rcvd.code, error.rcvd.reason) if error.rcvd else WebSocketClosed()
