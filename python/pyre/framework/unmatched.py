"""What answers where no endpoint does: another method would, another path would, or nobody."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote

from pyre.framework.endpoint import WEBSOCKET
from pyre.framework.errors import HTTPError
from pyre.framework.responses import Response

if TYPE_CHECKING:
    from pyre.framework.app import App
    from pyre.framework.request import Request


def answer_unmatched(app: "App", request: "Request") -> Response:
    """Answer a request that no endpoint was found for; its values are the methods of its path.

    OPTIONS is answered by those (RFC 9110 §9.3.7), another method by 405 (§15.5.6), and at a path
    for WebSockets only by 426 (§15.5.22). Raises ``HTTPError``.
    """
    allowed = [str(method) for method in request.values if method != WEBSOCKET]
    if request.method == "OPTIONS" and (allowed or request.raw_path == b"*"):
        return Response(status=HTTPStatus.NO_CONTENT, headers=_allow(allowed))
    if WEBSOCKET in request.values and not set(allowed) - {"OPTIONS"}:
        raise HTTPError(
            HTTPStatus.UPGRADE_REQUIRED,
            "Only WebSockets are served here.",
            headers=[("upgrade", "websocket")],
        )
    if allowed:
        raise HTTPError(HTTPStatus.METHOD_NOT_ALLOWED, headers=_allow(allowed))
    if app.redirect_slashes and _has_sibling(app, request):
        return _redirect(request)
    raise HTTPError(HTTPStatus.NOT_FOUND)


def _allow(methods: Iterable[str]) -> list[tuple[str, str]]:
    return [("allow", ", ".join(methods))] if methods else []


def _has_sibling(app: "App", request: "Request") -> bool:
    """Whether the path with a slash more, or one less, leads to an endpoint."""
    endpoint, _ = app.find(request.method, _sibling(request.raw_path))
    return endpoint is not None


def _sibling(raw_path: bytes) -> bytes:
    return raw_path[:-1] if raw_path.endswith(b"/") else raw_path + b"/"


def _redirect(request: "Request") -> Response:
    """308 keeps the method and the content (RFC 9110 §15.4.9).

    A path that begins with two slashes would be taken for an authority (RFC 3986 §4.2).
    """
    path = "/" + _sibling(request.raw_path).decode("latin-1").lstrip("/")
    query = f"?{request.psgi.query.decode('latin-1')}" if request.psgi.query else ""
    location = quote(request.root_path) + path + query
    return Response(status=HTTPStatus.PERMANENT_REDIRECT, headers=[("location", location)])
