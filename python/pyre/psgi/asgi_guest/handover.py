"""A stream whose pieces another task gives."""

import asyncio
from typing import Self

from pyre.psgi.errors import Disconnected


class Handover:
    """Hands pieces over from the task of an application to the host, one at a time.

    ``put`` waits until the host asks for the piece, which it does when the peer has taken those
    before. So does the application wait for the peer.
    """

    def __init__(self) -> None:
        self._changed = asyncio.Condition()
        self._piece: bytes | None = None
        self._has_ended = False
        self._is_closed = False
        self._error: BaseException | None = None

    async def put(self, piece: bytes) -> None:
        """Hand over a piece. Raises ``Disconnected`` when the host has closed the stream."""
        async with self._changed:
            await self._changed.wait_for(self._has_room)
            self._piece = piece
            self._changed.notify_all()
            await self._changed.wait_for(self._has_room)
            if self._is_closed:
                raise Disconnected("the peer has left")

    def _has_room(self) -> bool:
        return self._piece is None or self._is_closed

    async def end(self, error: BaseException | None = None) -> bool:
        """Let the stream end, or raise what has gone wrong. Whether the host will see it."""
        async with self._changed:
            self._has_ended = True
            self._error = error
            self._changed.notify_all()
            return not self._is_closed

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        """The next piece, for the host."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._piece is not None or self._has_ended)
            piece, self._piece = self._piece, None
            self._changed.notify_all()
        if piece is not None:
            return piece
        raise self._error or StopAsyncIteration

    async def aclose(self) -> None:
        """Take no more pieces."""
        async with self._changed:
            self._is_closed = True
            self._changed.notify_all()
