"""A WebSocket handshake of PSGI, answered by an ASGI application."""

from pyre.psgi.asgi_guest.scope import websocket_scope
from pyre.psgi.interface import Request, WebSocket
from pyre.psgi.response import Response
from pyre.server.asgi import ASGIApplication, Message

_FORBIDDEN = 403
_ABNORMAL_CLOSURE = 1006
_NO_STATUS_RECEIVED = 1005


class WebSocketExchange:
    """One handshake and what follows, for which the application runs in the task of the request."""

    def __init__(self, app: ASGIApplication, request: Request) -> None:
        self._app = app
        self._request = request
        self._is_connected = False
        self._websocket: WebSocket | None = None
        self._refusal: Response | None = None
        self._content: list[bytes] = []

    async def run(self) -> Response | None:
        """Run the application; a response refuses the handshake."""
        await self._app(websocket_scope(self._request), self._receive, self._send)
        if not (self._websocket or self._refusal):
            raise RuntimeError("the ASGI application has not answered the WebSocket handshake")
        return self._refusal

    async def _receive(self) -> Message:
        if not self._is_connected:
            self._is_connected = True
            return {"type": "websocket.connect"}
        if self._websocket is None:
            await self._request.closed()
            return {"type": "websocket.disconnect", "code": _ABNORMAL_CLOSURE}
        message = await anext(aiter(self._websocket), None)
        if message is not None:
            key = "text" if isinstance(message, str) else "bytes"
            return {"type": "websocket.receive", key: message}
        return {
            "type": "websocket.disconnect",
            "code": self._websocket.close_code or _NO_STATUS_RECEIVED,
            "reason": self._websocket.close_reason,
        }

    async def _send(self, message: Message) -> None:
        match message["type"]:
            case "websocket.accept" if self._is_open():
                accepted = message.get("subprotocol"), message.get("headers", ())
                self._websocket = await self._request.accept(*accepted)
            case "websocket.send" if self._websocket:
                text = message.get("text")
                await self._websocket.send(message["bytes"] if text is None else text)
            case "websocket.close" if self._websocket:
                code, reason = message.get("code", 1000), message.get("reason") or ""
                await self._websocket.close(code, reason)
            case "websocket.close" if self._is_open():
                self._refusal = Response(_FORBIDDEN)
            case "websocket.http.response.start" if self._is_open():
                self._refusal = Response(message["status"], message.get("headers", ()))
            case "websocket.http.response.body" if self._refusal:
                self._content.append(message.get("body", b""))
                self._refusal.body = b"".join(self._content)
            case kind:
                raise RuntimeError(f"{kind!r} was sent in a wrong place")

    def _is_open(self) -> bool:
        """Whether the handshake is to be answered."""
        return not (self._websocket or self._refusal)
