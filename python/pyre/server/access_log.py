"""The access log of one server: where it goes, and what is said of it."""

import sys

from pyre._core import AccessLog
from pyre.server.config import Config
from pyre.server.errors import UsageError
from pyre.server.logs import access_log_format, counted, logger


def open_access_log(config: Config) -> AccessLog | None:
    """Open the access log that ``config`` asks for. Raises ``UsageError``.

    There is none where the process was started without a standard output: a socket or a file of the
    application may have its descriptor now.
    """
    path = config.access_log_file
    if not config.access_log or (path is None and sys.__stdout__ is None):
        return None
    try:
        return AccessLog(path, format=access_log_format(config.access_log_format, path))
    except OSError as error:
        raise UsageError(
            f"{path or 'standard output'} can't be opened ({error.strerror}); choose another"
            " --access-log-file"
        ) from None


def reopen(log: AccessLog, path: str) -> None:
    """Open the file anew, after a rotation has moved it away; what goes wrong is logged."""
    try:
        log.reopen()
    except OSError as error:
        logger.error(
            "%s can't be opened (%s); the access log still goes to the old file",
            path,
            error.strerror,
        )
    else:
        logger.info("Reopened %s", path)


def abandon(log: AccessLog) -> None:
    """Give up what is not written, and log how much that is."""
    lost = log.abandon()
    if lost:
        count, reason = lost
        lines = counted(count, "line of the access log was", "lines of the access log were")
        logger.warning("%s lost: %s", lines, reason)
