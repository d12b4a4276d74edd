"""A PSGI application as an ASGI application (section 7); ``asgi_host`` is the code."""

from pyre.psgi.interface import Application
from pyre.server.asgi import ASGIApplication


def to_asgi(app: Application) -> ASGIApplication:
    """Make an ASGI 3 application that runs a PSGI application.

    What the server can do that ASGI has messages for, the application can: files, trailers, early
    hints, WebSocket. Raises ``TypeError`` for what is no application.

        asgi_app = psgi.to_asgi(app)
    """
    from pyre.psgi.asgi_host.host import AsgiHost  # noqa: PLC0415 - most applications need none

    return AsgiHost(app)
