"""A micro-framework on PSGI: class-based blueprints, typed paths, middleware.

It runs on any ASGI server, and without ASGI's dictionaries on Pyre's.

    from pyre import framework

    class Books(framework.Blueprint, prefix="/books"):
        @framework.endpoint("/{number:int}")
        async def show(self, number: int):
            return {"number": number}

    app = framework.App()
    app.add_blueprint(Books())
"""

import pyre.framework.requirements  # noqa: F401 # pyright: ignore[reportUnusedImport] - says what is missing
from pyre.framework import responses
from pyre.framework.app import App
from pyre.framework.binding import Body, Cookie, Form, Header, Query
from pyre.framework.blueprint import Blueprint
from pyre.framework.endpoint import Endpoint, endpoint, websocket
from pyre.framework.errors import (
    ExtensionAlreadyLoaded,
    ExtensionError,
    ExtensionFailed,
    ExtensionNotFound,
    ExtensionNotLoaded,
    FieldError,
    HTTPError,
    NoSetupError,
    RegistrationError,
)
from pyre.framework.extension import Extension
from pyre.framework.forms import UploadFile
from pyre.framework.limits import Limits
from pyre.framework.middleware import CallNext, Middleware
from pyre.framework.request import Request
from pyre.framework.responses import Response
from pyre.framework.sessions.session import Session
from pyre.framework.static import StaticFiles
from pyre.framework.websocket import WebSocket

__all__ = [
    "App",
    "Blueprint",
    "Body",
    "CallNext",
    "Cookie",
    "Endpoint",
    "Extension",
    "ExtensionAlreadyLoaded",
    "ExtensionError",
    "ExtensionFailed",
    "ExtensionNotFound",
    "ExtensionNotLoaded",
    "FieldError",
    "Form",
    "HTTPError",
    "Header",
    "Limits",
    "Middleware",
    "NoSetupError",
    "Query",
    "RegistrationError",
    "Request",
    "Response",
    "Session",
    "StaticFiles",
    "UploadFile",
    "WebSocket",
    "endpoint",
    "responses",
    "websocket",
]
