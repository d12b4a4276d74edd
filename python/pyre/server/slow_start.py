"""Tells what takes long at a start, from a second on."""

import threading
import time
from types import FrameType, TracebackType
from typing import Self

from pyre.server.logs import logger
from pyre.server.places import application_frame, frame_of_thread, place_of

SLOW = 1.0
"""Seconds from which on a step of the start is told of."""

# Later lines would scroll everything else away.
_REMINDERS = (SLOW, 10.0, 60.0)


class SlowStep:
    """A step of the start, in a ``with`` block; ``what`` is the subject of a sentence.

        with SlowStep("the import of main"):
            ...

    A thread logs where the calling thread is while the step lasts, and the time that it took in the
    end.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._caller = threading.get_ident()
        self._ended = threading.Event()
        self._began = time.monotonic()

    def __enter__(self) -> Self:
        threading.Thread(target=self._remind, name="pyre start", daemon=True).start()
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._ended.set()
        took = time.monotonic() - self._began
        if took >= SLOW and exception is None:
            logger.info("%s took %.1f s", _capitalized(self._what), took)

    def _remind(self) -> None:
        for after in _REMINDERS:
            if self._ended.wait(max(0.0, self._began + after - time.monotonic())):
                return
            place = _place(frame_of_thread(self._caller))
            logger.info(
                "%s is still running after %.0f s%s", _capitalized(self._what), after, place
            )


def _place(frame: FrameType | None) -> str:
    found = application_frame(frame)
    return f", at {place_of(found)}" if found else ""


def _capitalized(text: str) -> str:
    return text[:1].upper() + text[1:]
