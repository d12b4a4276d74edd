"""Whether the server is about to stop: what streams that never end have to know.

ASGI tells an application of a stop when all connections are closed, and a stream that waits for its
next event keeps its connection open. So the signals that stop servers are looked at on their way.
"""

import asyncio
import signal
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, TypeAlias

_SIGNALS = ("SIGINT", "SIGTERM", "SIGBREAK")

_Handler: TypeAlias = Callable[[int, FrameType | None], Any]


class Stopping:
    """Set when the server has been told to stop. Belongs to the loop of one lifespan at a time."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def is_set(self) -> bool:
        """Whether the server is about to stop."""
        return self._event.is_set()

    async def wait(self) -> None:
        """Return when the server is about to stop."""
        await self._event.wait()

    def set(self) -> None:
        """Tell everybody who waits."""
        self._event.set()

    @contextmanager
    def watching(self) -> Generator[None]:
        """Look at the signals that have a handler, and at the end of the lifespan.

        Signals are the main thread's; an application that is served in another one sees its
        lifespan end only.
        """
        self._event = asyncio.Event()
        restore = [self._watch(number) for number in _numbers()]
        try:
            yield
        finally:
            self.set()
            for function in restore:
                function()

    def _watch(self, number: int) -> Callable[[], None]:
        """Look at one signal; the function that is returned ends it."""
        previous = signal.getsignal(number)
        if not callable(previous):
            return lambda: None
        loop = asyncio.get_running_loop()
        event = self._event

        def handle(received: int, frame: FrameType | None) -> object:
            loop.call_soon_threadsafe(event.set)
            return previous(received, frame)

        if not _install(number, handle):
            return lambda: None

        def restore() -> None:
            if signal.getsignal(number) is handle:
                signal.signal(number, previous)

        return restore


def _numbers() -> Iterator[int]:
    return (getattr(signal, name) for name in _SIGNALS if hasattr(signal, name))


def _install(number: int, handler: _Handler) -> bool:
    with suppress(ValueError):  # not the main thread
        signal.signal(number, handler)
        return True
    return False
