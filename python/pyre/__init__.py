"""Pyre: an HTTP server for ASGI and PSGI applications, with a Rust core on the event-loop thread.

    import pyre
    pyre.run("main:app", port=8000)

The names below are loaded when they are first used: ``pyre --help`` and a mistyped option then cost
neither the core nor asyncio.
"""

import importlib

# Type checkers know the name; `typing` would cost a start, and may be a file of the program's that
# `python -m pyre` finds first.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from pyre._core import ClientDisconnected, __version__
    from pyre.server.config import Config
    from pyre.server.runner import run
    from pyre.server.server import Server

__all__ = ["ClientDisconnected", "Config", "Server", "__version__", "run"]

_HOMES = {
    "ClientDisconnected": "pyre._core",
    "Config": "pyre.server.config",
    "Server": "pyre.server.server",
    "__version__": "pyre._core",
    "run": "pyre.server.runner",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    try:
        value: object = getattr(importlib.import_module(_HOMES[name]), name)
    except (AttributeError, ImportError) as error:
        # An AttributeError from here would mean that there is no such name.
        raise ImportError(f"pyre.{name} can't be loaded: {error}{_hiding_file(error)}") from error
    globals()[name] = value
    return value


def _hiding_file(error: Exception) -> str:
    """A file beside the program that hides a module which the server imports, such as random.py."""
    try:
        from pyre.server.suggestions import for_failed_import  # noqa: PLC0415 - as above

        return for_failed_import(error)
    except (AttributeError, ImportError):  # that module needs the hidden one, too
        return ""


def __dir__() -> list[str]:
    special = (name for name in globals() if name.startswith("__"))
    return sorted({*special, *__all__, "framework", "psgi"})
