"""Warnings of what clients speak and this server does not: a line for each, once per process."""

import functools
from typing import Final, Literal, TypeAlias

from pyre.server.logs import logger

Notice: TypeAlias = Literal["tls", "http2", "websocket"]

_LINES: Final[dict[Notice, str]] = {
    "tls": (
        "a client began TLS, and this port serves plain HTTP: write http:// in the URL, or put a"
        " proxy that ends TLS in front"
    ),
    "http2": (
        "a client began HTTP/2 with prior knowledge, and this port serves HTTP/1.1 (answered with"
        " 505): set the client or the proxy in front to HTTP/1.1"
    ),
    "websocket": (
        "a WebSocket handshake was refused with 403: Pyre does not serve WebSockets to ASGI"
        " applications yet; serve those paths by a server that does"
    ),
}


@functools.cache
def warn(notice: Notice) -> None:
    """Log the line of a notice the first time."""
    logger.warning(_LINES[notice])
