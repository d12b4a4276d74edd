"""The test's end of a WebSocket."""

import json
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Any, Self

import httpx

from pyre.framework.testing.errors import WebSocketClosed, WebSocketRefused
from pyre.framework.testing.host import Host
from pyre.framework.testing.websocket_exchange import WebSocketExchange

# RFC 6455 §7.4.1
_NORMAL_CLOSURE = 1000
_INTERNAL_ERROR = 1011


class WebSocketSession(AbstractAsyncContextManager["WebSocketSession", None]):
    """An open WebSocket, which ``TestClient.websocket`` makes; iterate it for the messages.

    Entering it is the handshake: it raises ``WebSocketRefused`` when the application answers by a
    response. Leaving it closes with 1000 (with 1011 after an exception), and waits for the
    application to return.

        async with client.websocket("/echo") as websocket:
            await websocket.send_text("hello")
            assert await websocket.receive_text() == "hello"

    What receives raises ``WebSocketClosed`` when the application has closed, and raises what the
    application has raised.
    """

    def __init__(
        self, host: Host, client: httpx.AsyncClient, request: httpx.Request, subprotocols: list[str]
    ) -> None:
        self._host = host
        self._client = client
        self._request = request
        self._subprotocols = subprotocols
        self._open: WebSocketExchange | None = None
        self._response: httpx.Response | None = None

    async def __aenter__(self) -> Self:
        exchange = WebSocketExchange(self._host, self._request, self._subprotocols)
        try:
            self._response = await exchange.response()
        except BaseException:
            exchange.close(WebSocketClosed())
            raise
        self._client.cookies.extract_cookies(self._response)
        if not exchange.is_accepted:
            await exchange.returned()
            raise WebSocketRefused(self._response)
        self._open = exchange
        return self

    async def __aexit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        code = _NORMAL_CLOSURE if exception is None else _INTERNAL_ERROR
        self._exchange.close(WebSocketClosed(code))
        if exception is None:
            await self._exchange.returned()
            self._exchange.raise_error()
        self._exchange.keep_error()

    @property
    def accepted_subprotocol(self) -> str | None:
        """The subprotocol that the application has accepted."""
        return self._exchange.subprotocol

    @property
    def response(self) -> httpx.Response:
        """The response to the handshake, with the header fields of the application."""
        if self._response is None:
            raise _not_entered()
        return self._response

    @property
    def close_code(self) -> int | None:
        """The code that it was closed with, by either side; ``None`` while it is open."""
        closure = self._exchange.closure
        return closure.code if closure else None

    @property
    def close_reason(self) -> str:
        """The reason that it was closed with."""
        closure = self._exchange.closure
        return closure.reason if closure else ""

    async def send_text(self, message: str) -> None:
        """Send a text message. Raises ``WebSocketClosed``."""
        await self._exchange.put(message)

    async def send_bytes(self, message: bytes) -> None:
        """Send a binary message. Raises ``WebSocketClosed``."""
        await self._exchange.put(message)

    async def send_json(self, value: Any) -> None:  # noqa: ANN401 - anything that JSON has
        """Send a value as JSON in a text message. Raises ``WebSocketClosed``."""
        await self.send_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")))

    async def receive(self) -> str | bytes:
        """The next message. Raises ``WebSocketClosed``."""
        return await self._exchange.take()

    async def receive_text(self) -> str:
        """The next message, a text. Raises ``WebSocketClosed``, and ``TypeError`` for another."""
        message = await self.receive()
        if not isinstance(message, str):
            raise TypeError(f"the application has sent no text, but {message!r}")
        return message

    async def receive_bytes(self) -> bytes:
        """The next message, a binary one. Raises ``WebSocketClosed``, and ``TypeError``."""
        message = await self.receive()
        if not isinstance(message, bytes):
            raise TypeError(f"the application has sent no octets, but {message!r}")
        return message

    async def receive_json(self) -> Any:  # noqa: ANN401 - anything that JSON has
        """What the next message of either kind holds as JSON. Raises ``WebSocketClosed``."""
        return json.loads(await self.receive())

    async def __aiter__(self) -> AsyncIterator[str | bytes]:
        """The messages, until it is closed."""
        try:
            while True:
                yield await self.receive()
        except WebSocketClosed:
            return

    async def close(self, code: int = _NORMAL_CLOSURE, reason: str = "") -> None:
        """Close; does nothing when it is closed."""
        self._exchange.close(WebSocketClosed(code, reason))

    def leave(self) -> None:
        """Leave without closing, as by a broken connection: the application sees 1006."""
        self._exchange.close(WebSocketClosed())

    @property
    def _exchange(self) -> WebSocketExchange:
        if self._open is None:
            raise _not_entered()
        return self._open


def _not_entered() -> RuntimeError:
    return RuntimeError("a WebSocket is opened by `async with client.websocket(...)`")
