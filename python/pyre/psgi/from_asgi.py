"""An ASGI application as a PSGI application (section 7); ``asgi_guest`` is the code."""

from typing import TYPE_CHECKING

from pyre.server.asgi import ASGIApplication

if TYPE_CHECKING:
    from pyre.psgi.asgi_guest.guest import AsgiGuest


def from_asgi(app: ASGIApplication) -> "AsgiGuest":
    """Make a PSGI application that runs an ASGI 3 application.

    What the host is capable of is announced as extensions: files, trailers, early hints. Raises
    ``TypeError`` for what is no application.

        app = psgi.from_asgi(FastAPI())
    """
    from pyre.psgi.asgi_guest.guest import AsgiGuest  # noqa: PLC0415 - most applications need none

    return AsgiGuest(app)
