"""ASGI middleware made by others around an app."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pyre import psgi
from pyre.server.asgi import ASGIApplication

if TYPE_CHECKING:
    from pyre.psgi.asgi_guest.guest import AsgiGuest


class AsgiStack:
    """An application of PSGI as one of ASGI, with middleware around it, the last added outside."""

    def __init__(self, core: psgi.ApplicationObject) -> None:
        self.application: ASGIApplication = psgi.to_asgi(core)
        self.guest: AsgiGuest | None = None

    def wrap(self, middleware: Callable[..., ASGIApplication], options: dict[str, Any]) -> None:
        """Put ``middleware(application, **options)`` around what is there."""
        self.application = middleware(self.application, **options)
        self.guest = psgi.from_asgi(self.application)
