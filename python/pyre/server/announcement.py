"""The lines that a server begins with: what it serves, where, and where its documentation is."""

import asyncio
import contextlib
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pyre._core import __version__
from pyre.server import sockets
from pyre.server.importer import ImportString
from pyre.server.loops import loop_name

# A socket that listens on all addresses is reached from this machine by the one of the loopback.
_LOOPBACKS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - nothing is bound here
_USUAL_PATHS = ("/docs", "/schema", "/swagger", "/redoc")
# How many middlewares may be around an application before its attributes are given up.
_MOST_LAYERS = 20


def announcement(app: object, addresses: Sequence[sockets.Address]) -> str:
    """What is served where, by what, and how to stop it."""
    urls = " and ".join(map(_place, addresses))
    # The core is an extension of CPython; asking `platform` for that would cost a start 1 ms.
    python = f"CPython {sys.version_info.major}.{sys.version_info.minor}"
    loop = loop_name(asyncio.get_running_loop())
    return (
        f"Pyre {__version__} serves {application_name(app)} on {urls}"
        f" ({loop}, {python}, pid {os.getpid()}; Ctrl+C stops)"
    )


def documentation_url(app: object, addresses: Iterable[sockets.Address]) -> str | None:
    """Where the application shows its documentation, if it does and a browser can get there."""
    url = next((_local_url(address) for address in addresses if isinstance(address, tuple)), None)
    path = None
    # Attributes of the application are its own code, and a nicety must not end the server.
    with contextlib.suppress(Exception):
        path = _documentation_path(app)
    return url + path if url and path else None


def application_name(app: object) -> str:
    """The import string of an application, or where an object was written."""
    if isinstance(app, str):
        return str(ImportString.parse_application(app))
    named: Any = app if hasattr(app, "__qualname__") else type(app)
    return f"{named.__module__}:{named.__qualname__}"


def _place(address: sockets.Address) -> str:
    url, local = sockets.url(address), _local_url(address)
    return url if url == local else f"{url} (here {local})"


def _local_url(address: sockets.Address) -> str:
    if not isinstance(address, tuple):
        return sockets.url(address)
    host, port = address
    return sockets.url((_LOOPBACKS.get(host, host), port))


def _documentation_path(app: object) -> str | None:
    """The path of a page that is among the application's routes."""
    for layer in _layers(app):
        routes = list(getattr(layer, "routes", None) or ())
        paths = {getattr(route, "path", None) for route in routes}
        named = [
            getattr(layer, "docs_url", None),  # FastAPI
            getattr(getattr(layer, "openapi_config", None), "path", None),  # Litestar
            # pyre.framework
            *(route.path for route in routes if getattr(route, "endpoint_name", None) == "docs"),
            *_USUAL_PATHS,
            getattr(layer, "redoc_url", None),
        ]
        for path in named:
            if isinstance(path, str) and path in paths:
                return path
    return None


def _layers(app: object) -> Iterator[object]:
    """The application, and what is inside of it when it is a middleware by convention."""
    for _ in range(_MOST_LAYERS):
        yield app
        app = getattr(app, "app", None)
        if app is None:
            return
