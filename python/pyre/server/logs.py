"""What the server says: the logger ``pyre``, on standard error unless the program logs already."""

import logging
import sys
from typing import Literal, TypeAlias

from pyre import loggers
from pyre.server import colours
from pyre.server.config import AccessLogFormat
from pyre.server.interface import Interface
from pyre.server.tracebacks import application_traceback

CoreFormat: TypeAlias = Literal["common", "combined", "json", "dev", "dev-coloured"]

logger = loggers.named("pyre")


class _Formatter(logging.Formatter):
    """The bare message; from warning upwards it begins with its level, in colour on a terminal."""

    def __init__(self, *, has_colours: bool) -> None:
        super().__init__()
        self._has_colours = has_colours

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        if record.levelno < logging.WARNING:
            return record.message
        level = record.levelname.lower()
        if self._has_colours:
            colour = colours.RED if record.levelno >= logging.ERROR else colours.YELLOW
            level = f"{colour}{level}{colours.RESET}"
        return f"{level}: {record.message}"


def configure(level: str) -> None:
    """Log from ``level`` (``critical`` to ``debug``) upwards.

    Handlers of the program, on this logger or on the root, are left to do the writing. Those of an
    application that sets up logging later take over where they are set on this logger; what it
    sets on the root is for its own lines.
    """
    logger.setLevel(level.upper())
    loggers.Logger.logs_faults = level != "critical"
    if logger.hasHandlers():
        return
    # The stream of now: an application may replace `sys.stderr` by one that writes to its log.
    loggers.STANDARD_ERROR.stream = sys.stderr
    formatter = _Formatter(has_colours=colours.shows_colours(sys.stderr))
    loggers.STANDARD_ERROR.setFormatter(formatter)
    logger.addHandler(loggers.STANDARD_ERROR)
    logger.propagate = False


def access_log_format(name: AccessLogFormat, file: str | None) -> CoreFormat:
    """The core's name for a format of the access log, which goes to ``file`` or standard output.

    ``auto`` is for a person on a terminal, and for programs elsewhere. A file never has colours.
    """
    if file is not None:
        return "common" if name == "auto" else name
    if name == "auto":
        name = "dev" if colours.is_terminal(sys.__stdout__) else "common"
    return "dev-coloured" if name == "dev" and colours.shows_colours(sys.__stdout__) else name


def counted(number: int, singular: str, plural: str | None = None) -> str:
    """A number with its noun: ``1 request``, ``2 requests``."""
    return f"{number} {singular if number == 1 else plural or singular + 's'}"


def log_application_error(
    interface: Interface, exception: BaseException, request_line: str
) -> None:
    """Log an exception that the application let escape while it answered ``request_line``."""
    application = f"{interface.upper()} application"
    log_exception(f"Exception in {application} while answering {request_line}", exception)


def log_exception(message: str, exception: BaseException) -> None:
    """Log ``message`` as an error, with the traceback from the application's first frame on."""
    try:
        traceback = application_traceback(exception)
    except Exception:  # noqa: BLE001 - an exception is code of the application
        traceback = None
    logger.fault("%s", message, exc_info=(type(exception), exception, traceback))
