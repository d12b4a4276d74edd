"""What can go wrong around serving, whose fault it is, and what the process says and returns then.

    PyreError                        1  the base; never raised itself
    ├── UsageError                   2  an option, a file or an address is not usable
    │   ├── ConfigError                 a value that is out of range or contradicts another
    │   └── BindError                   an address that can't be listened on
    └── ApplicationError             3  the application can't be served
        ├── ApplicationImportError      it was not found, can't be called, or raised while imported
        └── StartupError                it refused its lifespan startup

Anything else that escapes is a crash: status 1, with its traceback.
"""

import signal
import sys
import traceback
from types import TracebackType
from typing import ClassVar

from pyre import standard_error
from pyre.server.tracebacks import application_traceback


class PyreError(Exception):
    """A failure that the server can explain in one line, its message: what is wrong, what to do."""

    exit_status: ClassVar[int] = 1


class UsageError(PyreError):
    """The command line, the environment or the machine does not allow what was asked for."""

    exit_status = 2


class ConfigError(UsageError):
    """A setting is out of range or contradicts another."""


class BindError(UsageError):
    """An address can't be listened on."""


class ApplicationError(PyreError):
    """The application can't be served; an exception that it raised itself is the ``__cause__``."""

    exit_status = 3


class ApplicationImportError(ApplicationError):
    """The application was not found, can't be called, or raised while it was imported."""


class StartupError(ApplicationError):
    """The application failed in its lifespan startup."""


def report(exception: BaseException) -> int:
    """Explain on standard error what ended the server, and return the exit status for it.

    One line; a traceback stands above it only when the application raised or Pyre itself crashed.
    """
    if isinstance(exception, KeyboardInterrupt):
        return 128 + signal.SIGINT
    if not isinstance(exception, PyreError):
        _print_traceback(exception, exception.__traceback__)
        _print_line(f"crashed: {type(exception).__name__} (the traceback is above)")
        return PyreError.exit_status
    if isinstance(exception, ApplicationError) and exception.__cause__ is not None:
        cause = exception.__cause__
        _print_traceback(cause, application_traceback(cause))
    _print_line(str(exception))
    return exception.exit_status


def _print_line(message: str) -> None:
    standard_error.write(f"pyre: {' '.join(message.splitlines())}\n", sys.stderr)


def _print_traceback(exception: BaseException, since: TracebackType | None) -> None:
    # An application may have closed or replaced the stream, and `print` takes None for stdout.
    stream = sys.stderr or sys.__stderr__
    if stream is None:
        return
    try:
        traceback.print_exception(type(exception), exception, since, file=stream)
    except Exception:  # noqa: BLE001 - the exception and the stream are the application's
        text = standard_error.format_exception((type(exception), exception, since))
        standard_error.write(f"{text}\n")
