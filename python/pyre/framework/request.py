"""A request, as endpoints and middleware see it."""

from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVarTuple
from urllib.parse import quote

from pyre.framework.binding.interface import GivenKind
from pyre.framework.body import Body
from pyre.framework.cookies import parse_cookies
from pyre.framework.query import Query
from pyre.psgi import HeaderFields, Headers, TlsInfo
from pyre.psgi import Request as HostRequest

if TYPE_CHECKING:
    from pyre.framework.app import App
    from pyre.framework.sessions.keeping import Kept
    from pyre.framework.sessions.session import Session

_Arguments = TypeVarTuple("_Arguments")

# What may stand in a path and in a query beside what is quoted already (RFC 3986 §3.3, §3.4).
_IN_PATH = "/%!$&'()*+,;=:@"
_IN_QUERY = _IN_PATH + "?"


class Endpoint(Protocol):
    """What a request needs of the endpoint, or the route, that was found for it."""

    @property
    def path_names(self) -> tuple[str, ...]:
        """The names of the values that stood in the path."""
        ...


class Request:
    """A request: what the host knows of it, and what the framework reads from that.

    Making one costs next to nothing; every part is read when it is asked for.

    ``psgi`` is the host's request and ``app`` the application. ``endpoint`` is what was found for
    it, and ``values`` what stood in the path; there is none for a path that is not known. ``error``
    is what was turned into the response that ``call_next`` has returned. ``is_answered`` says
    that the response is the host's, or the WebSocket accepted. ``loaded_session`` is
    what a store had, if one was asked, and ``touched_session`` is there once ``session`` was.
    """

    __binding__: ClassVar[GivenKind] = "request"
    __slots__ = (
        "_body",
        "_cookies",
        "_query",
        "app",
        "endpoint",
        "error",
        "is_answered",
        "loaded_session",
        "psgi",
        "touched_session",
        "values",
    )

    def __init__(
        self,
        psgi: HostRequest,
        app: "App",
        endpoint: Endpoint | None = None,
        values: tuple[object, ...] = (),
    ) -> None:
        self.psgi = psgi
        self.app = app
        self.endpoint = endpoint
        self.values = values
        self.error: BaseException | None = None
        self.is_answered = False
        self.touched_session: Session | None = None
        self.loaded_session: Kept | None = None
        # What is made when it is asked for.
        self._query: Query | None = None
        self._cookies: Mapping[str, str] | None = None
        self._body: Body | None = None

    @property
    def method(self) -> str:
        """The method as received, which is in upper case by registration (RFC 9110 §9.1)."""
        return self.psgi.method

    @property
    def scheme(self) -> str:
        """``"http"`` or ``"https"``; a trusted proxy may say it."""
        return self.psgi.scheme

    @property
    def http_version(self) -> str:
        """``"1.0"``, ``"1.1"`` or ``"2"``."""
        return self.psgi.http_version

    @property
    def authority(self) -> str:
        """The authority of the target, or else the value of ``Host``, or else nothing."""
        return self.psgi.authority

    @property
    def path(self) -> str:
        """The path, percent-decoded as UTF-8; octets that are not UTF-8 become U+FFFD."""
        return self.psgi.path

    @property
    def raw_path(self) -> bytes:
        """The path, percent-encoded; ``b"*"`` for the asterisk form."""
        return self.psgi.raw_path

    @property
    def root_path(self) -> str:
        """The path that a proxy, or a mount, has taken off."""
        return self.psgi.root_path

    @property
    def url(self) -> str:
        """The target URI (RFC 9112 §3.3), percent-encoded.

        A peer chooses its authority; who makes links of it trusts what is in front of the server.
        """
        request = self.psgi
        url = f"{request.scheme}://{request.authority}"
        if request.raw_path != b"*":
            url += quote(request.root_path) + quote(request.raw_path, _IN_PATH)
        return f"{url}?{quote(request.query, _IN_QUERY)}" if request.query else url

    @property
    def query(self) -> Query:
        """The fields of the query, an immutable multi-mapping of ``str``.

        Raises ``HTTPError`` 400 when there are more than ``Limits.fields``.
        """
        if self._query is None:
            self._query = Query.parsed(self.psgi.query, self.app.limits)
        return self._query

    @property
    def headers(self) -> Headers:
        """The header section, an immutable multi-mapping without regard to case."""
        return self.psgi.headers

    @property
    def cookies(self) -> Mapping[str, str]:
        """The cookies by their names; of several with one name, the one that came first."""
        if self._cookies is None:
            self._cookies = parse_cookies(self.psgi.headers.get("cookie", ""))
        return self._cookies

    @property
    def session(self) -> "Session":
        """What the app remembers of the visitor, a mutable mapping; see ``App.sessions``.

        Raises ``RuntimeError`` for an app that has no sessions, and ``HTTPError`` 503 while their
        store is out of order.
        """
        if self.touched_session is None:
            if self.app.session_keeping is None:
                raise RuntimeError("the app has no sessions: call app.sessions(secrets=[secret])")
            self.touched_session = self.app.session_keeping.touch(self)
            if self.is_answered:
                self.touched_session.seal()
        return self.touched_session

    @property
    def path_args(self) -> dict[str, Any]:
        """The values that stood in the path, by the names of their placeholders."""
        if self.endpoint is None:
            return {}
        return dict(zip(self.endpoint.path_names, self.values, strict=True))

    @property
    def body(self) -> Body:
        """The body: ``await request.body.json()``, ``async for piece in request.body``."""
        if self._body is None:
            self._body = Body(self.psgi, self.app.limits)
        return self._body

    @property
    def client(self) -> tuple[str, int] | None:
        """Address and port of the peer, or of whom a trusted proxy names."""
        return self.psgi.client

    @property
    def server(self) -> tuple[str, int | None] | None:
        """Where the peer has connected: address and port, or a unix socket's path and ``None``."""
        return self.psgi.server

    @property
    def tls(self) -> TlsInfo | None:
        """What is known of TLS; ``None`` without."""
        return self.psgi.tls

    @property
    def state(self) -> dict[str, Any]:
        """For the application; it begins as a shallow copy of what the lifespan has made."""
        return self.psgi.state

    @property
    def is_closed(self) -> bool:
        """Whether the peer is known to have left, or the response is complete."""
        return self.psgi.is_closed

    async def closed(self) -> None:
        """Wait until the peer has left, or the response is complete."""
        await self.psgi.closed()

    async def inform(self, status: int, headers: HeaderFields = ()) -> None:
        """Send an interim response, 103 (Early Hints) say.

        Raises ``ValueError`` for what is not allowed in one, ``RuntimeError`` when the response has
        been returned, and ``psgi.Disconnected`` when the peer has left.
        """
        await self.psgi.inform(status, headers)

    def after(
        self,
        function: Callable[[*_Arguments], Coroutine[Any, Any, object]],
        /,
        *args: *_Arguments,
    ) -> None:
        """Have ``await function(*args)`` run when the response is out, or the peer has left.

        Raises ``RuntimeError`` after the response.
        """
        self.psgi.after(function, *args)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.method} {self.path}>"
