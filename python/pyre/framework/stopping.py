"""Whether the server is about to stop: what streams that never end have to know.

ASGI tells an application of a stop when all connections are closed, and a stream that waits for its
next event keeps its connection open. So the signals that stop servers are looked at on their way:
while the lifespan runs, and on a server without one, while somebody waits.
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
        self._watch = _Watch()

    def is_set(self) -> bool:
        """Whether the server is about to stop."""
        return self._watch.event.is_set()

    async def wait(self) -> None:
        """Return when the server is about to stop."""
        watch = self._watch
        with watch.going_on():
            await watch.event.wait()

    def set(self) -> None:
        """Tell everybody who waits."""
        self._watch.event.set()

    @contextmanager
    def watching(self) -> Generator[None]:
        """Look at the signals that have a handler, and at the end of the lifespan.

        Signals are the main thread's; an application that is served in another one sees its
        lifespan end only.
        """
        watch = self._watch = _Watch()
        with watch.going_on():
            try:
                yield
            finally:
                watch.event.set()


class _Watch:
    """A look at the signals, for as long as anybody needs it."""

    def __init__(self) -> None:
        self.event = asyncio.Event()
        self._watchers = 0
        self._restore: list[Callable[[], None]] = []

    @contextmanager
    def going_on(self) -> Generator[None]:
        """Set the event when a signal comes meanwhile."""
        if not self._watchers:
            self._restore = [self._look_at(number) for number in _numbers()]
        self._watchers += 1
        try:
            yield
        finally:
            self._watchers -= 1
            if not self._watchers:
                for restore in self._restore:
                    restore()

    def _look_at(self, number: int) -> Callable[[], None]:
        """Look at one signal; the function that is returned ends it."""
        previous = signal.getsignal(number)
        if not callable(previous):
            return lambda: None
        loop = asyncio.get_running_loop()
        event = self.event

        def handle(received: int, frame: FrameType | None) -> object:
            if not loop.is_closed():
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
