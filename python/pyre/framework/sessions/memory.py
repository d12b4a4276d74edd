"""Sessions in the memory of one process."""

import time
from collections import OrderedDict
from typing import NamedTuple


class _Entry(NamedTuple):
    octets: bytes
    end: float


class MemoryStore:
    """Keeps sessions in this process: for one worker, and until it ends.

    Of more than ``max_sessions``, those saved longest ago go. Raises ``ValueError`` for less
    than 1.

        app.sessions(secrets=[secret], store=MemoryStore())
    """

    def __init__(self, max_sessions: int = 100_000) -> None:
        if max_sessions < 1:
            raise ValueError(f"max_sessions is at least 1, and not {max_sessions}")
        self._max_sessions = max_sessions
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        """Those saved last at the end."""

    async def get(self, key: str) -> bytes | None:
        """See ``SessionStore``."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        if entry.end <= time.monotonic():
            del self._entries[key]
            return None
        return entry.octets

    async def set(self, key: str, octets: bytes, ttl: int, *, existing: bool) -> bool:
        """See ``SessionStore``."""
        if existing and await self.get(key) is None:
            return False
        self._entries[key] = _Entry(octets, time.monotonic() + ttl)
        self._entries.move_to_end(key)
        self._make_room()
        return True

    async def delete(self, key: str) -> None:
        """See ``SessionStore``."""
        self._entries.pop(key, None)

    async def close(self) -> None:
        """Keep what there is: an app may be started again."""

    def __len__(self) -> int:
        """How many are kept, some of which may be over."""
        return len(self._entries)

    def _make_room(self) -> None:
        """Let go of the oldest: of some that are over each time, and of what is too many.

        All are kept equally long, so the oldest is the first to be over.
        """
        now = time.monotonic()
        while self._entries:
            oldest = next(iter(self._entries.values()))
            if oldest.end > now and len(self._entries) <= self._max_sessions:
                return
            self._entries.popitem(last=False)
