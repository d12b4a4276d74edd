"""The body of a stream that has no end of its own: it ends with the application, or with the peer.

The source is asked by a task of its own, so that something else may come first: a ping is due, or
the application stops. A source can't be left waiting otherwise, for to cancel one is to end it.
There are two tasks for a stream, and none for a piece or a ping. The source is asked for a piece
when the host asks for one, and not before.
"""

import asyncio
from collections.abc import AsyncIterable, Callable
from typing import Generic, TypeVar

from pyre import psgi
from pyre.framework.responses.application import Stopping

_Item = TypeVar("_Item")


class EndlessBody(Generic[_Item]):
    """What ``encode`` makes of the items of ``source``, for the host to iterate.

    ``opening`` is sent first, whatever the source does. After each ``ping`` seconds in which the
    source has given nothing, ``filler`` is sent. Whoever iterates calls ``aclose`` at the end, as
    with a generator; the source is closed by then in every case.
    """

    def __init__(
        self,
        source: AsyncIterable[_Item],
        encode: Callable[[_Item], psgi.Content],
        stopping: Stopping,
    ) -> None:
        self.opening: psgi.Content | None = None
        self.filler: psgi.Content = b""
        self.ping: float | None = None
        self._source = source
        self._encode = encode
        self._stopping = stopping
        self._piece: psgi.Content | None = None
        self._error: Exception | None = None
        self._tasks: tuple[asyncio.Task[None], ...] = ()
        self._timer: asyncio.TimerHandle | None = None
        self._asked_at = 0.0
        self._is_asked = asyncio.Event()
        self._is_ping_due = False
        self._is_exhausted = False
        self._is_closing = False
        self._is_ended = False
        self._something = asyncio.Event()
        """There is something that ``__anext__`` has to look at."""

    def __aiter__(self) -> "EndlessBody[_Item]":
        return self

    async def __anext__(self) -> psgi.Content:
        if self.opening is not None:
            opening, self.opening = self.opening, None
            return opening
        self._ask()
        while not self._is_closing:
            if self._piece is not None:
                piece, self._piece = self._piece, None
                return piece
            if self._is_exhausted or self._is_over():
                break
            if self._is_ping_due:
                return self.filler
            self._something.clear()
            await self._something.wait()
        await self.aclose()
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """Close the source and wait until it is. Raises what the source has raised, once."""
        if not self._is_closing:
            self._is_closing = True
            if self._timer:
                self._timer.cancel()
            if not self._tasks:
                await close(self._source)
            for task in self._tasks:
                task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
            self._tasks = ()  # a task that was cancelled refers to this body
        if self._error:
            error, self._error = self._error, None
            try:
                raise error
            finally:
                del error  # its traceback refers to this frame

    def end(self) -> None:
        """End the stream as if the application stopped."""
        self._is_ended = True
        self._something.set()

    def _is_over(self) -> bool:
        return self._is_ended or self._stopping.is_set()

    def _ask(self) -> None:
        """Let the source go on, unless a piece is there that came while a ping was sent."""
        if self._piece is not None or self._is_closing or self._is_over():
            return
        loop = asyncio.get_running_loop()
        self._is_asked.set()
        self._is_ping_due = False
        self._asked_at = loop.time()
        if not self._tasks:
            self._tasks = (loop.create_task(self._run()), loop.create_task(self._watch()))
            if self.ping:
                self._timer = loop.call_later(self.ping, self._on_timer, self.ping)

    def _on_timer(self, ping: float) -> None:
        """The one timer of the stream: it looks how long the source has given nothing."""
        loop = asyncio.get_running_loop()
        due = self._asked_at + ping
        if due <= loop.time():
            self._is_ping_due = True
            self._something.set()
            due = loop.time() + ping
        self._timer = loop.call_at(due, self._on_timer, ping)

    async def _run(self) -> None:
        """Ask the source, one piece at a time."""
        try:
            await self._pump()
        except Exception as error:  # noqa: BLE001 - aclose() raises it to the host
            self._error = error
        finally:
            self._is_exhausted = True
            self._something.set()

    async def _pump(self) -> None:
        iterator = aiter(self._source)
        try:
            async for item in iterator:
                if self._is_closing:  # the source has swallowed its cancellation
                    break
                self._is_asked.clear()
                self._piece = self._encode(item)
                self._something.set()
                await self._is_asked.wait()
        finally:
            await close(iterator)

    async def _watch(self) -> None:
        await self._stopping.wait()
        self._something.set()


async def close(source: object) -> None:
    """Call ``aclose``, if there is one."""
    aclose = getattr(source, "aclose", None)
    if aclose is not None:
        await aclose()
