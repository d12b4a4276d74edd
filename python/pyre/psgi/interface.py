"""What an application sees of a host: protocols, of which each host brings its own classes.

The words are those of the specification, ``docs/spec/psgi.md``; the sections are named here.
"""

from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
    Iterable,
    Iterator,
)
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeAlias, TypeVar, TypeVarTuple, overload

from pyre.psgi.content import HeaderFields
from pyre.psgi.response import Response

VERSION: Final = "1.0"
"""The version of the specification that this package follows."""

_Default = TypeVar("_Default")
_Arguments = TypeVarTuple("_Arguments")


class Headers(Protocol):
    """Fields of a message: an immutable multi-mapping of names to values (section 2, Headers).

    Names are compared without regard to case and given in lower case. Values are decoded as
    Latin-1, and have no white space around them.

        request.headers["accept"]  # the lines of that name as one value
        request.headers.getall("accept")  # each line
    """

    @property
    def raw(self) -> tuple[tuple[bytes, bytes], ...]:
        """The lines in wire order, with names in lower case."""
        ...

    def __getitem__(self, name: str, /) -> str:
        """The field's value: that of several lines is joined. Raises ``KeyError``."""
        ...

    @overload
    def get(self, name: str, /) -> str | None: ...
    @overload
    def get(self, name: str, /, default: _Default) -> str | _Default: ...

    def getall(self, name: str, /) -> list[str]:
        """The value of each line of that name, in order; empty if there is none."""
        ...

    def __contains__(self, name: object, /) -> bool: ...
    def __iter__(self) -> Iterator[str]: ...
    def __len__(self) -> int: ...

    def keys(self) -> Iterable[str]:
        """The name of each line."""
        ...

    def values(self) -> Iterable[str]:
        """The value of each line."""
        ...

    def items(self) -> Iterable[tuple[str, str]]:
        """The name and the value of each line."""
        ...


@dataclass(frozen=True, slots=True)
class TlsInfo:
    """What is known of the TLS connection; certificates are PEM, and what is not known is ``None``.

    ``version`` and ``cipher_suite`` are the numbers of the protocol: 0x0304 is TLS 1.3, 0x1301
    is TLS_AES_128_GCM_SHA256. ``client_certificates`` begins with the peer's own;
    ``client_name`` is the distinguished name in it (RFC 4514), ``client_error`` says why it was not
    trusted.
    """

    version: int | None = None
    cipher_suite: int | None = None
    server_certificate: str | None = None
    client_certificates: tuple[str, ...] = ()
    client_name: str | None = None
    client_error: str | None = None


