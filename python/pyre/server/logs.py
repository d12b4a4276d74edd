"""What the server says: the logger ``pyre``, on standard error unless the program logs already."""

import logging

from pyre.server.interface import Interface
from pyre.server.tracebacks import application_traceback

logger = logging.getLogger("pyre")


class _Formatter(logging.Formatter):
    """The bare message; from warning upwards it begins with its level."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        if record.levelno < logging.WARNING:
            return record.message
        return f"{record.levelname.lower()}: {record.message}"


def configure(level: str) -> None:
    """Log from ``level`` (``critical`` to ``debug``) upwards.

    Handlers that the program has set up, on this logger or on the root, are left to do the writing.
    """
    logger.setLevel(level.upper())
    if logger.hasHandlers():
        return
    handler = logging.StreamHandler()
    handler.setFormatter(_Formatter())
    logger.addHandler(handler)
    # An application that sets up the root logger later would make each line appear twice.
    logger.propagate = False


def log_application_error(
    interface: Interface, exception: BaseException, request_line: str
) -> None:
    """Log an exception that the application let escape while it answered ``request_line``."""
    application = f"{interface.upper()} application"
    log_exception(f"Exception in {application} while answering {request_line}", exception)


def log_exception(message: str, exception: BaseException) -> None:
    """Log ``message`` as an error, with the traceback from the application's first frame on."""
    traceback = application_traceback(exception)
    logger.error("%s", message, exc_info=(type(exception), exception, traceback))
