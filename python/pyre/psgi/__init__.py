"""PSGI, the Pyre Server Gateway Interface: a request comes in, a response goes out.

    from pyre import psgi

    async def app(request: psgi.Request) -> psgi.Response:
        return psgi.Response(200, [("content-type", "text/plain")], "Hello, World!")

``Request``, ``Headers`` and ``WebSocket`` are protocols, for each host brings its own. Pyre's
server is a host; ``to_asgi`` makes one of any ASGI server, and ``from_asgi`` lets ASGI applications
run on a host. Both are written to be read, too: they say in Python what a host has to do. The
specification is ``docs/spec/psgi.md``.
"""

from pyre.psgi.content import (
    Body,
    Content,
    FieldText,
    HeaderFields,
    HeaderMapping,
    HeaderPairs,
    Trailers,
)
from pyre.psgi.errors import BodyError, Disconnected
from pyre.psgi.file import File
from pyre.psgi.from_asgi import from_asgi
from pyre.psgi.interface import (
    VERSION,
    Application,
    ApplicationObject,
    CoroutineFunction,
    Headers,
    PlainFunction,
    Request,
    TlsInfo,
    WebSocket,
)
from pyre.psgi.response import Response
from pyre.psgi.to_asgi import to_asgi

__all__ = [
    "VERSION",
    "Application",
    "ApplicationObject",
    "Body",
    "BodyError",
    "Content",
    "CoroutineFunction",
    "Disconnected",
    "FieldText",
    "File",
    "HeaderFields",
    "HeaderMapping",
    "HeaderPairs",
    "Headers",
    "PlainFunction",
    "Request",
    "Response",
    "TlsInfo",
    "Trailers",
    "WebSocket",
    "from_asgi",
    "to_asgi",
]
