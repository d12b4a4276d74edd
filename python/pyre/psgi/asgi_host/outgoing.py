"""What is sent by ``send``, until the peer has left."""

from pyre.psgi.asgi_host.incoming import Incoming
from pyre.psgi.errors import Disconnected
from pyre.server.asgi import Message, Send


class Outgoing:
    """The messages that an exchange sends."""

    def __init__(self, send: Send, incoming: Incoming) -> None:
        self._send = send
        self._incoming = incoming
        self._head: Message | None = None

    def check_is_open(self) -> None:
        """Raise ``Disconnected`` when the peer has left, or the response is complete."""
        if self._incoming.is_closed:
            raise Disconnected("the peer has left, or the response is complete")

    def begin(self, head: Message) -> None:
        """Have the head of the response sent with the first of its content.

        Until then a stream may fail and be answered by 500, or read the body of a peer that waits
        to be told to send it: after a final status it is told nothing (RFC 9110 §10.1.1).
        """
        self._head = head

    async def send(self, message: Message) -> None:
        """Send a message. Raises ``Disconnected`` when the peer has left."""
        self.check_is_open()
        try:
            if self._head:
                head, self._head = self._head, None
                await self._send(head)
            await self._send(message)
        except OSError as error:
            # So does ASGI tell that the peer has left; an error about a file names the file.
            if error.filename is not None:
                raise
            self._incoming.close()
            raise Disconnected("the peer has left") from error

    async def send_piece(self, octets: bytes, *, is_last: bool = False) -> None:
        """Send a piece of the body; an empty one is skipped."""
        self.check_is_open()
        if octets or is_last:
            await self.send(
                {"type": "http.response.body", "body": octets, "more_body": not is_last}
            )