class WebSocket(Protocol):
    """An open WebSocket: what ``request.accept()`` returns (section 5).

    It is iterated for the messages of the peer:

        async for message in websocket:
            await websocket.send(message)
    """

    @property
    def subprotocol(self) -> str | None:
        """The subprotocol that was accepted."""
        ...

    @property
    def close_code(self) -> int | None:
        """The code that the peer has closed with; 1006 if it left without, ``None`` until then."""
        ...

    @property
    def close_reason(self) -> str:
        """The reason that the peer has closed with."""
        ...

    def __aiter__(self) -> AsyncIterator[str | bytes]:
        """The messages: ``str`` is text, ``bytes`` is binary; ends when the WebSocket is closed."""
        ...

    async def send(self, message: str | bytes, /) -> None:
        """Send a message, and wait for a peer that is slow. Raises ``Disconnected``."""
        ...

    async def ping(self, payload: bytes = b"", /) -> None:
        """Send a ping of at most 125 octets; does nothing on a host that can't."""
        ...

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Begin the closing handshake; does nothing when the WebSocket is closed."""
        ...


class Request(Protocol):
    """A request (section 2).

    Attributes may be read from any thread, methods may be called on the loop's thread only.
    """

    @property
    def method(self) -> str:
        """The method as received, which is in upper case by registration (RFC 9110 §9.1)."""
        ...

    @property
    def scheme(self) -> str:
        """``"http"`` or ``"https"``; a trusted proxy may say it."""
        ...

    @property
    def http_version(self) -> str:
        """``"1.0"``, ``"1.1"`` or ``"2"``."""
        ...

    @property
    def target(self) -> bytes:
        """The request target as received; its origin form on a host that does not know it."""
        ...

    @property
    def raw_path(self) -> bytes:
        """The path of the target, percent-encoded; ``b"*"`` for the asterisk form."""
        ...

    @property
    def path(self) -> str:
        """The same, percent-decoded as UTF-8; octets that are not UTF-8 become U+FFFD."""
        ...

    @property
    def query(self) -> bytes:
        """What follows the first ``?``, without it."""
        ...

    @property
    def root_path(self) -> str:
        """The path that a proxy has taken off: the URL's path is ``root_path + path``."""
        ...

    @property
    def authority(self) -> str:
        """The authority of the target, or else the value of ``Host``, or else nothing."""
        ...

    @property
    def headers(self) -> Headers:
        """The header section."""
        ...

    @property
    def client(self) -> tuple[str, int] | None:
        """Address and port of the peer, or of whom a trusted proxy names."""
        ...

    @property
    def server(self) -> tuple[str, int | None] | None:
        """Where the peer has connected: address and port, or a unix socket's path and ``None``."""
        ...

    @property
    def tls(self) -> TlsInfo | None:
        """What is known of TLS; ``None`` without."""
        ...

    @property
    def state(self) -> dict[str, Any]:
        """For the application; it begins as a shallow copy of what the lifespan has made."""
        ...

    @property
    def is_websocket(self) -> bool:
        """Whether the request is a WebSocket handshake (RFC 6455 §4.2.1)."""
        ...

    @property
    def is_closed(self) -> bool:
        """Whether the peer is known to have left, or the response is complete."""
        ...

    @property
    def trailers(self) -> Headers:
        """The trailer section; empty until the body was read to its end."""
        ...

    @property
    def server_capabilities(self) -> frozenset[str]:
        """What the host can do: ``file``, ``trailers``, ``informational``, ``websocket``."""
        ...

    async def read(self, limit: int | None = None) -> bytes:
        """The whole body.

        Raises ``BodyError`` with status 413 when it is longer than ``limit`` octets, ``BodyError``
        when the host has refused it, ``Disconnected`` when the peer has left, and
        ``RuntimeError`` after an iteration has begun.
        """
        ...

    def __aiter__(self) -> AsyncIterator[bytes]:
        """The body as it arrives, in pieces of at least one octet."""
        ...

    async def inform(self, status: int, headers: HeaderFields = ()) -> None:
        """Send an interim response, 103 (Early Hints) say.

        Raises ``ValueError`` for what is not allowed in one, ``RuntimeError`` when the response has
        been returned, and ``Disconnected`` when the peer has left.
        """
        ...

    async def accept(self, subprotocol: str | None = None, headers: HeaderFields = ()) -> WebSocket:
        """Accept a WebSocket handshake.

        Raises ``RuntimeError`` when there is none to accept, and ``Disconnected`` when the peer has
        left.
        """
        ...

    async def closed(self) -> None:
        """Wait until the peer has left, or the response is complete."""
        ...

    def after(
        self,
        function: Callable[[*_Arguments], Coroutine[Any, Any, object]],
        /,
        *args: *_Arguments,
    ) -> None:
        """Have ``await function(*args)`` run when the response is out, or the peer has left.

        Raises ``RuntimeError`` after the response.
        """
        ...


CoroutineFunction: TypeAlias = Callable[[Request], Awaitable[Response | None]]
"""``async def app(request)``. Only an accepted WebSocket may be answered by ``None``."""

PlainFunction: TypeAlias = Callable[[Request], Response]
"""``def app(request)``, which must not block."""


class ApplicationObject(Protocol):
    """An object that is called by its method, also when it is callable itself."""

    def __psgi__(self, request: Request, /) -> Response | Awaitable[Response | None]:
        """Answer a request."""
        ...


Application: TypeAlias = (
    Callable[[Request], Response | Awaitable[Response | None]] | ApplicationObject
)
"""An application of any form (section 1): a function may return the one or the other, too."""
