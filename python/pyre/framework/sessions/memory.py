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

    def look_up(self, key: str) -> bytes | None:
        """The same as ``get``, without waiting; in whatever thread."""
        entry = self._entries.get(key)
        return None if entry is None or entry.end <= time.monotonic() else entry.octets

    async def get(self, key: str) -> bytes | None:
        """See ``SessionStore``."""
        return self.look_up(key)

    async def set(self, key: str, octets: bytes, ttl: int, *, existing: bool) -> bool:
        """See ``SessionStore``."""
        self._make_room()
        if existing and self.look_up(key) is None:
            return False
        self._entries[key] = _Entry(octets, time.monotonic() + ttl)
        self._entries.move_to_end(key)
        self._make_room()
        return True

    async def delete(self, key: str) -> bool:
        """See ``SessionStore``."""
        is_kept = self.look_up(key) is not None
        self._entries.pop(key, None)
        return is_kept

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
