"""Places in the code of applications, as messages name them."""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

_LIBRARIES = re.compile(r"[/\\](site|dist)-packages[/\\]")
_STANDARD = os.path.dirname(os.__file__) + os.sep  # noqa: PTH120 - compared with names of files
_PACKAGE = os.path.dirname(os.path.dirname(__file__)) + os.sep  # noqa: PTH120
_SERVER = os.path.dirname(__file__) + os.sep  # noqa: PTH120
# What calls an application: further out is the program that has started the loop.
_CALLERS = {
    os.path.join(_STANDARD, "asyncio", name)  # noqa: PTH118 - compared with names of files
    for name in ("events.py", "base_events.py", "runners.py")
}


def frame_of_thread(identity: int) -> FrameType | None:
    """The innermost frame that a thread executes now."""
    return sys._current_frames().get(identity)  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - documented


def application_frame(frame: FrameType | None) -> FrameType | None:
    """The innermost frame of the application's own code; of a library, where there is none.

    ``None`` when only the standard library, Pyre or the import system runs.
    """
    frames = list(_foreign_frames(frame))
    own = (frame for frame in frames if not _LIBRARIES.search(frame.f_code.co_filename))
    return next(own, frames[0] if frames else None)


def place_of(frame: FrameType) -> str:
    """The function, file and line that a frame is at, such as ``report (main.py:12)``."""
    where = f"{short_path(frame.f_code.co_filename)}:{frame.f_lineno}"
    name = frame.f_code.co_qualname
    return where if name == "<module>" else f"{name} ({where})"


def short_path(path: str) -> str:
    """The path as it is named from the current directory, if it is below."""
    try:
        absolute, here = Path(path).resolve(), Path.cwd()
    except OSError:  # the current directory may have been removed
        return path
    return str(absolute.relative_to(here)) if absolute.is_relative_to(here) else path


def _foreign_frames(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        file = frame.f_code.co_filename
        if file in _CALLERS or file.startswith(_SERVER):
            return
        if _LIBRARIES.search(file) or not file.startswith((_STANDARD, _PACKAGE, "<frozen ")):
            yield frame
        frame = frame.f_back
