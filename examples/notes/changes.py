"""Telling everybody who listens what changes, within this process."""

import asyncio
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager

from notes.models import Change

BACKLOG = 100
"""Changes that may wait for a listener."""


class Changes:
    """Has a queue for each listener. For the thread of the event loop only."""

    def __init__(self) -> None:
        self._queues: set[asyncio.Queue[Change]] = set()

    @property
    def listeners(self) -> int:
        """How many there are."""
        return len(self._queues)

    def publish(self, change: Change) -> None:
        """Tell everybody. Who has not taken what came before is let go."""
        for queue in tuple(self._queues):
            try:
                queue.put_nowait(change)
            except asyncio.QueueFull:
                self._queues.discard(queue)

    @contextmanager
    def listening(self) -> Generator[AsyncIterator[Change]]:
        """The changes from now on; they end for a listener that is too slow."""
        queue = asyncio.Queue[Change](BACKLOG)
        self._queues.add(queue)
        try:
            yield self._taken_from(queue)
        finally:
            self._queues.discard(queue)

    async def _taken_from(self, queue: asyncio.Queue[Change]) -> AsyncIterator[Change]:
        while queue in self._queues or not queue.empty():
            yield await queue.get()
