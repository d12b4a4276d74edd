"""The body of a request: read whole, or piece by piece (section 2, The body)."""

from collections import deque
from collections.abc import Iterable
from typing import Self

from pyre.psgi.asgi_host.incoming import WINDOW, Incoming
from pyre.psgi.errors import BodyError, Disconnected
from pyre.server.asgi import Message, Receive

_CONTENT_TOO_LARGE = 413


class RequestBody(Incoming):
    """What ``read`` returns and iteration yields."""

    def __init__(self, receive: Receive, lines: Iterable[tuple[bytes, bytes]]) -> None:
        super().__init__(receive)
        self._lines = lines
        self._pieces: deque[bytes] = deque()
        self._size = 0
        """Octets in the pieces."""
        self._has_ended = False
        self._is_asked_for = False
        self._is_iterated = False
        self._whole: bytes | None = None

    @classmethod
    def empty(cls, receive: Receive) -> Self:
        """The body of a request that has none, of which ``receive`` tells nothing."""
        body = cls(receive, ())
        body._has_ended = True
        return body

    def take(self, message: Message) -> None:
        """Keep a piece; note the end."""
        if message["type"] == "http.disconnect":
            self.close()
            return
        if piece := bytes(message.get("body", b"")):
            self._pieces.append(piece)
            self._size += len(piece)
        self._has_ended = not message.get("more_body", False)

    def may_look_ahead(self) -> bool:
        """Whether the body has ended, or what has come of it leaves room.

        To look into a body that nobody has asked for would tell a peer to send it that waits to be
        told so (RFC 9110 §10.1.1).
        """
        if self._has_ended:
            return True
        return self._size < WINDOW and (self._is_asked_for or not self._waits_to_be_told())

    def finish(self) -> None:
        """Note that the response is complete: of the body there is only what ``read`` has kept."""
        self.close()
        self._pieces.clear()
        self._has_ended = False

    async def read(self, limit: int | None) -> bytes:
        """The whole body, which is kept."""
        if limit is not None and limit < 0:
            raise ValueError(f"the limit must not be negative, and is {limit}")
        if self._whole is None:
            self._check_nothing_is_taken()
            if limit is not None:
                _refuse_above(limit, self._announced_length())
            await self._read_to_end(limit)
        whole = self._put_together()
        _refuse_above(limit, len(whole))
        return whole

    def _check_nothing_is_taken(self) -> None:
        if self._is_iterated:
            raise RuntimeError("a part of the body has been taken by an iteration")

    async def _read_to_end(self, limit: int | None) -> None:
        while not self._has_ended:
            _refuse_above(limit, self._size)
            await self._wait()

    def _put_together(self) -> bytes:
        """The whole body: the same object also for several coroutines that have read it."""
        if self._whole is None:
            self._check_nothing_is_taken()
            self._whole = b"".join(self._pieces)
            self._pieces.clear()
            self._size = 0
        return self._whole

    async def _wait(self) -> None:
        if self.is_closed:
            raise Disconnected("the peer has left, or the response is complete")
        self._is_asked_for = True
        await self.advance()
        self.look_out()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        """The next piece: what ``read`` has kept is one."""
        if self._whole is not None:
            return self._whole_once()
        self._is_iterated = True
        while not self._pieces:
            if self._has_ended:
                raise StopAsyncIteration
            await self._wait()
        piece = self._pieces.popleft()
        self._size -= len(piece)
        self.look_out()
        return piece

    def _whole_once(self) -> bytes:
        if self._is_iterated or not self._whole:
            raise StopAsyncIteration
        self._is_iterated = True
        return self._whole

    def _announced_length(self) -> int:
        """What ``content-length`` says; the server has checked it."""
        return next((int(value) for name, value in self._lines if name == b"content-length"), 0)

    def _waits_to_be_told(self) -> bool:
        return any(name == b"expect" for name, _ in self._lines)


def _refuse_above(limit: int | None, size: int) -> None:
    if limit is not None and size > limit:
        raise BodyError(_CONTENT_TOO_LARGE)
