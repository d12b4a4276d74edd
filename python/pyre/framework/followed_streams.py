"""Bodies that come piece by piece, and that somebody else than the host may end.

The host iterates them, and closes them unless they were exhausted (PSGI section 3, Streams).
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator
from typing import Any

from pyre import psgi
from pyre.framework.responses.endless import EndlessBody, close


class Followed(ABC):
    """A body; ``on_end`` is called when it gives no more."""

    def __init__(self, on_end: "Callable[[Followed], None]") -> None:
        self._on_end = on_end

    def end(self) -> None:
        """End what has no end of its own; anything else goes on."""
        return

    @abstractmethod
    def cancel(self) -> None:
        """Break it off."""


class FollowedStream(Followed):
    """An asynchronous one."""

    def __init__(
        self, body: AsyncIterable[psgi.Content], on_end: Callable[[Followed], None]
    ) -> None:
        super().__init__(on_end)
        self._body = body
        self._iterator: AsyncIterator[psgi.Content] | None = None
        self._asking: asyncio.Task[Any] | None = None
        self._is_cancelled = False

    def __aiter__(self) -> "FollowedStream":
        return self

    async def __anext__(self) -> psgi.Content:
        if self._is_cancelled:
            raise _broken_off()
        if self._iterator is None:
            self._iterator = aiter(self._body)
        self._asking = asyncio.current_task()
        try:
            return await anext(self._iterator)
        except asyncio.CancelledError:
            self._on_end(self)
            if not self._is_cancelled or self._asking is None:
                raise
            self._asking.uncancel()
            raise _broken_off() from None
        except BaseException:
            self._on_end(self)
            raise
        finally:
            self._asking = None

    async def aclose(self) -> None:
        """Close the body."""
        try:
            await close(self._body if self._iterator is None else self._iterator)
        finally:
            self._on_end(self)

    def end(self) -> None:
        """End an endless one, as if the application stopped."""
        body: object = self._body
        if isinstance(body, EndlessBody):
            body.end()

    def cancel(self) -> None:
        """Break it off: at once while it is waited for, else when it is asked next."""
        self._is_cancelled = True
        if self._asking is None:
            self._on_end(self)
        else:
            self._asking.cancel()


class FollowedIterator(Followed):
    """A plain one."""

    def __init__(self, body: Iterable[psgi.Content], on_end: Callable[[Followed], None]) -> None:
        super().__init__(on_end)
        self._body = body
        self._iterator: Iterator[psgi.Content] | None = None
        self._is_cancelled = False

    def __iter__(self) -> "FollowedIterator":
        return self

    def __next__(self) -> psgi.Content:
        if self._is_cancelled:
            raise _broken_off()
        if self._iterator is None:
            self._iterator = iter(self._body)
        try:
            return next(self._iterator)
        except BaseException:
            self._on_end(self)
            raise

    def close(self) -> None:
        """Close the body, if it can be."""
        body = self._body if self._iterator is None else self._iterator
        try:
            close_body = getattr(body, "close", None)
            if close_body is not None:
                close_body()
        finally:
            self._on_end(self)

    def cancel(self) -> None:
        """Break it off when it is asked next."""
        self._is_cancelled = True
        self._on_end(self)


def followed(
    body: psgi.Body, on_end: Callable[[Followed], None]
) -> FollowedStream | FollowedIterator | None:
    """What gives the pieces of a body, if it comes in pieces."""
    if isinstance(body, AsyncIterable):
        return FollowedStream(body, on_end)
    if isinstance(body, Iterable) and not isinstance(body, (str, bytes, bytearray, memoryview)):
        return FollowedIterator(body, on_end)
    return None


def _broken_off() -> Exception:
    return RuntimeError("the stream was broken off: what gives it was unloaded")
