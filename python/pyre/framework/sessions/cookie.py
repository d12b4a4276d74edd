"""The cookie by which a session is found again."""

from typing import TYPE_CHECKING

from pyre.framework.responses import Response
from pyre.framework.responses.cookies import CookieScope

if TYPE_CHECKING:
    from pyre.framework.request import Request


class SessionCookie:
    """Its name, and with which requests browsers send it.

    ``name`` is the whole of it, with the prefix. Raises ``ValueError`` for what a browser would
    refuse.
    """

    def __init__(self, name: str, max_age: int, scope: CookieScope) -> None:
        self._usual = _Lines(name, max_age, scope)
        is_as_request = scope.get("secure") is None
        self._secure = _Lines(name, max_age, {**scope, "secure": True} if is_as_request else scope)
        self.name = self._usual.name

    def value(self, request: "Request") -> str | None:
        """The value that a request came with."""
        return request.cookies.get(self.name)

    def set(self, response: Response, value: str, request: "Request") -> None:
        """Have the browser keep it."""
        lines = self._lines_for(request)
        _add(response, f"{lines.name}={value}{lines.attributes}")

    def delete(self, response: Response, request: "Request") -> None:
        """Have the browser forget it."""
        _add(response, self._lines_for(request).deletion)

    def _lines_for(self, request: "Request") -> "_Lines":
        """Whoever speaks TLS gets a cookie that is never sent without."""
        return self._secure if request.scheme == "https" else self._usual


class _Lines:
    """What is the same in every line that sets or deletes the cookie."""

    def __init__(self, name: str, max_age: int, scope: CookieScope) -> None:
        response = Response()
        response.set_cookie(name, "", max_age=max_age, **scope)
        self.name, _, self.attributes = response.headers["set-cookie"].partition("=")
        response.delete_cookie(name, **scope)
        self.deletion = response.headers["set-cookie"]


def _add(response: Response, line: str) -> None:
    """Set the field, and have no cache give one visitor's cookie to another (RFC 9111 §7.3)."""
    if not _has(response, "cache-control"):
        response.lines.append(("cache-control", "private"))
    elif not _is_kept_from_others(response):
        response.headers["cache-control"] = "private"
    response.lines.append(("set-cookie", line))


def vary_by_cookie(response: Response) -> None:
    """Say that the response depends on the visitor (RFC 9110 §12.5.5)."""
    if _has(response, "vary"):
        response.headers.vary_by("cookie")
    else:
        response.lines.append(("vary", "cookie"))


def _is_kept_from_others(response: Response) -> bool:
    """Whether the response forbids shared caches to store it (RFC 9111 §5.2.2.5, §5.2.2.7).

    ``private="x-field"`` does not: it is about that field only.
    """
    directives = response.headers.members("cache-control")
    return any(each.lower() in {"private", "no-store"} for each in directives)


def _has(response: Response, name: str) -> bool:
    """The same as ``name in response.headers``, in a fifth of the time."""
    for each, _ in response.lines:  # noqa: SIM110 - any() with a generator takes three times as long
        if each == name:
            return True
    return False
