"""A warning for what holds the event loop, with its name, once for each place.

While a function computes, or waits for something without ``await``, nothing else is served. A
thread looks at the loop's thread now and then. When it finds a callback running, it asks the loop
to answer; when the answer does not come, what runs then is what holds the loop. A request costs
nothing for that, and neither a callback nor a task is wrapped.
"""

import asyncio
import contextlib
import inspect
import threading
import time
from pathlib import Path
from types import CodeType, TracebackType
from typing import NamedTuple, Self

from pyre.server.logs import logger
from pyre.server.places import application_frame, frame_of_thread, place_of

# Looks in the time that is the limit: the first look is so early that the second is still in time.
_LOOKS = 4
# After a while without work the thread looks as often as the limit says.
_IDLE_LOOKS = 200
# A warning waits no longer for the end of what it is about.
_PATIENCE = 1.0
# More places than that tell nothing new.
_MOST_PLACES = 50


class _Scheduling(NamedTuple):
    """What the kernel knows of a thread, in seconds: zeros where it does not tell."""

    running: float
    waiting_for_a_core: float


class LoopWatch:
    """Watches the running loop in a ``with`` block; warns of what holds it ``limit`` seconds.

    With ``None`` nothing is watched.
    """

    def __init__(self, limit: float | None) -> None:
        self._limit = limit
        self._stopped = threading.Event()

    def __enter__(self) -> Self:
        if self._limit is not None:
            loop = asyncio.get_running_loop()
            watcher = _Watcher(loop, self._limit, self._stopped)
            # A callback of its own: what calls it is what calls all of them.
            loop.call_soon(watcher.learn)
            threading.Thread(target=watcher.run, name="pyre loop watch", daemon=True).start()
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stopped.set()


class _Watcher:
    def __init__(
        self, loop: asyncio.AbstractEventLoop, limit: float, stopped: threading.Event
    ) -> None:
        self._loop = loop
        self._limit = limit
        self._stopped = stopped
        self._thread = threading.get_ident()
        self._schedstat = Path(f"/proc/self/task/{threading.get_native_id()}/schedstat")
        self._is_in_python = isinstance(loop, asyncio.BaseEventLoop)
        self._waits_in = _code_of(type(loop), "_run_once")
        self._told: set[tuple[str, str]] = set()

    def learn(self) -> None:
        """Note what calls callbacks: the only frame while a loop in C, like uvloop's, waits."""
        frame = inspect.currentframe()
        caller = frame.f_back if frame else None
        if caller is not None and not self._is_in_python:
            self._waits_in = caller.f_code

    def run(self) -> None:
        """Look until the watch is stopped."""
        looks_at_nothing = 0
        pause = self._limit / _LOOKS
        while not self._stopped.wait(pause if looks_at_nothing < _IDLE_LOOKS else self._limit):
            if self._loop.is_closed():
                return  # without the end of the block
            if self._is_idle():
                looks_at_nothing += 1
            elif len(self._told) < _MOST_PLACES:
                looks_at_nothing = 0
                # The loop may be closed meanwhile.
                with contextlib.suppress(RuntimeError):
                    self._ask()

    def _is_idle(self) -> bool:
        frame = frame_of_thread(self._thread)
        # asyncio's own loop waits in a selector, which it calls.
        while self._is_in_python and frame is not None and frame.f_code is not self._waits_in:
            if frame.f_code is asyncio.Handle._run.__code__:  # noqa: SLF001 - a callback runs
                return False
            frame = frame.f_back
        return frame is None or frame.f_code is self._waits_in

    def _ask(self) -> None:
        """Have the loop answer, and warn of what it does instead."""
        answered = threading.Event()
        began, scheduled = time.monotonic(), self._scheduling()
        self._loop.call_soon_threadsafe(answered.set)
        if answered.wait(self._limit * (_LOOKS - 1) / _LOOKS):
            return
        looked = time.monotonic()
        frame = application_frame(frame_of_thread(self._thread))
        if frame is None:
            return
        place, key = place_of(frame), (frame.f_code.co_filename, frame.f_code.co_qualname)
        del frame  # its locals are the application's
        ended = answered.wait(_PATIENCE)
        if key in self._told or self._is_the_machines_fault(began, looked, scheduled):
            return
        self._told.add(key)
        held = f"{time.monotonic() - began:.1f} s" if ended else f"more than {_PATIENCE:.0f} s"
        logger.warning(
            "%s held the event loop for %s, and nothing else was served meanwhile: await what takes"
            " long, or run it by asyncio.to_thread (--warn-blocked-loop none turns this off)",
            place,
            held,
        )

    def _is_the_machines_fault(self, began: float, looked: float, scheduled: _Scheduling) -> bool:
        """Whether the thread waited for a core or the interpreter, or the process was stopped."""
        now = self._scheduling()
        starved = now.waiting_for_a_core - scheduled.waiting_for_a_core
        # This thread is late, too, when the process is stopped, or when other threads compute and
        # pass the interpreter on slowly. A function in C that keeps it to itself delays this
        # thread as well, and computes.
        is_late = looked - began > self._limit
        stopped = is_late and now.running - scheduled.running < self._limit / 2
        return stopped or time.monotonic() - began - starved < self._limit * (_LOOKS - 1) / _LOOKS

    def _scheduling(self) -> _Scheduling:
        try:
            running, waiting, _ = self._schedstat.read_text(encoding="ascii").split()
        except (OSError, ValueError):
            return _Scheduling(0.0, 0.0)
        return _Scheduling(int(running) / 1e9, int(waiting) / 1e9)


def _code_of(kind: type, method: str) -> CodeType | None:
    found: CodeType | None = getattr(getattr(kind, method, None), "__code__", None)
    return found
