"""What a store of sessions has to do."""

from typing import Protocol


class SessionStore(Protocol):
    """Keeps sessions by their keys, each for a time: a database, say.

    A key is 32 characters of base64url; what is kept is JSON. What a method raises, and a method
    that takes too long, is answered by 503 where the session is touched.
    """

    async def get(self, key: str) -> bytes | None:
        """What is kept by that key; ``None`` if nothing is, or its time is over."""
        ...

    async def set(self, key: str, octets: bytes, ttl: int, *, existing: bool) -> bool:
        """Keep octets for ``ttl`` seconds, from 1.

        Where they have to be ``existing``, it is only if something is kept by the key now, in one
        step: a session that was ended meanwhile must not come back. Returns whether they are kept.
        """
        ...

    async def delete(self, key: str) -> bool:
        """Keep nothing by that key any more. Returns whether there was something, in one step."""
        ...

    async def close(self) -> None:
        """Let go of connections; the app stops. It may be used again after that."""
        ...
