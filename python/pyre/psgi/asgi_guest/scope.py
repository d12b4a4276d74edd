"""The scope of ASGI for a request."""

from typing import Any

from pyre.psgi.fields import list_members
from pyre.psgi.interface import Request, TlsInfo
from pyre.server.asgi import Scope

_WEBSOCKET_SCHEMES = {"http": "ws", "https": "wss"}


def http_scope(request: Request) -> Scope:
    """The scope of an HTTP connection, message format 2.5."""
    return {
        **_common(request),
        "type": "http",
        "method": request.method,
        "scheme": request.scheme,
        "extensions": _extensions(request),
    }


def websocket_scope(request: Request) -> Scope:
    """The scope of a WebSocket connection, message format 2.5."""
    offered = request.headers.get("sec-websocket-protocol", "").split(",")
    return {
        **_common(request),
        "type": "websocket",
        "scheme": _WEBSOCKET_SCHEMES.get(request.scheme, request.scheme),
        "subprotocols": [name.strip() for name in offered if name.strip()],
        "extensions": {**_tls(request.tls), "websocket.http.response": {}},
    }


def _common(request: Request) -> dict[str, Any]:
    return {
        "asgi": {"version": "3.0", "spec_version": "2.5"},
        "http_version": request.http_version,
        "path": request.root_path + request.path,
        "raw_path": request.raw_path,
        "query_string": request.query,
        "root_path": request.root_path,
        "headers": _headers(request),
        "client": request.client,
        "server": request.server,
        "state": request.state,
    }


def _headers(request: Request) -> list[tuple[bytes, bytes]]:
    """The header section; ASGI has no other place for the authority of the target than ``host``."""
    lines = list(request.headers.raw)
    authority = request.authority
    if authority == request.headers.get("host", ""):
        return lines
    return [(b"host", authority.encode()), *(line for line in lines if line[0] != b"host")]


def _extensions(request: Request) -> dict[str, Any]:
    """What the host is capable of, and this peer takes."""
    capabilities = request.server_capabilities
    extensions = _tls(request.tls)
    if "file" in capabilities:
        extensions["http.response.pathsend"] = {}
    if request.http_version == "1.0":
        return extensions
    if "informational" in capabilities:
        extensions["http.response.early_hint"] = {}
    if "trailers" in capabilities and b"trailers" in list_members(_te(request)):
        extensions["http.response.trailers"] = {}
    return extensions


def _te(request: Request) -> bytes:
    return request.headers.get("te", "").encode("latin-1")


def _tls(tls: TlsInfo | None) -> dict[str, Any]:
    """The extension ``tls``."""
    if tls is None:
        return {}
    return {
        "tls": {
            "server_cert": tls.server_certificate,
            "client_cert_chain": list(tls.client_certificates),
            "client_cert_name": tls.client_name,
            "client_cert_error": tls.client_error,
            "tls_version": tls.version,
            "cipher_suite": tls.cipher_suite,
        }
    }
