"""Whether a stream shows colours, and how they are written."""

import os
import sys
from typing import TextIO

YELLOW = "\x1b[33m"
RED = "\x1b[1;31m"
RESET = "\x1b[0m"


def shows_colours(stream: TextIO | None) -> bool:
    """Whether to write colours to ``stream``: on a terminal, unless the environment says otherwise.

    As CPython does for its tracebacks: ``NO_COLOR`` comes before ``FORCE_COLOR``, and each counts
    when it is not empty (no-color.org, force-color.org); then ``TERM=dumb`` is obeyed.
    """
    if stream is None or os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return os.environ.get("TERM") != "dumb" and is_terminal(stream) and _is_ansi_terminal()


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a person may be looking at what ``stream`` is written to."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # it is closed
        return False


def _is_ansi_terminal() -> bool:
    # The console of Windows needs a mode for it; its newer terminal says who it is.
    return sys.platform != "win32" or "WT_SESSION" in os.environ
