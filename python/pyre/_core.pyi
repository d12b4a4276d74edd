"""The Rust core: the reactor on the event-loop thread and the interfaces that it serves."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, Literal, Protocol, Self, TypedDict, Unpack, final, type_check_only

from pyre.framework.alternatives import Alternative
from pyre.psgi.content import Body, HeaderFields, Trailers

__all__ = [
    "AccessLog",
    "ClientDisconnected",
    "ExitTimer",
    "Host",
    "Parameter",
    "Response",
    "RouteConflict",
    "RouteTable",
    "Routes",
    "__version__",
]

__version__: Final[str]
"""The version of the distribution ``pyre-http``."""

class ClientDisconnected(OSError):
    """Raised by ``send`` when the peer has gone (ASGI HTTP 2.4)."""

@final
class AccessLog:
    """Lines of the access log, written by a thread of its own.

    ``path`` is a file to append to; ``None`` writes to standard output. Raises ``OSError`` when
    the file can't be opened.
    """

    def __new__(
        cls,
        path: str | None = None,
        *,
        format: Literal["common", "combined", "json", "dev", "dev-coloured"] = "common",
    ) -> AccessLog: ...
    def reopen(self) -> None:
        """Open the file anew, for a log rotation.

        Raises ``OSError``; the old file then stays in use.
        """

    def close(self, seconds: float) -> bool:
        """Take no more lines, and wait for so many seconds until the others are written.

        Returns true when they are. In a forked child it does nothing: they are the parent's.
        """

    def abandon(self) -> tuple[int, str] | None:
        """Give up what is not written. Returns how many lines were lost and why, if any."""

@final
class ExitTimer:
    """Ends the process at a given time, whatever the interpreter is doing then."""

    def __new__(cls) -> ExitTimer: ...
    def set(self, seconds: float, status: int) -> None:
        """End the process with ``status`` in so many seconds, instead of what was set before."""

    def cancel(self) -> None:
        """Take back what was set."""

@type_check_only
class _Options(TypedDict, total=False):
    interface: Literal["asgi", "psgi"]
    on_error: Callable[[BaseException, str], object]
    state: dict[str, Any] | None
    root_path: str
    driver: Literal["poller", "thread"]
    asgi_spec_version: str
    asgi_pathsend: bool
    access_log: AccessLog | None
    proxy_headers: bool
    forwarded_allow_ips: str
    proxy_protocol: bool
    server_header: bool
    date_header: bool
    write_high_water: int
    write_low_water: int
    limit_request_line: int
    limit_header_size: int
    limit_header_count: int
    limit_body_size: int | None
    limit_body_rate: int | None
    limit_chunk_extensions: int
    limit_trailer_size: int
    limit_unread_body: int
    limit_read_ahead: int
    timeout_header: float | None
    timeout_body: float | None
    timeout_keep_alive: float | None
    timeout_write: float | None

@final
class Host:
    """One reactor, nested in one asyncio loop, that serves one application.

    ``app`` is what is called for each request: with ``(scope, receive, send)``, or, when
    ``interface`` is ``"psgi"``, with one argument, the request. ``sockets`` are file descriptors of
    listening sockets; the host owns and closes them.
    ``on_error`` must be given: it gets each exception that the application let escape, and the
    request line. Times are seconds, sizes are bytes; ``None`` turns a bound off.
    """

    def __new__(
        cls,
        app: Callable[..., Any],
        loop: asyncio.AbstractEventLoop,
        sockets: Sequence[int],
        **options: Unpack[_Options],
    ) -> Host: ...
    @property
    def connections(self) -> int:
        """Connections that are open now."""

    @property
    def requests(self) -> int:
        """Requests that were handed to the application and have not been answered in full."""

    def start(self) -> None:
        """Register with the loop and begin to accept. Must run on the loop's thread, once."""

    def stop(self, *, disconnect: bool = False) -> asyncio.Future[None]:
        """Stop accepting, close idle connections and let requests finish.

        With ``disconnect``, an application that has read its request is told ``http.disconnect``
        when it asks for more. The future is done when no connection and no task of the application
        is left.
        """

    def disconnect(self) -> None:
        """Close every connection now: the application is told of each that the client has gone."""

    def abort(self) -> None:
        """Close every connection now and cancel what still runs. Calling it twice is harmless."""

