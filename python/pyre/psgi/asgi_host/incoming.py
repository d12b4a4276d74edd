"""What ``receive`` tells: the body of a request piece by piece, and that the peer has left.

Both come in one sequence of messages, so whoever waits for the end may have to take pieces of the
body that nobody has asked for yet. They are kept: one window of them, and no more, because what
stays with the server holds the peer back.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Generator
from contextlib import contextmanager
from typing import TypeVar

from pyre.psgi.errors import Disconnected
from pyre.server.asgi import Message, Receive

_Result = TypeVar("_Result")

WINDOW = 65536
"""Octets that may be kept before the application asks for them."""


class Incoming(ABC):
    """The messages of one exchange, for any number of coroutines that wait for them.

    Only one of them calls ``receive`` at a time. When it is cancelled, the next one takes over, and
    since a message is kept before anything else is awaited, none is lost.
    """

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._receiving = asyncio.Lock()
        self._received = 0
        self._closing = asyncio.Event()
        self._interruptible: asyncio.Timeout | None = None
        self._watchers = 0
        self._watch: asyncio.Task[None] | None = None

    @abstractmethod
    def take(self, message: Message) -> None:
        """Keep what a message tells."""

    @abstractmethod
    def may_look_ahead(self) -> bool:
        """Whether a message may be received that the application has not asked for."""

    @property
    def is_closed(self) -> bool:
        """Whether the peer has left, or the response is complete."""
        return self._closing.is_set()

    def close(self) -> None:
        """Note that nothing more is to come or to go."""
        if not self.is_closed:
            self._closing.set()
            if self._interruptible:
                self._interruptible.reschedule(asyncio.get_running_loop().time())

    async def advance(self) -> None:
        """Receive a message, or wait until somebody else has."""
        received = self._received
        async with self._receiving:
            if received == self._received and not self.is_closed:
                message = await self._receive()
                self._received += 1
                self.take(message)

    async def closed(self) -> None:
        """Wait until ``is_closed``."""
        if not self.is_closed:
            with self.watched():
                await self._closing.wait()

    @contextmanager
    def watched(self) -> Generator[None]:
        """Look out for the peer's leaving meanwhile."""
        self._watchers += 1
        self.look_out()
        try:
            yield
        finally:
            self._watchers -= 1
            if self._watch and not self._watchers:
                self._watch.cancel()
                self._watch = None

    def look_out(self) -> None:
        """Go on looking out, if somebody wants it, when there may be room for a message again."""
        is_idle = self._watch is None or self._watch.done()
        if self._watchers and is_idle and self.may_look_ahead():
            self._watch = asyncio.create_task(self._look_out())

    async def _look_out(self) -> None:
        while not self.is_closed and self.may_look_ahead():
            await self.advance()

    async def unless_closed(self, awaitable: Awaitable[_Result]) -> _Result:
        """Await; what is awaited is cancelled when the peer leaves, which raises ``Disconnected``.

        A time limit without a time is what asyncio has for this: it knows its own cancellation from
        one that somebody else asks for, and lets that pass. Only one may be waited for at a time.
        """
        if self.is_closed:
            raise Disconnected("the peer has left")
        limit = asyncio.timeout(None)
        try:
            async with limit:
                self._interruptible = limit
                return await awaitable
        except TimeoutError:
            if limit.expired():
                raise Disconnected("the peer has left") from None
            raise
        finally:
            self._interruptible = None
