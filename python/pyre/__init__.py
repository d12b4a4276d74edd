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
    value: object = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
