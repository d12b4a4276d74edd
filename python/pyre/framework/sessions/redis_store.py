"""Sessions in Redis, or Valkey, by the official client."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from redis.asyncio import Redis


class RedisStore:
    """Keeps sessions in Redis or Valkey, where all workers and machines find them.

    ``redis`` is a URL, ``"redis://localhost:6379/0"`` say, or a client of ``redis.asyncio``, which
    remains the caller's to close, and must not decode responses. Keys begin with ``prefix``. Needs
    ``pip install 'pyre-http[redis]'``; raises ``ImportError`` without, and ``ValueError`` for
    what is no URL of Redis.

        app.sessions(secrets=[secret], store=RedisStore("redis://localhost"))
    """

    def __init__(self, redis: "str | Redis", *, prefix: str = "session:") -> None:
        self._is_own = isinstance(redis, str)
        self._client: Any = _connected(redis) if isinstance(redis, str) else redis
        self._prefix = prefix

    async def get(self, key: str) -> bytes | None:
        """See ``SessionStore``."""
        octets: bytes | None = await self._client.get(self._prefix + key)
        return octets

    async def set(self, key: str, octets: bytes, ttl: int, *, existing: bool) -> bool:
        """See ``SessionStore``."""
        is_set = await self._client.set(self._prefix + key, octets, ex=ttl, xx=existing)
        return bool(is_set)

    async def delete(self, key: str) -> bool:
        """See ``SessionStore``."""
        number = await self._client.delete(self._prefix + key)
        return bool(number)

    async def close(self) -> None:
        """Close the connections that were made for a URL."""
        if self._is_own:
            await self._client.aclose()


def _connected(url: str) -> Any:  # noqa: ANN401 - type checkers know half of its methods
    """A client, which connects when it is used."""
    try:
        from redis.asyncio import from_url  # noqa: PLC0415 - an extra
        from redis.asyncio.retry import Retry  # noqa: PLC0415
        from redis.backoff import NoBackoff  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise ImportError("RedisStore needs redis: pip install 'pyre-http[redis]'") from error
    # Once more, for a connection that the server has closed; who waits longer waits in vain.
    return from_url(url, retry=Retry(NoBackoff(), 1))
