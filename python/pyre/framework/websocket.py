"""WebSockets, as an endpoint sees them: a request for one, and what becomes of it (RFC 6455)."""

from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec

from pyre import psgi
from pyre.framework.binding.interface import GivenKind
from pyre.framework.request import Request
from pyre.framework.responses import Response

if TYPE_CHECKING:
    from pyre.framework.app import App


class WebSocket(Request):
    """A handshake, and once it is accepted an open WebSocket; iterate it for the peer's messages.

    It is the request that middleware sees. An endpoint that returns without accepting, or that
    raises before, refuses the handshake by a response. When it returns later, the WebSocket is
    closed with 1000, and when it raises, with 1011.

        @websocket("/echo")
        async def echo(self, websocket: WebSocket):
            await websocket.accept()
            async for message in websocket:
                await websocket.send(message)
    """

    __binding__: ClassVar[GivenKind] = "websocket"
    __slots__ = ("_open",)

    def __init__(
        self,
        host_request: psgi.Request,
        app: "App",
        endpoint: Any = None,  # noqa: ANN401 - as for any request
        values: tuple[object, ...] = (),
    ) -> None:
        super().__init__(host_request, app, endpoint, values)
        self._open: psgi.WebSocket | None = None

    async def accept(self, subprotocol: str | None = None, headers: psgi.HeaderFields = ()) -> None:
        """Accept the handshake, and save the session if it was changed.

        Raises ``RuntimeError`` the second time, ``Disconnected``, and for the session what
        ``Request.session`` raises.
        """
        if self.touched_session is not None and self.app.session_keeping is not None:
            response = Response(headers=headers)
            await self.app.session_keeping.save(self.touched_session, response, self)
            headers = response.lines
        self.is_answered = True
        self._open = await self.psgi.accept(subprotocol, headers)

    @property
    def is_accepted(self) -> bool:
        """Whether the handshake was accepted."""
        return self._open is not None

    @property
    def subprotocol(self) -> str | None:
        """The subprotocol that was accepted."""
        return self._accepted.subprotocol

    @property
    def close_code(self) -> int | None:
        """The code that the peer has closed with; 1006 if it left without, ``None`` until then."""
        return self._accepted.close_code

    @property
    def close_reason(self) -> str:
        """The reason that the peer has closed with."""
        return self._accepted.close_reason

    def __aiter__(self) -> AsyncIterator[str | bytes]:
        """The messages: ``str`` is text, ``bytes`` is binary; ends when the WebSocket is closed."""
        return aiter(self._accepted)

    async def receive(self) -> str | bytes:
        """The next message. Raises ``Disconnected`` when there is none any more."""
        try:
            return await anext(aiter(self._accepted))
        except StopAsyncIteration:
            raise psgi.Disconnected("the WebSocket is closed") from None

    async def send(self, message: str | bytes) -> None:
        """Send a message, and wait for a peer that is slow. Raises ``Disconnected``."""
        await self._accepted.send(message)

    async def send_json(self, value: object) -> None:
        """Send what msgspec can encode as a text message. Raises ``Disconnected``."""
        await self._accepted.send(msgspec.json.encode(value).decode())

    async def ping(self, payload: bytes = b"") -> None:
        """Send a ping of at most 125 octets; does nothing on a host that can't."""
        await self._accepted.ping(payload)

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Begin the closing handshake; does nothing when the WebSocket is closed."""
        await self._accepted.close(code, reason)

    @property
    def _accepted(self) -> psgi.WebSocket:
        if self._open is None:
            raise RuntimeError("accept() comes before everything else that a WebSocket does")
        return self._open


class Conversation(Response):
    """What a WebSocket has come to instead of a response: the handshake was answered, by 101."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__()
        self.status = HTTPStatus.SWITCHING_PROTOCOLS
