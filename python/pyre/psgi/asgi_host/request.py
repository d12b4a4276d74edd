"""The request that an application gets: each attribute is made of the scope when it is read."""

import re
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, TypeVarTuple, cast
from urllib.parse import quote, unquote

from pyre.psgi.asgi_host.exchange import Exchange
from pyre.psgi.content import HeaderFields
from pyre.psgi.fields import list_members
from pyre.psgi.headers import FieldLines
from pyre.psgi.interface import Headers, TlsInfo, WebSocket

_Arguments = TypeVarTuple("_Arguments")

_CAPABILITIES = {
    "http.response.pathsend": "file",
    "http.response.zerocopysend": "file",
    "http.response.trailers": "trailers",
    "http.response.early_hint": "informational",
}

_SCHEMES = {"ws": "http", "wss": "https"}
_WEBSOCKET_KEY = re.compile(r"[A-Za-z0-9+/]{22}==")
_WEBSOCKET_VERSION = "13"
_NO_FIELDS = FieldLines()


class AsgiRequest:
    """A request on a scope of ASGI."""

    def __init__(self, exchange: Exchange, state: dict[str, Any]) -> None:
        self._exchange = exchange
        self._scope = exchange.scope
        self._state = state
        self._headers: FieldLines | None = None

    @property
    def method(self) -> str:
        """The method; ASGI tells none of a WebSocket, of which it is GET."""
        return str(self._scope.get("method", "GET"))

    @property
    def scheme(self) -> str:
        """The scheme; those of WebSocket are the same ones (RFC 6455 §3)."""
        scheme = str(self._scope.get("scheme", "http"))
        return _SCHEMES.get(scheme, scheme)

    @property
    def http_version(self) -> str:
        """The version of HTTP."""
        return str(self._scope.get("http_version", "1.1"))

    @property
    def target(self) -> bytes:
        """The origin form of the target: ASGI does not tell another one."""
        return b"?".join(filter(None, (self.raw_path, self.query)))

    @property
    def raw_path(self) -> bytes:
        """The path, percent-encoded: ASGI leaves it to servers whether they tell it."""
        raw_path: bytes | None = self._scope.get("raw_path")
        if raw_path is None:
            return quote(self.path).encode()
        if self.root_path and unquote(raw_path.decode("latin-1")) == self._scope["path"]:
            return raw_path[_length_of_prefix(raw_path, self.root_path) :]
        return raw_path

    @property
    def path(self) -> str:
        """The path; that of ASGI begins with the root path."""
        path: str = self._scope["path"]
        return path.removeprefix(self.root_path)

    @property
    def query(self) -> bytes:
        """What follows the first ``?``."""
        return bytes(self._scope.get("query_string", b""))

    @property
    def root_path(self) -> str:
        """The path that a proxy has taken off."""
        return str(self._scope.get("root_path", ""))

    @property
    def authority(self) -> str:
        """The value of ``Host``, which servers set to the authority of the target."""
        return self.headers.get("host", "")

    @property
    def headers(self) -> FieldLines:
        """The header section."""
        if self._headers is None:
            self._headers = FieldLines(self._scope["headers"])
        return self._headers

    @property
    def client(self) -> tuple[str, int] | None:
        """Address and port of the peer."""
        client = self._scope.get("client")
        return (client[0], int(client[1])) if client else None

    @property
    def server(self) -> tuple[str, int | None] | None:
        """Where the peer has connected to."""
        server = self._scope.get("server")
        return (server[0], server[1]) if server else None

    @property
    def tls(self) -> TlsInfo | None:
        """What the extension ``tls`` tells; without it, nothing is known."""
        extensions: dict[str, dict[str, Any]] = self._scope.get("extensions") or {}
        return _tls_info(extensions["tls"]) if "tls" in extensions else None

    @property
    def state(self) -> dict[str, Any]:
        """For the application."""
        return self._state

    @property
    def is_websocket(self) -> bool:
        """Whether the server says so, or, if it knows no WebSocket, the request does."""
        return self._scope["type"] == "websocket" or self._is_handshake()

    @property
    def is_closed(self) -> bool:
        """Whether the peer is known to have left, or the response is complete."""
        return self._exchange.incoming.is_closed

    @property
    def trailers(self) -> Headers:
        """Empty: ASGI has no message for the trailers of a request."""
        return _NO_FIELDS

    @property
    def server_capabilities(self) -> frozenset[str]:
        """What the announced extensions amount to."""
        found = {name for key, name in _CAPABILITIES.items() if key in self._exchange.extensions}
        return frozenset(found | {"websocket"} if self._scope["type"] == "websocket" else found)

    async def read(self, limit: int | None = None) -> bytes:
        """The whole body."""
        return await self._exchange.body.read(limit)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return aiter(self._exchange.body)

    async def inform(self, status: int, headers: HeaderFields = ()) -> None:
        """Send an interim response."""
        await self._exchange.inform(status, headers)

    async def accept(self, subprotocol: str | None = None, headers: HeaderFields = ()) -> WebSocket:
        """Accept a WebSocket handshake."""
        return await self._exchange.accept(subprotocol, headers)

    async def closed(self) -> None:
        """Wait until the peer has left, or the response is complete."""
        await self._exchange.incoming.closed()

    def after(
        self,
        function: Callable[[*_Arguments], Coroutine[Any, Any, object]],
        /,
        *args: *_Arguments,
    ) -> None:
        """Have ``await function(*args)`` run when the response is out, or the peer has left."""
        self._exchange.after(function, args)

    def _is_handshake(self) -> bool:
        """RFC 6455 §4.2.1."""
        headers = self.headers
        return (
            self.method == "GET"
            and self.http_version not in {"1.0", "0.9"}
            and "websocket" in _members(headers, "upgrade")
            and "upgrade" in _members(headers, "connection")
            and headers.get("sec-websocket-version") == _WEBSOCKET_VERSION
            and _WEBSOCKET_KEY.fullmatch(headers.get("sec-websocket-key", "")) is not None
        )


def _members(headers: FieldLines, name: str) -> list[str]:
    return [member.decode() for member in list_members(headers.get(name, "").encode())]


def _length_of_prefix(raw_path: bytes, root_path: str) -> int:
    """How many octets of a path are the root path, however that is encoded."""
    for prefix in (root_path.encode(), quote(root_path).encode()):
        if raw_path.startswith(prefix):
            return len(prefix)
    return 0


def _tls_info(tls: dict[str, Any]) -> TlsInfo:
    return TlsInfo(
        version=tls.get("tls_version"),
        cipher_suite=tls.get("cipher_suite"),
        server_certificate=tls.get("server_cert"),
        client_certificates=tuple(cast("list[str]", tls.get("client_cert_chain") or ())),
        client_name=tls.get("client_cert_name"),
        client_error=tls.get("client_cert_error"),
    )
