"""Choose the event loop: uvloop where it is installed, asyncio's own otherwise, or one's own."""

import asyncio
import importlib
import sys
from collections.abc import Callable
from typing import TypeAlias, cast

from pyre.server.errors import ApplicationImportError, UsageError
from pyre.server.importer import ImportString, load

LoopFactory: TypeAlias = Callable[[], asyncio.AbstractEventLoop]

_FAST_LOOP = "winloop" if sys.platform == "win32" else "uvloop"


def loop_factory(name: str) -> LoopFactory:
    """Return the callable that makes a new event loop of the kind ``name``.

    ``name`` is ``auto``, ``asyncio``, ``uvloop``, ``winloop``, or ``module:callable``.
    Raises ``UsageError`` when the kind is not installed or the callable can't be loaded.
    """
    match name:
        case "asyncio":
            return asyncio.new_event_loop
        case "auto":
            return _installed_factory(_FAST_LOOP) or asyncio.new_event_loop
        case "uvloop" | "winloop":
            return _installed_factory(name) or _refuse(name)
        case _:
            return _custom_factory(name)


def loop_name(loop: asyncio.AbstractEventLoop) -> str:
    """The name of the package that a running loop comes from, such as ``uvloop``."""
    return type(loop).__module__.partition(".")[0]


def _installed_factory(package: str) -> LoopFactory | None:
    try:
        return cast("LoopFactory", importlib.import_module(package).new_event_loop)
    except ModuleNotFoundError as error:
        if error.name != package:
            raise
        return None


def _refuse(package: str) -> LoopFactory:
    message = f"{package} is not installed; install it, or use --loop auto"
    raise UsageError(message)


def _custom_factory(name: str) -> LoopFactory:
    try:
        factory = load(ImportString.parse(name))
    except ApplicationImportError as error:
        cause = error.__cause__
        reason = f"{type(cause).__name__}: {cause}" if cause else str(error)
        message = f"--loop {name} can't be loaded: {reason}"
        raise UsageError(message) from error
    if not callable(factory):
        message = f"--loop {name} is not callable; name a function that returns a new event loop"
        raise UsageError(message)
    return cast("LoopFactory", factory)
