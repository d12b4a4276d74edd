"""What a request is answered with."""

from pyre.framework.responses.application import Application, Stopping
from pyre.framework.responses.conversion import respond, to_psgi_directly
from pyre.framework.responses.cookies import CookieScope, Prefix, SameSite
from pyre.framework.responses.encoding import encode_json
from pyre.framework.responses.events import Event, EventStream
from pyre.framework.responses.files import FileResponse
from pyre.framework.responses.headers import ResponseHeaders
from pyre.framework.responses.problem import problem
from pyre.framework.responses.redirect import RedirectResponse
from pyre.framework.responses.response import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    Response,
)
from pyre.framework.responses.settled import SettledResponse, settled
from pyre.framework.responses.stream import StreamResponse
from pyre.framework.responses.template import TemplateResponse, template_environment

__all__ = [
    "Application",
    "CookieScope",
    "Event",
    "EventStream",
    "FileResponse",
    "HTMLResponse",
    "JSONResponse",
    "PlainTextResponse",
    "Prefix",
    "RedirectResponse",
    "Response",
    "ResponseHeaders",
    "SameSite",
    "SettledResponse",
    "Stopping",
    "StreamResponse",
    "TemplateResponse",
    "encode_json",
    "problem",
    "respond",
    "settled",
    "template_environment",
    "to_psgi_directly",
]
