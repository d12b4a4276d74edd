"""Choose the event loop: uvloop where it is installed, asyncio's own otherwise, or one's own."""

import asyncio
import contextlib
import importlib
import sys
from collections.abc import Callable, Generator
from typing import TypeAlias, cast

from pyre.server.errors import ApplicationImportError, UsageError
from pyre.server.importer import ImportString, load
from pyre.server.logs import logger

LoopFactory: TypeAlias = Callable[[], asyncio.AbstractEventLoop]

_FAST_LOOP = "winloop" if sys.platform == "win32" else "uvloop"


def loop_factory(name: str) -> LoopFactory:
    """Return the callable that makes a new event loop of the kind ``name``.

    ``name`` is ``auto``, ``asyncio``, ``uvloop``, ``winloop``, or ``module:callable``.
    Raises ``UsageError`` when the kind is not installed or the callable can't be loaded, and
    ``ApplicationImportError`` when a file of the application takes the place of the package.
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


@contextlib.contextmanager
def current_loop(factory: LoopFactory) -> Generator[LoopFactory]:
    """A new loop as the current one of this thread, not running yet; it is closed in the end.

    ``asyncio.get_event_loop()`` returns it to a module that is imported meanwhile, so that a future
    or a task made there belongs to the loop that serves. What is yielded returns this loop, or,
    when the module has closed it, as scripts do after ``run_until_complete``, another one.

    The loop policy is left alone, as by the other servers: it would decide for the threads of the
    application too.
    """
    loop = factory()
    _accept_nest_asyncio(loop)

    def loop_to_serve() -> asyncio.AbstractEventLoop:
        _warn_of_nest_asyncio(loop)
        return factory() if loop.is_closed() else loop

    asyncio.set_event_loop(loop)
    try:
        yield loop_to_serve
    finally:
        asyncio.set_event_loop(None)
        loop.close()


def _accept_nest_asyncio(loop: asyncio.AbstractEventLoop) -> None:
    """Let ``nest_asyncio.apply()`` succeed while a loop that it can't patch is the current one.

    Libraries call it at import and never need it in a server. It raises for a loop that is not
    derived from asyncio's own, like uvloop's, unless the loop carries its mark already.
    """
    if not isinstance(loop, asyncio.BaseEventLoop):
        with contextlib.suppress(AttributeError):  # the loop may have slots only
            loop._nest_patched = True  # type: ignore[attr-defined] # noqa: SLF001


def _warn_of_nest_asyncio(loop: asyncio.AbstractEventLoop) -> None:
    if hasattr(asyncio, "_nest_patched") and not isinstance(loop, asyncio.BaseEventLoop):
        logger.warning(
            "nest_asyncio has no effect on %s: a request that runs an event loop inside of this one"
            " fails; start with --loop asyncio if there are such",
            loop_name(loop),
        )


def loop_name(loop: asyncio.AbstractEventLoop) -> str:
    """The name of the package that a running loop comes from, such as ``uvloop``."""
    return type(loop).__module__.partition(".")[0]


def _installed_factory(package: str) -> LoopFactory | None:
    try:
        return cast("LoopFactory", importlib.import_module(package).new_event_loop)
    except ModuleNotFoundError as error:
        if error.name == package:
            return None
        _refuse_hiding_file(package)
        raise
    except (Exception, SystemExit):
        _refuse_hiding_file(package)
        raise


def _refuse_hiding_file(package: str) -> None:
    """Raise ``ApplicationImportError`` when a file of the application has the package's name."""
    from pyre.server import suggestions  # noqa: PLC0415 - only a failed start pays for it

    advice = suggestions.for_failed_package(package)
    if advice:
        raise ApplicationImportError(f"the event loop can't be imported{advice}") from None


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
