"""An open WebSocket on the messages of ASGI (section 5)."""

from collections import deque
from typing import Self

from pyre.psgi.asgi_host.incoming import WINDOW, Incoming
from pyre.psgi.asgi_host.octets import octets_of
from pyre.psgi.asgi_host.outgoing import Outgoing
from pyre.psgi.errors import Disconnected
from pyre.server.asgi import Message, Receive

_LONGEST_PING = 125
_LONGEST_REASON = 123
_UNSENDABLE_CODES = frozenset({1004, 1005, 1006, 1015})
"""They mean that there was no code, or are reserved (RFC 6455 §7.4.1)."""


class Messages(Incoming):
    """The messages of the peer, and how it has closed."""

    def __init__(self, receive: Receive) -> None:
        super().__init__(receive)
        self.close_code: int | None = None
        self.close_reason = ""
        self._ahead: deque[str | bytes] = deque()
        self._size = 0

    def take(self, message: Message) -> None:
        """Keep a message; note the end."""
        if message["type"] == "websocket.disconnect":
            self.close_code = message.get("code", 1005)
            self.close_reason = message.get("reason") or ""
            self.close()
        elif message["type"] == "websocket.receive":
            text: str | None = message.get("text")
            content: str | bytes = message["bytes"] if text is None else text
            self._ahead.append(content)
            self._size += len(content)

    def may_look_ahead(self) -> bool:
        """Whether what has come leaves room for more."""
        return self._size < WINDOW

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str | bytes:
        """The next message."""
        while not self._ahead:
            if self.is_closed:
                raise StopAsyncIteration
            await self.advance()
        content = self._ahead.popleft()
        self._size -= len(content)
        self.look_out()
        return content


class AsgiWebSocket:
    """What ``accept`` returns."""

    def __init__(self, messages: Messages, outgoing: Outgoing, subprotocol: str | None) -> None:
        self.subprotocol = subprotocol
        self._messages = messages
        self._outgoing = outgoing
        self._is_closing = False

    @property
    def close_code(self) -> int | None:
        """The code that the peer has closed with."""
        return self._messages.close_code

    @property
    def close_reason(self) -> str:
        """The reason that the peer has closed with."""
        return self._messages.close_reason

    def __aiter__(self) -> Messages:
        return self._messages

    async def send(self, message: str | bytes, /) -> None:
        """Send a message."""
        key = "text" if isinstance(message, str) else "bytes"
        content = message if isinstance(message, str) else octets_of(message, "a message")
        if self._is_closing:
            raise Disconnected("the WebSocket is closed")
        await self._outgoing.send({"type": "websocket.send", key: content})

    async def ping(self, payload: bytes = b"", /) -> None:
        """Do nothing: ASGI has no message for it."""
        if len(payload) > _LONGEST_PING:
            raise ValueError(f"a ping has at most {_LONGEST_PING} octets, and not {len(payload)}")

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Begin the closing handshake."""
        _check_close(code, reason)
        if self._is_closing or self._messages.is_closed:
            return
        self._is_closing = True
        try:
            await self._outgoing.send({"type": "websocket.close", "code": code, "reason": reason})
        except Disconnected:
            return  # the peer was faster


def _check_close(code: int, reason: str) -> None:
    """RFC 6455 §5.5.1, §7.4."""
    if not 1000 <= code <= 4999 or code in _UNSENDABLE_CODES:  # noqa: PLR2004 - as registered
        raise ValueError(f"a WebSocket can't be closed with the code {code}")
    if len(reason.encode()) > _LONGEST_REASON:
        raise ValueError(f"a reason to close has at most {_LONGEST_REASON} octets")
