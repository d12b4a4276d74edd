"""``receive`` of ASGI HTTP, on a request of PSGI."""

from pyre.psgi.errors import BodyError, Disconnected
from pyre.psgi.interface import Request
from pyre.server.asgi import Message


class Receiving:
    """Tells of the body of a request, and then of the peer's leaving."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._has_ended = False

    async def receive(self) -> Message:
        """The next message."""
        if self._has_ended:
            await self._request.closed()
            return {"type": "http.disconnect"}
        try:
            # A new iterator goes on where the one before it has stopped, be it by a cancellation.
            piece = await anext(aiter(self._request), b"")
        except (Disconnected, BodyError):
            # A body that the host has refused has been answered: nobody waits for more.
            return {"type": "http.disconnect"}
        self._has_ended = not piece
        return {"type": "http.request", "body": piece, "more_body": not self._has_ended}
