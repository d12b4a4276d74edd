"""Find the application that an import string such as ``main:app`` names."""

import importlib
import inspect
import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from types import FrameType, ModuleType
from typing import TypeAlias

from pyre.server.errors import ApplicationImportError, PyreError, UsageError
from pyre.server.interface import (
    AnyApplication,
    Application,
    InterfaceMode,
    as_application,
    is_asgi_application,
)
from pyre.server.places import application_frame, place_of
from pyre.server.signals import SignalExit
from pyre.server.tracebacks import application_traceback

ApplicationSource: TypeAlias = str | AnyApplication | Callable[[], AnyApplication]
"""An import string, an application, or a factory of one."""

_DEFAULT_ATTRIBUTE = "app"


@dataclass(frozen=True, slots=True)
class ImportString:
    """A place in a module: dotted module name and dotted attribute name."""

    module: str
    attribute: str

    @classmethod
    def parse(cls, text: str, *, attribute: str = "") -> "ImportString":
        """Read ``module:attribute``; ``attribute`` is the default for a text without a colon.

        Raises ``UsageError`` when the text can't name anything.
        """
        module, colon, given = text.partition(":")
        target = cls(module, given if colon else attribute)
        if (
            _is_dotted_name(target.module)
            and _is_dotted_name(target.attribute)
            and not module.endswith(".py")
        ):
            return target
        from pyre.server import suggestions  # noqa: PLC0415 - only a failed start pays for it

        factory = target.attribute.partition("(")[0]
        if target.attribute.endswith(")") and _is_dotted_name(factory):
            raise UsageError(f"{text!r} is a call; write {module}:{factory} --factory")
        meant = suggestions.for_file(module, target.attribute)
        if meant and _is_dotted_name(target.attribute):
            raise UsageError(f"{text!r} names a file; write the module, like {meant}")
        raise UsageError(f"{text!r} is not of the form module:attribute; write it like main:app")

    @classmethod
    def parse_application(cls, text: str) -> "ImportString":
        """Read the import string of an application; its attribute is ``app`` when none is given."""
        return cls.parse(text, attribute=_DEFAULT_ATTRIBUTE)

    def __str__(self) -> str:
        return f"{self.module}:{self.attribute}"


def load_application(
    app: ApplicationSource,
    *,
    interface: InterfaceMode = "auto",
    factory: bool = False,
    app_dir: str | None = None,
) -> Application:
    """Return the application that ``app`` is, names, or, with ``factory``, makes.

    ``app_dir`` goes to the front of the module search path; ``None`` leaves the path alone.
    Raises ``UsageError`` for a malformed import string, and ``ApplicationImportError`` when there
    is no such application, when it does not have the interface, or when its code raises; that
    exception is then the ``__cause__``.
    """
    prepend_to_path(app_dir)
    found: object = app
    name = "the application"
    if isinstance(app, str):
        target = ImportString.parse_application(app)
        found, name = load(target), str(target)
    if factory:
        found, name = _call_factory(found, name), f"what the factory {name} returned"
    return as_application(found, name, interface, is_made=factory)


def prepend_to_path(directory: str | None) -> None:
    """Search modules in ``directory`` first; the empty string is the current directory."""
    if directory is not None and sys.path[:1] != [directory]:
        sys.path.insert(0, directory)


def load(target: ImportString) -> object:
    """Return the object at ``target``. Raises ``ApplicationImportError``."""
    module = _import_module(target)
    try:
        found: object = reduce(getattr, target.attribute.split("."), module)
    except AttributeError as error:
        from pyre.server import suggestions  # noqa: PLC0415 - only a failed start pays for it

        advice = suggestions.for_missing_attribute(module, target.attribute)
        message = f"module {target.module!r} has no attribute {target.attribute!r}{advice}"
        raise ApplicationImportError(message) from (error if application_traceback(error) else None)
    return found


def is_importing() -> bool:
    """Whether the caller runs because an application is being imported."""
    frame: FrameType | None = inspect.currentframe()
    while frame is not None and frame.f_code is not _import_module.__code__:
        frame = frame.f_back
    return frame is not None


def _is_dotted_name(text: str) -> bool:
    return all(part.isidentifier() for part in text.split("."))


def _import_module(target: ImportString) -> ModuleType:
    name, pid = target.module, os.getpid()
    try:
        return importlib.import_module(name)
    except PyreError:
        raise  # of `pyre.run` in the module
    except ModuleNotFoundError as error:
        if application_traceback(error) is None:
            from pyre.server import suggestions  # noqa: PLC0415 - only a failed start pays for it

            advice = suggestions.for_missing_module(name, target.attribute)
            message = f"module {name!r} was not found ({error.msg}){advice}"
            raise ApplicationImportError(message) from None
        raise _raised(f"importing {name!r}", error) from error
    except Exception as error:
        raise _raised(f"importing {name!r}", error) from error
    except SystemExit as wish:
        if _is_granted(wish, pid):
            raise
        raise _exited(f"importing {name!r}", wish) from None


def _call_factory(factory: object, name: str) -> object:
    if not callable(factory):
        raise ApplicationImportError(
            f"{name} is not callable but of type {type(factory).__name__!r}; a factory is a"
            " callable without arguments"
        )
    if is_asgi_application(factory):
        raise ApplicationImportError(f"{name} is the application itself; leave --factory out")
    pid = os.getpid()
    try:
        made = factory()
    except Exception as error:
        raise _raised(f"calling the factory {name}", error) from error
    except SystemExit as wish:
        if _is_granted(wish, pid):
            raise
        raise _exited(f"calling the factory {name}", wish) from None
    if inspect.iscoroutine(made):
        made.close()
        raise ApplicationImportError(
            f"the factory {name} is a coroutine function; write it with def, and open what needs a"
            " running event loop in the lifespan"
        )
    return made


def _raised(action: str, error: Exception) -> ApplicationImportError:
    from pyre.server import suggestions  # noqa: PLC0415 - only a failed start pays for it

    advice = suggestions.for_failed_import(error)
    return ApplicationImportError(
        f"{action} raised {type(error).__name__}; its traceback is above{advice}"
    )


def _is_granted(wish: SystemExit, pid: int) -> bool:
    """Whether the process is to end with that status: on a signal, or as a forked child."""
    return isinstance(wish, SignalExit) or os.getpid() != pid


def _exited(action: str, wish: SystemExit) -> ApplicationImportError:
    *_, (innermost, _) = traceback.walk_tb(wish.__traceback__)
    frame = application_frame(innermost)
    place = f", at {place_of(frame)}" if frame else ""
    code = wish.code
    # Any other object is the application's code, which `repr` would call.
    shown = "" if code is None else repr(code) if type(code) in {int, str} else type(code).__name__
    return ApplicationImportError(f"{action} called sys.exit({shown}){place}")
