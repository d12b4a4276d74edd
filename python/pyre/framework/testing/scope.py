"""Scopes of ASGI, as a server makes them of a request (ASGI HTTP & WebSocket 2.5)."""

from urllib.parse import quote, unquote

import httpx

from pyre.framework.testing.host import Host
from pyre.server.asgi import Scope

_DEFAULT_PORTS = {"http": 80, "https": 443}
_WEBSOCKET_SCHEMES = {"http": "ws", "https": "wss"}


def http_scope(request: httpx.Request, host: Host) -> Scope:
    """The scope of a request."""
    return {
        **_common(request, host),
        "type": "http",
        "method": request.method,
        "scheme": request.url.scheme,
        "extensions": {},
    }


def websocket_scope(request: httpx.Request, host: Host, subprotocols: list[str]) -> Scope:
    """The scope of a WebSocket handshake."""
    return {
        **_common(request, host),
        "type": "websocket",
        "scheme": _WEBSOCKET_SCHEMES[request.url.scheme],
        "subprotocols": subprotocols,
        "extensions": {"websocket.http.response": {}},
    }


def _common(request: httpx.Request, host: Host) -> Scope:
    url = request.url
    raw_path = url.raw_path.partition(b"?")[0]
    scope: Scope = {
        "asgi": {"version": "3.0", "spec_version": "2.5"},
        "http_version": "1.1",
        # Both paths begin with what a proxy has taken off.
        "path": host.root_path + unquote(raw_path.decode("ascii")),
        "raw_path": quote(host.root_path).encode("ascii") + raw_path,
        "query_string": url.query,
        "root_path": host.root_path,
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "client": host.client,
        "server": (url.host, url.port or _DEFAULT_PORTS[url.scheme]),
    }
    if host.state is not None:
        scope["state"] = host.state.copy()
    return scope
