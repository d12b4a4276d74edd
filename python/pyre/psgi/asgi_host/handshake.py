"""A WebSocket handshake: accepted, or refused by a response (section 5)."""

from pyre.psgi.asgi_host.exchange import Exchange, Phase
from pyre.psgi.asgi_host.outgoing import Outgoing
from pyre.psgi.asgi_host.request_body import RequestBody
from pyre.psgi.asgi_host.websocket import AsgiWebSocket, Messages
from pyre.psgi.content import HeaderFields
from pyre.psgi.fields import encoded_handshake, is_token
from pyre.server.asgi import Message, Receive, Scope, Send


class Handshake(Exchange):
    """A request of which the server says that it is a handshake."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        super().__init__(scope)
        self._send = send
        self._messages = Messages(receive)
        self.incoming = self._messages
        # Without the extension, the server refuses in its own way.
        self.takes_content = "websocket.http.response" in self.extensions
        self.outgoing = Outgoing(_refusing(send, by_response=self.takes_content), self.incoming)
        self.body = RequestBody.empty(receive)

    async def accept(self, subprotocol: str | None, headers: HeaderFields) -> AsgiWebSocket:
        """Accept the handshake."""
        if subprotocol is not None and not is_token(subprotocol):
            raise ValueError(f"the subprotocol {subprotocol!r} is not a token")
        fields = encoded_handshake(headers)
        if self.phase is not Phase.RUNNING:
            raise RuntimeError("the WebSocket handshake has been answered already")
        outgoing = Outgoing(self._send, self.incoming)
        outgoing.check_is_open()
        self.phase = Phase.SENDING
        self.websocket = AsgiWebSocket(self._messages, outgoing, subprotocol)
        await outgoing.send(
            {"type": "websocket.accept", "subprotocol": subprotocol, "headers": fields}
        )
        return self.websocket


def _refusing(send: Send, *, by_response: bool) -> Send:
    """``send`` for the messages of a response that refuses the handshake."""

    async def send_refusal(message: Message) -> None:
        if by_response:
            await send({**message, "type": f"websocket.{message['type']}"})
        elif message["type"] == "http.response.start":
            await send({"type": "websocket.close"})

    return send_refusal
