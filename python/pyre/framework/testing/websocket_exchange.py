"""A WebSocket between the application and the test (ASGI WebSocket 2.5).

Messages are there for the other side at once; from ``HIGH_WATER`` octets on a sender waits for them
to be taken.
"""

import asyncio
from collections import deque
from contextlib import suppress

import httpx

from pyre.framework.testing.calls import logger, only_tells_of_leaving
from pyre.framework.testing.changes import Changes
from pyre.framework.testing.errors import WebSocketClosed
from pyre.framework.testing.host import HIGH_WATER, Host
from pyre.framework.testing.messages import (
    Head,
    body_of,
    close_of,
    fields_of,
    head_of,
    text_or_bytes_of,
)
from pyre.framework.testing.scope import websocket_scope
from pyre.psgi import Disconnected
from pyre.server.asgi import Message, Scope

_INTERNAL_ERROR = 1011  # RFC 6455 §7.4.1
_SWITCHING_PROTOCOLS = 101
_REFUSAL = Head(403, [])
_FAILURE = Head(500, [])


class Messages:
    """Messages on their way, in order."""

    def __init__(self) -> None:
        self._messages: deque[str | bytes] = deque()
        self._size = 0

    def __bool__(self) -> bool:
        return bool(self._messages)

    @property
    def are_many(self) -> bool:
        """Whether a sender has to wait."""
        return self._size >= HIGH_WATER

    def put(self, message: str | bytes) -> None:
        """Add a message."""
        self._messages.append(message)
        self._size += len(message)

    def take(self) -> str | bytes:
        """Take the oldest message."""
        message = self._messages.popleft()
        self._size -= len(message)
        return message


