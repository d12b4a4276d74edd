"""The parts of a multipart body as they arrive."""

from collections.abc import AsyncIterator, Iterator
from typing import Self

from pyre.framework.errors import HTTPError
from pyre.framework.limits import Limits
from pyre.framework.media_types import charset_of
from pyre.framework.multipart import Event, MultipartReader, PartHead


class Parts:
    """The parts of a form in the order of the peer, each of which is read before the next.

    What is not read of a part is skipped. The iteration raises ``HTTPError`` for what is malformed,
    above a limit, or encoded.
    """

    def __init__(
        self, pieces: AsyncIterator[bytes], reader: MultipartReader, limits: Limits
    ) -> None:
        self.limits = limits
        self._pieces = pieces
        self._reader = reader
        self._events: Iterator[Event] = iter(())
        self._current: Part | None = None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> "Part":
        """The next part."""
        self._current = None
        while True:
            event = await self._next_event()
            if event is None:
                raise StopAsyncIteration
            if isinstance(event, PartHead):
                self._current = Part(self, event)
                return self._current

    async def next_piece(self, part: "Part") -> bytes | None:
        """The next piece of the content of a part; ``None`` at its end."""
        if part is not self._current:
            raise RuntimeError("a part is read before the next one is asked for")
        event = await self._next_event()
        return event if isinstance(event, bytes) else None

    async def _next_event(self) -> Event | None:
        """The next event; ``None`` at the end of the body."""
        while True:
            for event in self._events:
                return event
            piece = await anext(self._pieces, None)
            if piece is None:
                self._reader.end()
                return None
            self._events = self._reader.receive(piece)


class Part:
    """A part of a multipart form; iterate it for its content, or ``read`` it.

    ``name`` is the field's. ``filename`` is ``None`` for a part that is no file, and empty for one
    that was not chosen; it is a name only, without directories. ``headers`` are the part's own.
    """

    __slots__ = ("_has_ended", "_parts", "filename", "headers", "name")

    def __init__(self, parts: Parts, head: PartHead) -> None:
        self.name = head.name
        self.filename = head.filename
        self.headers = head.headers
        self._parts = parts
        self._has_ended = False

    @property
    def content_type(self) -> str | None:
        """What the peer says that the content is."""
        return self.headers.get("content-type")

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        """A piece of the content, of at least one octet.

        Raises ``RuntimeError`` after the next part was asked for.
        """
        if self._has_ended:
            raise StopAsyncIteration
        piece = await self._parts.next_piece(self)
        if piece is None:
            self._has_ended = True
            raise StopAsyncIteration
        return piece

    async def read(self, limit: int | None = None) -> bytes:
        """What is left of the content, of at most ``limit`` octets, or else ``Limits.body``.

        Raises ``HTTPError`` 413 when it is longer.
        """
        if limit is None:
            limit = self._parts.limits.body
        content = bytearray()
        async for piece in self:
            content += piece
            if len(content) > limit:
                raise HTTPError(413, f"The part {self.name!r} is longer than {limit} octets.")
        return bytes(content)

    async def text(self, limit: int | None = None) -> str:
        """The same as text, in the charset of the part's content type; without one, in UTF-8.

        Octets that are nothing in it become U+FFFD, as browsers do it. Raises ``HTTPError``
        415 for a charset that is not known.
        """
        return self.decode(await self.read(limit))

    def decode(self, octets: bytes) -> str:
        """Text of octets that were read, as ``text`` makes it."""
        return octets.decode(charset_of(self.headers), "replace")

    def __repr__(self) -> str:
        return f"<Part {self.name!r} filename={self.filename!r}>"
