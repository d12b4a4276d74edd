"""Standard error as the last resort: writing never raises, whatever an application did to it."""

import contextlib
import os
import sys
import traceback
from types import TracebackType
from typing import TextIO, TypeAlias

ExceptionInformation: TypeAlias = tuple[type[BaseException], BaseException, TracebackType | None]
"""What ``logging`` calls ``exc_info``."""

_DESCRIPTOR = 2


def write(text: str, *streams: TextIO | None) -> None:
    """Write ``text`` to the first of ``streams`` that takes it, or to the process's standard error.

    An application may close ``sys.stderr``, replace it or set it to ``None``.
    """
    for stream in (*streams, sys.__stderr__):
        if stream is not None:
            with contextlib.suppress(Exception):
                stream.write(text)
                stream.flush()
                return
    # Without the stream, the descriptor was closed at the start and may be anything by now.
    if sys.__stderr__ is not None:
        with contextlib.suppress(OSError):
            os.write(_DESCRIPTOR, text.encode(errors="backslashreplace"))


def format_exception(information: ExceptionInformation) -> str:
    """The traceback as Python prints it, without the last line break.

    An exception that can't be formatted is named: one whose attributes raise, for instance.
    """
    kind, error, since = information
    try:
        return "".join(traceback.format_exception(kind, error, since)).rstrip("\n")
    except Exception as failure:  # noqa: BLE001 - the exception is the application's code
        return f"{kind.__qualname__} (formatting it has raised {type(failure).__qualname__})"