class WebSocketExchange:
    """One handshake and what follows, for which the application runs in a task of its own."""

    def __init__(self, host: Host, request: httpx.Request, subprotocols: list[str]) -> None:
        self._host = host
        self._request = request
        self._subprotocols = subprotocols
        self._name = f"WEBSOCKET {request.url.raw_path.decode('ascii')}"
        self._changes = Changes()
        self._to_application = Messages()
        self._to_test = Messages()
        self._error: Exception | None = None
        self._head: Head | None = None
        self._content: list[bytes] = []
        self._is_connected = False
        self._is_answered = False
        self._has_returned = False
        self._has_left = False
        self.is_accepted = False
        self.subprotocol: str | None = None
        self.closure: WebSocketClosed | None = None
        """How it was closed, by either side."""
        host.calls.start(self._run(websocket_scope(request, host, subprotocols)), self._name)

    async def response(self) -> httpx.Response:
        """Wait for the response to the handshake: 101, or the refusal.

        Raises what the application has raised.
        """
        await self._changes.until(lambda: self._is_answered or self._has_returned)
        if not self.is_accepted:
            self.raise_error()
        head = self._head if self._head and self._is_answered else _FAILURE
        content = b"".join(self._content)
        return httpx.Response(
            head.status, headers=head.headers, content=content, request=self._request
        )

    async def put(self, message: str | bytes) -> None:
        """Send a message to the application. Raises ``WebSocketClosed``."""
        await self._changes.until(lambda: not self._to_application.are_many or self._is_over)
        if self._is_over:
            self._raise_end()
        self._to_application.put(message)
        self._changes.tell()

    async def take(self) -> str | bytes:
        """Receive a message. Raises ``WebSocketClosed`` when there is none, and none can come."""
        await self._changes.until(lambda: self._to_test or self._is_over)
        if not self._to_test:
            self._raise_end()
        message = self._to_test.take()
        self._changes.tell()
        return message

    def close(self, closure: WebSocketClosed) -> None:
        """Let the test close, or with 1006 leave; nothing happens when it is closed."""
        self.closure = self.closure or closure
        self._has_left = True
        self._changes.tell()

    async def returned(self) -> None:
        """Wait for the application to return, if the test wants to."""
        if self._host.waits:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._host.patience):
                    await self._changes.until(lambda: self._has_returned)

    def raise_error(self) -> None:
        """Raise what the application has raised."""
        error, self._error = self._error, None
        if error:
            raise error

    def keep_error(self) -> None:
        """Keep what the application has raised for the end of the test."""
        error, self._error = self._error, None
        if error:
            self._host.keep(error, self._name)

    @property
    def _is_over(self) -> bool:
        return self.closure is not None or self._has_returned

    def _raise_end(self) -> None:
        self.raise_error()
        self.closure = self.closure or WebSocketClosed()
        raise WebSocketClosed(self.closure.code, self.closure.reason)

    async def _run(self, scope: Scope) -> None:
        try:
            await self._host.app(scope, self._receive, self._send)
        except Exception as error:  # noqa: BLE001 - whatever it is, the test is told
            self._fail(error)
        else:
            if not (self._is_answered or self._has_left):
                message = "the application has not answered the WebSocket handshake"
                self._fail(httpx.RemoteProtocolError(message, request=self._request))
        finally:
            self._has_returned = True
            self._changes.tell()

    def _fail(self, error: Exception) -> None:
        """Do what a server does, or have the test told."""
        if self.closure and only_tells_of_leaving(error):
            return
        if not self._host.raises:
            logger.error("Exception in the application (%s)", self._name, exc_info=error)
        elif self._has_left:
            self._host.keep(error, self._name)
        else:
            self._error = error
        if self.is_accepted and self.closure is None:
            self.closure = WebSocketClosed(_INTERNAL_ERROR)

    async def _receive(self) -> Message:
        if not self._is_connected:
            self._is_connected = True
            return {"type": "websocket.connect"}
        await self._changes.until(lambda: self._to_application or self.closure)
        if not self._to_application:
            return self._disconnect()
        message = self._to_application.take()
        self._changes.tell()
        key = "text" if isinstance(message, str) else "bytes"
        return {"type": "websocket.receive", key: message}

    def _disconnect(self) -> Message:
        closure = self.closure or WebSocketClosed()
        return {
            "type": "websocket.disconnect",
            "code": closure.code,
            "reason": closure.reason,
        }

    async def _send(self, message: Message) -> None:
        await self._changes.until(lambda: not self._to_test.are_many or self.closure)
        if self.closure:
            raise Disconnected("the WebSocket is closed")
        if self.is_accepted:
            self._send_accepted(message)
        else:
            self._answer(message)
        self._changes.tell()

    def _send_accepted(self, message: Message) -> None:
        match message["type"]:
            case "websocket.send":
                self._to_test.put(text_or_bytes_of(message))
            case "websocket.close":
                self.closure = WebSocketClosed(*close_of(message))
            case kind:
                raise RuntimeError(f"{kind!r} was sent in a wrong place")

    def _answer(self, message: Message) -> None:
        match message["type"]:
            case "websocket.accept" if self._head is None:
                self._accept(message)
            case "websocket.close" if self._head is None:
                self._head = _REFUSAL
                self._refuse()
            case "websocket.http.response.start" if self._head is None:
                self._head = head_of(message)
            case "websocket.http.response.body" if self._head and not self._is_answered:
                self._content.append(body_of(message))
                if not message.get("more_body", False):
                    self._refuse()
            case kind:
                raise RuntimeError(f"{kind!r} was sent in a wrong place")

    def _accept(self, message: Message) -> None:
        headers = fields_of(message)
        if (subprotocol := message.get("subprotocol")) is not None:
            if subprotocol not in self._subprotocols:
                raise ValueError(f"the client has not offered the subprotocol {subprotocol!r}")
            headers.append((b"sec-websocket-protocol", subprotocol.encode("ascii")))
        self.subprotocol = subprotocol
        self._head = Head(_SWITCHING_PROTOCOLS, headers)
        self.is_accepted = self._is_answered = True

    def _refuse(self) -> None:
        """The application that receives after it has refused sees that the peer has left."""
        self._is_answered = True
        self.closure = WebSocketClosed()
