"""The application under test, and how it is called."""

from dataclasses import dataclass, field
from typing import Any

from pyre.framework.testing.calls import Calls, logger
from pyre.server.asgi import ASGIApplication

HIGH_WATER = 65_536
"""Octets that the other side has not taken yet, from which on a sender waits; as on the server."""


@dataclass
class Host:
    """What all requests of a client share."""

    app: ASGIApplication
    client: tuple[str, int]
    root_path: str
    raises: bool
    """Whether what the application raises is raised to the test, or what a server makes of it."""
    waits: bool
    """Whether a response is over when the application has returned, or when it is complete."""
    patience: float | None
    """Seconds that the application has to return, where somebody waits for that."""
    state: dict[str, Any] | None = None
    """What the lifespan has made; ``None`` when there is none."""
    is_open: bool = False
    calls: Calls = field(default_factory=Calls)

    def check_is_open(self) -> None:
        """Raise ``RuntimeError`` unless the lifespan was run."""
        if not self.is_open:
            raise RuntimeError("the test client is to be opened by `async with TestClient(app)`")

    def keep(self, error: Exception, call: str) -> None:
        """Take what the application has raised when the test did not wait for it."""
        if self.raises:
            self.calls.keep(error)
        else:
            logger.error("Exception in the application (%s)", call, exc_info=error)
