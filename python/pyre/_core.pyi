"""The Rust core: the reactor on the event-loop thread and the interfaces that it serves."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Literal, final

__version__: str

class ClientDisconnected(OSError):
    """Raised by ``send`` when the peer has gone (ASGI HTTP 2.4)."""

@final
class AccessLog:
    """Lines of the access log, written by a thread of its own.

    ``path`` is a file to append to; ``None`` writes to standard output. Raises ``OSError`` when the file
    can't be opened.
    """

    def __new__(
        cls, path: str | None = None, *, format: Literal["common", "combined", "json"] = "common"
    ) -> AccessLog: ...
    def reopen(self) -> None:
        """Open the file anew, for a log rotation. Raises ``OSError``; the old file then stays in use."""

    def close(self) -> None:
        """Write what is left and end the thread. Closing twice is harmless."""

@final
class Host:
    """One reactor, nested in one asyncio loop, that serves one application.

    ``sockets`` are file descriptors of listening sockets; the host owns and closes them.
    ``on_error`` gets each exception that the application let escape, and the request line.
    Times are seconds, sizes are bytes; ``None`` turns a bound off.
    """

    def __new__(
        cls,
        app: Callable[..., Any],
        loop: asyncio.AbstractEventLoop,
        sockets: Sequence[int],
        *,
        on_error: Callable[[BaseException, str], object],
        state: dict[str, Any] | None = None,
        root_path: str = "",
        driver: Literal["poller", "thread"] = "poller",
        access_log: AccessLog | None = None,
        server_header: bool = True,
        date_header: bool = True,
        limit_request_line: int = 8192,
        limit_header_size: int = 65536,
        limit_header_count: int = 100,
        limit_body_size: int | None = None,
        timeout_header: float | None = 10.0,
        timeout_keep_alive: float | None = 5.0,
        timeout_write: float | None = 30.0,
    ) -> Host: ...
    @property
    def connections(self) -> int:
        """Connections that are open now."""

    @property
    def requests(self) -> int:
        """Requests that were handed to the application and have not been answered in full."""

    def start(self) -> None:
        """Register with the loop and begin to accept. Must run on the loop's thread."""

    def stop(self) -> asyncio.Future[None]:
        """Stop accepting, close idle connections, let requests finish; done when no connection is left."""

    def abort(self) -> None:
        """Close every connection now and leave the loop. Calling it twice is harmless."""
