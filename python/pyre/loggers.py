"""The loggers of Pyre: whatever an application does to logging, its faults are logged.

``dictConfig({"version": 1})`` disables each logger that exists, ``logging.disable`` turns all of
them off, a handler may raise. An exception that the application let escape is written all the same,
and a line of Pyre never ends what it tells of: a start, a stop or a request.
"""

import functools
import logging
import sys
from collections.abc import Callable
from typing import Any, ClassVar, TextIO, TypeAlias, TypeVar, cast

from pyre import standard_error
from pyre.standard_error import ExceptionInformation

_Method = TypeVar("_Method", bound=Callable[..., None])


def _harmless(log: _Method, level: int) -> _Method:
    """A method that logs at ``level`` and raises nothing but ``KeyboardInterrupt``.

    Handlers, filters and factories of records are code of the application. Where one raises, the
    line goes to standard error.
    """

    @functools.wraps(log)
    def log_or_write(
        self: logging.Logger,
        message: object,
        *arguments: object,
        stacklevel: int = 1,
        **options: Any,  # noqa: ANN401 - those of logging
    ) -> None:
        try:
            log(self, message, *arguments, stacklevel=stacklevel + 1, **options)
        except KeyboardInterrupt:
            raise
        except BaseException as failure:  # noqa: BLE001 - the application's code raises anything
            _write_plain(level, _formatted(message, arguments), failure)

    return cast("_Method", log_or_write)


class Logger(logging.Logger):
    """A logger that can't be disabled, never raises, and logs faults at any level."""

    debug = _harmless(logging.Logger.debug, logging.DEBUG)
    info = _harmless(logging.Logger.info, logging.INFO)
    warning = _harmless(logging.Logger.warning, logging.WARNING)
    error = _harmless(logging.Logger.error, logging.ERROR)

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
            _write_plain(logging.ERROR, _formatted(message, arguments), failure, exc_info)

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
            text = _plain(record.levelno, record.getMessage(), failure, record.exc_info)
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


_ExceptionInformation: TypeAlias = ExceptionInformation | tuple[None, None, None] | None


def _write_plain(
    level: int,
    message: str,
    failure: BaseException,
    exc_info: _ExceptionInformation = None,
) -> None:
    text = _plain(level, message, failure, exc_info)
    standard_error.write(f"{text}\n", STANDARD_ERROR.stream or sys.stderr)


def _plain(
    level: int, message: str, failure: BaseException, exc_info: _ExceptionInformation
) -> str:
    """A record that can't be logged as usual."""
    name = "error: " if level >= logging.ERROR else "warning: " if level >= logging.WARNING else ""
    told = f"{name}{message} (logging this has raised {type(failure).__qualname__})"
    if exc_info is None or exc_info[0] is None:
        return told
    return f"{told}\n{standard_error.format_exception(exc_info)}"


def _formatted(message: object, arguments: tuple[object, ...]) -> str:
    """The message with its arguments; without, where formatting is what raises."""
    try:
        return str(message) % arguments if arguments else str(message)
    except Exception:  # noqa: BLE001 - an argument may be an object of the application
        return str(message)
