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
        self._name = name
        self._max_age = max_age
        self._scope = scope
        example = Response()
        example.set_cookie(name, "", max_age=max_age, **scope)
        self.name = example.headers["set-cookie"].partition("=")[0]

    def value(self, request: "Request") -> str | None:
        """The value that a request came with."""
        return request.cookies.get(self.name)

    def set(self, response: Response, value: str, request: "Request") -> None:
        """Have the browser keep it."""
        response.set_cookie(self._name, value, max_age=self._max_age, **self._scope_for(request))
        _keep_private(response)

    def delete(self, response: Response, request: "Request") -> None:
        """Have the browser forget it."""
        response.delete_cookie(self._name, **self._scope_for(request))
        _keep_private(response)

    def _scope_for(self, request: "Request") -> CookieScope:
        """Whoever speaks TLS gets a cookie that is never sent without."""
        if self._scope.get("secure") is None and request.scheme == "https":
            return {**self._scope, "secure": True}
        return self._scope


def _keep_private(response: Response) -> None:
    """Have no cache give one visitor's cookie to another (RFC 9111 §7.3)."""
    response.headers.setdefault("cache-control", "private")
