"""The end of a process in time, whatever its application leaves running.

Python joins threads at its exit, asyncio waits for its executor and for tasks that swallow their
cancellation, and a call that blocks the loop holds everything. What is left when the time is over
is left behind, in two steps. First a thread writes the access log, calls the handlers of
``atexit``, flushes the standard streams and ends the process. When it is held up too, by a full
pipe or a call that keeps the interpreter, a second thread ends the process, and needs nothing of
the interpreter for it.
"""

import atexit
import math
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

from pyre._core import ExitTimer
from pyre.server.errors import PyreError
from pyre.server.logs import logger

_AT_ONCE = 0.5
"""Seconds for what a second signal has cancelled to end by itself."""

_SLACK = 0.25
"""Seconds by which a wait may exceed its time, on a machine that is busy."""

_LAST_STEP = 0.75
"""Seconds for the handlers of ``atexit`` and for flushing, when the time is over."""


class Ending:
    """Ends the process at a deadline, unless it has ended by itself.

    ``save`` writes what the server has not written yet. ``on_wakeup`` is called, on a thread, with
    the numbers of signals that Python writes to ``wakeup_descriptor`` as they arrive, when the main
    thread may be in a call that holds up its handlers. Methods that take a time may be called in a
    signal handler: none takes a lock that the handler could have interrupted.
    """

    def __init__(self, save: Callable[[], None], on_wakeup: Callable[[bytes], None]) -> None:
        self._save = save
        self._on_wakeup = on_wakeup
        self._status = 0
        self._is_hurried = False
        self._is_exiting = False
        self._is_closed = False
        self._deadline = math.inf
        self._timer = ExitTimer()
        self._threads_before = set(threading.enumerate())
        self._left_behind: list[threading.Thread] = []
        self._inbox, self._outbox = socket.socketpair()
        self._outbox.setblocking(False)
        self.wakeup_descriptor = self._outbox.fileno()
        # Started now, as a signal handler could interrupt another start of a thread.
        threading.Thread(target=self._watch, name="pyre-ending", daemon=True).start()

    def expect(self, seconds: float | None, status: int | None = None) -> None:
        """Wait for so long for what the process does now; with ``None``, for ever."""
        self._status = self._status if status is None else status
        if self._is_hurried:
            return
        self._set(math.inf if seconds is None else seconds + _SLACK)
        if self._is_hurried:  # by a signal meanwhile
            self._set(_AT_ONCE)

    def hurry(self) -> None:
        """Let the process end at once, as a second signal demands."""
        if not self._is_hurried:
            self._is_hurried = True
            self._set(_AT_ONCE)

    def note_exit(self) -> None:
        """The handlers of ``atexit`` are being called, and must not be called again."""
        self._is_exiting = True

    def close(self, seconds: float | None) -> None:
        """Give the process back to the program.

        When its main thread has ended, it waits for threads that the application has left running
        until ``seconds`` are over, and without an end for all others.
        """
        self._timer.cancel()
        if seconds is not None:
            self._deadline = time.monotonic() + seconds
            started = set(threading.enumerate()) - self._threads_before
            self._left_behind = [thread for thread in started if not thread.daemon]
        self._is_closed = True
        self._wake()

    def _set(self, seconds: float) -> None:
        self._deadline = time.monotonic() + seconds
        self._wake()
        if seconds == math.inf:
            self._timer.cancel()
        else:
            self._timer.set(seconds + _LAST_STEP, self._status)

    def _wake(self) -> None:
        with suppress(OSError):  # full: the thread has been woken
            self._outbox.send(b"\0")

    def _watch(self) -> None:
        with self._inbox, self._outbox:
            while not self._is_closed:
                wait = self._deadline - time.monotonic()
                if wait <= 0:
                    self._end()
                self._inbox.settimeout(None if wait == math.inf else wait)
                with suppress(TimeoutError):
                    numbers = self._inbox.recv(4096).strip(b"\0")
                    if numbers:
                        self._on_wakeup(numbers)
        if self._left_behind:
            self._watch_exit()

    def _watch_exit(self) -> None:
        main = threading.main_thread()
        main.join()
        for thread in {*threading.enumerate()} - {*self._left_behind, main}:
            if not thread.daemon:
                thread.join()
        for thread in self._left_behind:
            thread.join(max(0.0, self._deadline - time.monotonic()))
        if any(thread.is_alive() for thread in self._left_behind):
            self._timer.set(_LAST_STEP, self._status)
            self._end()

    def _end(self) -> NoReturn:
        logger.warning("Ended without waiting for %s", _left_running())
        self._save()
        if self._is_exiting:
            flush_and_end(self._status)
        end_process(self._status)


def end_process(status: int) -> NoReturn:
    """End the process without joining threads: call the handlers of ``atexit``, and flush."""
    # multiprocessing does so in its children, too.
    atexit._run_exitfuncs()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    flush_and_end(status)


def flush_and_end(status: int) -> NoReturn:
    """End the process; only what was printed is written."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()
    os._exit(status)


def exit_status(exception: BaseException | None) -> int:
    """The status of a process that ``exception`` ends, or that ends without one."""
    match exception:
        case None | SystemExit(code=None):
            return 0
        case SystemExit(code=int(status)) | PyreError(exit_status=status):
            return status
        case KeyboardInterrupt():
            return 128 + signal.SIGINT
        case _:
            return 1


def _left_running() -> str:
    """The threads that the process would have waited for; the main one with where it is."""
    main = threading.main_thread()
    others = [t.name for t in threading.enumerate() if not t.daemon and t is not main]
    # Private by its name only: it is documented, for debugging.
    frames = sys._current_frames()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    if others or (frame := frames.get(main.ident or 0)) is None:
        return f"the threads {', '.join(others)}"
    return f"the main thread, which was in {frame.f_code.co_filename}:{frame.f_lineno}"
