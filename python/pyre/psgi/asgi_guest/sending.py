"""``send`` of ASGI HTTP: messages, of which a response of PSGI is made."""

import asyncio
import enum

from pyre.psgi.asgi_guest.handover import Handover
from pyre.psgi.content import Body
from pyre.psgi.errors import Disconnected
from pyre.psgi.file import File
from pyre.psgi.interface import Request
from pyre.psgi.response import Response
from pyre.psgi.statuses import WITHOUT_CONTENT
from pyre.server.asgi import Message


class _Phase(enum.Enum):
    """What the application is to send next."""

    START = enum.auto()
    CONTENT = enum.auto()
    TRAILERS = enum.auto()
    NOTHING = enum.auto()


class Sending:
    """Makes the response, the result of a future, as soon as the messages tell what it is.

    A body in one message is kept, a longer one is streamed. Of trailers the host has to know
    when the body ends, so what is kept waits for them.
    """

    def __init__(self, request: Request, response: asyncio.Future[Response]) -> None:
        self._request = request
        self._response = response
        self._phase = _Phase.START
        self._start: Message = {}
        self._kept: bytes | File = b""
        self._stream: Handover | None = None
        self._trailers: list[tuple[bytes, bytes]] = []

    @property
    def is_complete(self) -> bool:
        """Whether the last message has been sent."""
        return self._phase is _Phase.NOTHING

    async def send(self, message: Message) -> None:
        """Take a message. Raises ``Disconnected`` when the peer has left."""
        match (self._phase, message["type"]):
            case (_, "http.response.early_hint"):
                await self._inform(message)
            case (_Phase.START, "http.response.start"):
                self._start = message
                self._phase = _Phase.CONTENT
            case (_Phase.CONTENT, "http.response.body"):
                is_last = not message.get("more_body", False)
                await self._take(message.get("body", b""), is_last=is_last)
            case (_Phase.CONTENT, "http.response.pathsend") if not self._stream:
                await self._take(File(message["path"]), is_last=True)
            case (_Phase.TRAILERS, "http.response.trailers"):
                await self._take_trailers(message)
            case (phase, kind):
                raise RuntimeError(f"{kind!r} was sent when {phase.name.lower()} was to be sent")

    async def fail(self, error: BaseException) -> bool:
        """Break the response off. Whether there was still something to break off."""
        if self._stream is None or self.is_complete:
            return False
        return await self._stream.end(error)

    async def _inform(self, message: Message) -> None:
        """Hints that come too late are no error (ASGI, Early Hints)."""
        if not self._response.done():
            await self._request.inform(103, [(b"link", link) for link in message["links"]])

    async def _take(self, content: bytes | File, *, is_last: bool) -> None:
        if is_last:
            has_trailers = self._start.get("trailers", False)
            self._phase = _Phase.TRAILERS if has_trailers else _Phase.NOTHING
        if self._lacks_content():
            self._answer(())
        elif content and self._request.is_closed:
            raise Disconnected("the peer has left")
        elif self._stream or not is_last:
            await self._hand_over(content)
        else:
            self._kept = content
        await self._end()

    async def _hand_over(self, piece: bytes | File) -> None:
        if self._stream is None:
            self._stream = Handover()
            self._answer(self._stream)
        if isinstance(piece, bytes) and piece:
            await self._stream.put(piece)

    async def _take_trailers(self, message: Message) -> None:
        self._trailers.extend(message.get("headers", ()))
        if not message.get("more_trailers", False):
            self._phase = _Phase.NOTHING
            await self._end()

    async def _end(self) -> None:
        """End the stream, or answer with what is kept, when everything has been sent."""
        if not self.is_complete:
            return
        if self._stream:
            await self._stream.end()
        else:
            self._answer(self._kept)

    def _lacks_content(self) -> bool:
        """Whether the host sends none. A stream that is not begun tells it nothing of a length."""
        return self._request.method == "HEAD" or self._start["status"] in WITHOUT_CONTENT

    def _answer(self, body: Body) -> None:
        if self._response.done():  # or nobody waits for it any more
            return
        trailers = (lambda: self._trailers) if self._start.get("trailers") else None
        headers = self._start.get("headers", ())
        response = Response(self._start["status"], headers, body, trailers=trailers)
        self._response.set_result(response)