@final
class Response:
    """The response to one request (PSGI §3).

    Its attributes have the names of the arguments, and may be changed until it is returned.
    ``status`` is from 200 to 999. ``headers`` is an iterable of pairs or a mapping, of ``str`` or
    ``bytes``. ``body`` is ``None``, bytes-like, ``str`` (sent as UTF-8), a ``File``, or an iterable
    or async iterable of bytes-like and ``str``. ``trailers`` is called without arguments after the
    body, and returns what ``headers`` may be. Raises ``TypeError`` and ``ValueError`` for anything
    else.

        Response(200, [("content-type", "text/plain")], "Hello, World!")
    """

    def __new__(
        cls,
        status: int = 200,
        headers: HeaderFields = (),
        body: Body = None,
        *,
        trailers: Trailers | None = None,
    ) -> Self: ...

    status: int
    headers: HeaderFields
    body: Body
    trailers: Trailers | None

@final
class Parameter:
    """A placeholder of a path: its name, and what its value may be.

    The alternatives are tried in their order. Raises ``ValueError`` for an alternative that can't
    be: one whose bounds nothing lies between, say.
    """

    def __new__(cls, name: str, alternatives: Iterable[Alternative]) -> Self: ...
    @property
    def name(self) -> str: ...
    @property
    def alternatives(self) -> tuple[Alternative, ...]: ...
    def convert(self, text: str) -> object:
        """Return the value that ``RouteTable.find`` makes of a decoded text.

        Raises ``ValueError`` when the parameter does not take it.
        """

@final
class RouteConflict(ValueError):
    """Raised by ``Routes.add`` when nothing would decide between a new route and an earlier one."""

    def __new__(cls, message: str, existing: object) -> Self: ...
    def __init__(self, message: str, existing: object) -> None: ...
    @property
    def existing(self) -> object:
        """The endpoint of the earlier route."""

@final
class Routes:
    """Collects routes.

    Of two routes that match the same path, the first segment in which they differ decides:
    a literal comes first, then choices, then the converters in the order that
    ``pyre.framework.converters`` tells, one with bounds before one without; of paths, the
    shorter. The order in which routes are added decides nothing.
    """

    def __new__(cls) -> Self: ...
    def add(
        self,
        segments: Iterable[str | Parameter],
        methods: Sequence[str],
        endpoint: object,
        names: Sequence[str],
    ) -> None:
        """Add the route of an endpoint.

        A segment is a decoded text, or a parameter. ``names`` is the order in which the values are
        wanted; parameters that are not in it come behind, in the order of the path. Raises
        ``RouteConflict``, and ``ValueError`` for what can't be a route; nothing has changed then.
        """

    def table(self) -> RouteTable:
        """Return the routes that were added so far."""

@type_check_only
class _Request(Protocol):
    @property
    def method(self) -> str: ...
    @property
    def raw_path(self) -> bytes: ...

@final
class RouteTable:
    """Routes as they are looked up. Nothing changes it any more."""

    def find(self, method: str, raw_path: bytes, /) -> tuple[Any, tuple[Any, ...]]:
        """Return the endpoint for a request, and the values of the path in the wanted order.

        Without one it returns ``None``, and the methods that other requests for the path may
        have: in the order of the alphabet, with ``OPTIONS``, and with ``HEAD`` where ``GET`` is.
        None of them: no route has the path. Raises only what converters of the application raise
        besides ``ValueError``.
        """

    def find_for(self, request: _Request, /) -> tuple[Any, tuple[Any, ...]]:
        """Do the same for a request of PSGI: by its ``method`` and its ``raw_path``."""
