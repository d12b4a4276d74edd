"""The loggers of Pyre: whatever an application does to logging, its faults are logged.

``dictConfig({"version": 1})`` disables each logger that exists, ``logging.disable`` turns all of
them off, a handler may raise. An exception that the application let escape is written all the same.
"""

import logging
import sys
from typing import ClassVar, TextIO, cast

from pyre import standard_error
from pyre.standard_error import ExceptionInformation


class Logger(logging.Logger):
    """A logger that can't be disabled, and that logs faults at any level."""

    logs_faults: ClassVar[bool] = True
    """False where the operator of a server wants less than errors."""

    @property
    def disabled(self) -> bool:
        """Always false: ``dictConfig`` and ``fileConfig`` also disable what they do not name."""
        return False

    @disabled.setter
    def disabled(self, value: bool) -> None: ...  # pyright: ignore[reportIncompatibleVariableOverride]

    def fault(
        self, message: str, *arguments: object, exc_info: BaseException | ExceptionInformation
    ) -> None:
        """Log an error with a traceback. Raises nothing but ``KeyboardInterrupt``.

        The application's handlers get it, where one of them takes errors. It goes to standard error
        where there is none, and where a handler raises.
        """
        if not Logger.logs_faults:
            return
        if isinstance(exc_info, BaseException):
            exc_info = (type(exc_info), exc_info, exc_info.__traceback__)
        try:
            record = self._record(message, arguments, exc_info)
            (self if _is_taken(record) else STANDARD_ERROR).handle(record)
        except KeyboardInterrupt:
            raise
        except BaseException as failure:  # noqa: BLE001 - the application's code raises anything
            text = _plain(message % arguments, failure, exc_info)
            standard_error.write(f"{text}\n", STANDARD_ERROR.stream or sys.stderr)

    def _record(
        self, message: str, arguments: tuple[object, ...], exc_info: ExceptionInformation
    ) -> logging.LogRecord:
        path, line, function, _ = self.findCaller(stacklevel=3)
        return self.makeRecord(
            self.name, logging.ERROR, path, line, message, arguments, exc_info, function
        )


def named(name: str) -> Logger:
    """The logger of that name; the application may have asked for it before."""
    logger = logging.getLogger(name)
    logger.__class__ = Logger
    return cast("Logger", logger)


class StandardErrorHandler(logging.Handler):
    """Writes what no other handler takes, so that nothing is written twice."""

    def __init__(self) -> None:
        super().__init__()
        self.stream: TextIO | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record to ``stream``, or to ``sys.stderr`` as it is now."""
        if _is_taken(record, besides=self):
            return
        try:
            text = self.format(record)
        except Exception as failure:  # noqa: BLE001 - an exception to format is code of the application
            text = _plain(record.getMessage(), failure, record.exc_info)
        standard_error.write(f"{text}\n", self.stream or sys.stderr)


STANDARD_ERROR = StandardErrorHandler()


def _is_taken(record: logging.LogRecord, *, besides: logging.Handler | None = None) -> bool:
    """Whether a handler takes the record: one of its logger, or of those that it propagates to."""
    logger: logging.Logger | None = logging.getLogger(record.name)
    while logger is not None:
        for handler in logger.handlers:
            is_considered = handler is not besides and not isinstance(handler, logging.NullHandler)
            if is_considered and handler.level <= record.levelno:
                return True
        logger = logger.parent if logger.propagate else None
    return False


def _plain(
    message: str,
    failure: BaseException,
    exc_info: ExceptionInformation | tuple[None, None, None] | None,
) -> str:
    """A record that can't be logged as usual."""
    told = f"error: {message} (logging this has raised {type(failure).__qualname__})"
    if exc_info is None or exc_info[0] is None:
        return told
    return f"{told}\n{standard_error.format_exception(exc_info)}"
