"""SIGINT and SIGTERM while a server runs.

Only the main thread may handle signals; anywhere else, nothing here has an effect.
"""

import asyncio
import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Self

# Ctrl+Break exists on Windows only, where it is the one signal that reaches a process group.
_SIGNALS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGBREAK") if hasattr(signal, name)
]


class SignalHandlers:
    """Takes the signals over in a ``with`` block, and gives them back to their handlers after it.

    Until ``attach`` is called, Ctrl+C raises ``KeyboardInterrupt`` at once, so that it also ends an
    application module that blocks while it is imported.
    """

    def __init__(self, *, enabled: bool = True) -> None:
        self._enabled = enabled and threading.current_thread() is threading.main_thread()
        self._previous: dict[int, Any] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    def __enter__(self) -> Self:
        if self._enabled:
            self._previous = {number: signal.getsignal(number) for number in _SIGNALS}
            signal.signal(signal.SIGINT, signal.default_int_handler)
        return self

    def attach(self, loop: asyncio.AbstractEventLoop, on_signal: Callable[[], None]) -> None:
        """From now on, call ``on_signal`` in ``loop`` for each signal."""
        if not self._enabled:
            return
        self._loop = loop
        for number in _SIGNALS:
            _handle(loop, number, on_signal)

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for number, previous in self._previous.items():
            if self._loop is not None:
                _unhandle(self._loop, number)
            if previous is not None:  # None: it was not installed from Python and can't be restored
                signal.signal(number, previous)


def _handle(loop: asyncio.AbstractEventLoop, number: int, on_signal: Callable[[], None]) -> None:
    def forward(_number: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(on_signal)

    try:
        loop.add_signal_handler(number, on_signal)
    except NotImplementedError:  # Windows
        signal.signal(number, forward)


def _unhandle(loop: asyncio.AbstractEventLoop, number: int) -> None:
    try:
        loop.remove_signal_handler(number)
    except NotImplementedError:
        signal.signal(number, signal.SIG_DFL)
