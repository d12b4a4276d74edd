"""The signals of the process while servers run.

Handlers belong to the process, so servers share them, in whatever loops they run: a signal reaches
each of them, and then the handler that the program had installed. They are installed by
``signal.signal``. ``loop.add_signal_handler`` keeps one callback for each signal and loop, takes
the wake-up descriptor of the process over, and shares that with forked children: on CPython 3.11,
and with uvloop on any, a signal to a child would stop its parent.

Only the main thread may install handlers. Servers of other threads hear of signals for as long as
one of the main thread does.
"""

import asyncio
import contextlib
import functools
import os
import signal
import threading
from collections.abc import Callable, Generator, Iterable
from types import FrameType, TracebackType
from typing import Any, Self

# Ctrl+Break exists on Windows only, where it is the one signal that reaches a process group.
STOP_SIGNALS: tuple[int, ...] = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGBREAK") if hasattr(signal, name)
)


class SignalExit(SystemExit):
    """A signal ends the process; a module that calls ``sys.exit`` does not."""


class SignalHandlers:
    """Calls ``on_signal`` with each of the signals ``numbers`` that arrives in a ``with`` block.

    It is called on the main thread, between any two of its bytecodes: it must not block, take
    locks or log. When the last block ends, the program's own handlers are in place again.
    """

    def __init__(
        self,
        on_signal: Callable[[int], None],
        numbers: Iterable[int] = STOP_SIGNALS,
        *,
        enabled: bool = True,
    ) -> None:
        self.on_signal = on_signal
        self.numbers = tuple(numbers) if enabled else ()
        self.may_install = threading.current_thread() is threading.main_thread()
        self.is_interruptible = False

    @contextlib.contextmanager
    def interrupting(self) -> Generator[None]:
        """Let a stop signal also raise, as it ends a module that blocks while it is imported.

        SIGINT raises ``KeyboardInterrupt``, SIGTERM ``SignalExit`` with the status that a shell
        reports for the signal; one that stops no server raises nothing. A handler of the program is
        called instead. One that the module installs for a stop signal is called as well from the
        end of the block on.
        """
        self.is_interruptible = self.may_install
        try:
            yield
        finally:
            self.is_interruptible = False
            if self.may_install:
                for number in {*self.numbers} & {*STOP_SIGNALS}:
                    _install(number)

    def __enter__(self) -> Self:
        _subscribers.append(self)
        if self.may_install:
            for number in self.numbers:
                _install(number)
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self not in _subscribers:
            return  # a forked child has nothing to give back
        _subscribers.remove(self)
        if self.may_install:
            wanted = {n for other in _subscribers if other.may_install for n in other.numbers}
            for number in set(self.numbers) - wanted:
                _uninstall(number)


_subscribers: list[SignalHandlers] = []
_programs_own: dict[int, Any] = {}
"""The handlers in whose place ``_deliver`` is installed."""


def _deliver(number: int, frame: FrameType | None) -> None:
    concerned = [each for each in _subscribers if number in each.numbers]
    for subscriber in concerned:
        subscriber.on_signal(number)
    handler = _programs_own.get(number)
    if callable(handler) and not _is_default(handler):
        handler(number, frame)
    elif number in STOP_SIGNALS and any(each.is_interruptible for each in concerned):
        raise KeyboardInterrupt if number == signal.SIGINT else SignalExit(128 + number)


def _is_default(handler: Callable[..., Any]) -> bool:
    """Whether it is what Python or ``asyncio.run`` does with Ctrl+C, which a stop replaces."""
    if handler in {signal.default_int_handler, signal.SIG_DFL, signal.SIG_IGN}:
        return True
    function = handler.func if isinstance(handler, functools.partial) else handler
    return isinstance(getattr(function, "__self__", None), asyncio.Runner)


def _install(number: int) -> None:
    handler = signal.getsignal(number)
    # None: it was not installed from Python and could not be restored.
    if handler is not None and handler is not _deliver:
        _programs_own[number] = handler
        signal.signal(number, _deliver)


def _uninstall(number: int) -> None:
    handler = _programs_own.pop(number, None)
    # Another one was installed meanwhile, and stays.
    if handler is not None and signal.getsignal(number) is _deliver:
        signal.signal(number, handler)


def _leave_to_child() -> None:
    """In a forked child, signals have the effect that they had before any server began."""
    if not _subscribers:
        return
    _subscribers.clear()
    for number in list(_programs_own):
        _uninstall(number)
    # The descriptor is the parent's too. CPython does this itself from 3.12 on.
    signal.set_wakeup_fd(-1)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave_to_child)
