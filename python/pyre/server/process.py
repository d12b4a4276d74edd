"""A process that is a server: how it acts on signals, and that it ends in time.

A program that embeds servers keeps all of this to itself. One that has a handler of its own for
SIGHUP, SIGUSR1 or SIGUSR2 keeps that one, and so does one that was started with the signal ignored,
as ``nohup`` does.
"""

import asyncio
import atexit
import contextlib
import itertools
import os
import signal
import sys
from collections.abc import Generator
from types import TracebackType
from typing import Self

from pyre.server.config import Config
from pyre.server.ending import Ending, end_process, exit_status
from pyre.server.logs import logger
from pyre.server.loops import LoopFactory
from pyre.server.server import Server
from pyre.server.signals import STOP_SIGNALS, SignalHandlers

_OTHER_SIGNALS: tuple[int, ...] = tuple(
    getattr(signal, name) for name in ("SIGHUP", "SIGUSR1", "SIGUSR2") if hasattr(signal, name)
)


class ServingProcess:
    """Stops a server on signals, and ends the process when the stop takes too long.

    Leaving the ``with`` block gives the signals and the process back to the program. The command
    never leaves it, as threads of the application may hold up its exit.
    """

    def __init__(self, config: Config) -> None:
        self.server = Server(config, handle_signals=False)
        self._pid = os.getpid()
        self._is_loaded = False
        # Counted in one step: the handler of one signal may interrupt that of another.
        self._stops = itertools.count()
        self._has_terminal = _has_terminal()
        others = [n for n in _OTHER_SIGNALS if signal.getsignal(n) == signal.SIG_DFL]
        self._signals = SignalHandlers(self._on_signal, [*STOP_SIGNALS, *others])
        # On another thread the process is not the server's to end.
        self._ending: Ending | None = None
        if self._signals.may_install:
            self._ending = Ending(self.server.save_access_log, self._on_wakeup)
            self.server.expect = self._ending.expect
        self._wakeups_seen = itertools.count()
        # Where the loop, or the program, wants to be told of signals.
        self._wakeup_wanted_at = -1

    def __enter__(self) -> Self:
        self._signals.__enter__()
        self._take_wakeups()
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._signals.__exit__(exception_type, exception, traceback)
        if self._ending is not None:
            signal.set_wakeup_fd(self._wakeup_wanted_at)
            self._ending.close(self.server.time_left())

    def load(self) -> None:
        """Import the application; a signal interrupts it."""
        with self._signals.interrupting():
            self.server.load()
        self._is_loaded = True

    async def serve(self) -> None:
        """Serve in the running loop."""
        before = self._wakeup_wanted_at
        self._take_wakeups()  # uvloop has them
        try:
            await self.server.serve()
        finally:
            if self._wakeup_wanted_at != before:
                signal.set_wakeup_fd(self._wakeup_wanted_at)
                self._wakeup_wanted_at = before

    @contextlib.contextmanager
    def runner(self, factory: LoopFactory) -> Generator[asyncio.Runner]:
        """A runner for the server, which is closed within the time for the stop.

        In a child that the application has forked it is not: the poller of the loop is the parent's
        as well, and what the child takes out of it the parent misses.
        """
        runner = asyncio.Runner(loop_factory=factory)
        try:
            yield runner
        finally:
            status = exit_status(sys.exc_info()[1])
            if os.getpid() != self._pid:
                end_process(status)
            self.expect_exit(status)
            runner.close()

    def expect_exit(self, status: int) -> None:
        """The server has ended: end the process with ``status`` after the time for the stop."""
        next(self._stops)
        if self._ending is not None:
            self._ending.expect(self.server.time_left(), status)

    def begin_exit(self) -> None:
        """The process exits now: it does not call its handlers of ``atexit`` a second time."""
        if self._ending is not None:
            atexit.register(self._ending.note_exit)

    def _take_wakeups(self) -> None:
        if self._ending is None:
            return
        ours = self._ending.wakeup_descriptor
        others = signal.set_wakeup_fd(ours, warn_on_full_buffer=False)
        if others not in {ours, -1}:
            self._wakeup_wanted_at = others

    def _on_wakeup(self, numbers: bytes) -> None:
        """Bound the stop although the main thread may be in a call that no handler interrupts."""
        for number in filter(STOP_SIGNALS.__contains__, numbers):
            self._bound_stop(number, is_second=next(self._wakeups_seen) > 0)
        if self._wakeup_wanted_at >= 0:
            with contextlib.suppress(OSError):
                os.write(self._wakeup_wanted_at, numbers)
        # A signal that comes just before the loop waits does not end the wait.
        self.server.call_soon(_wake)

    def _on_signal(self, number: int) -> None:
        name = signal.Signals(number).name
        if number in STOP_SIGNALS or (name == "SIGHUP" and self._has_lost_terminal()):
            self._stop(number)
        elif name == "SIGUSR2":
            self.server.call_soon(_ignore_usr2)
        else:
            self.server.reopen_logs()
            if name == "SIGHUP":
                self.server.call_soon(_note_hangup)

    def _stop(self, number: int) -> None:
        is_second = next(self._stops) > 0
        if is_second:
            self.server.abort()
        else:
            self.server.stop()
        self._bound_stop(number, is_second=is_second)

    def _bound_stop(self, number: int, *, is_second: bool) -> None:
        if self._ending is None:
            return
        if is_second:
            self._ending.hurry()
        else:
            status = 0 if self._is_loaded else 128 + number
            self._ending.expect(self.server.config.timeout_graceful_shutdown, status)

    def _has_lost_terminal(self) -> bool:
        return self._has_terminal and not _has_terminal()


def _wake() -> None:
    """Let the main thread run the handlers of signals."""


def _note_hangup() -> None:
    logger.info("SIGHUP reloads nothing but the log; restart the server for new code or settings")


def _ignore_usr2() -> None:
    logger.warning("SIGUSR2 was ignored; SIGUSR1 reopens the log")


def _has_terminal() -> bool:
    """Whether there is a controlling terminal; it is gone when its window has been closed."""
    if sys.platform == "win32":
        return False
    try:
        os.close(os.open(os.ctermid(), os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True
