"""Other applications under a path: ASGI ones, and those of PSGI."""

from collections.abc import AsyncIterator, Awaitable
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any, cast
from urllib.parse import quote, unquote

from pyre import psgi
from pyre.framework.errors import RegistrationError
from pyre.framework.responses import SettledResponse
from pyre.server.asgi import ASGIApplication


class Mount:
    """An application, and the path that is the root of its own."""

    def __init__(self, path: str, app: ASGIApplication | psgi.ApplicationObject) -> None:
        if not path.startswith("/") or path.endswith("/"):
            raise RegistrationError(
                f"{path!r} is no path to mount at: it begins with a slash and ends without one"
            )
        self.path = path
        is_psgi = hasattr(app, "__psgi__")
        self._guest: Any = app if is_psgi else psgi.from_asgi(cast("ASGIApplication", app))
        self._prefix = quote(path).encode()
        self._state: dict[str, Any] = {}

    def serves(self, raw_path: bytes) -> bool:
        """Whether a path is the mount's own or below it."""
        return raw_path.startswith(self._prefix) and raw_path[len(self._prefix) :][:1] in b"/"

    def lifespan(self) -> AbstractAsyncContextManager[object]:
        """The lifespan of the application, if it has one; its state is its own."""
        lifespan = getattr(self._guest, "__psgi_lifespan__", None)
        self._state = {}
        return nullcontext() if lifespan is None else lifespan(self._state)

    async def respond(self, request: psgi.Request) -> SettledResponse | None:
        """What the application answers; ``None`` after a WebSocket."""
        mounted = MountedRequest(request, len(self._prefix), self._state.copy())
        answer = self._guest.__psgi__(mounted)
        if isinstance(answer, Awaitable):
            answer = await cast("Awaitable[psgi.Response | None]", answer)
        return None if answer is None else SettledResponse(answer)


class MountedRequest:
    """A request as a mounted application sees it: ``root_path`` has what it is mounted at."""

    def __init__(self, request: psgi.Request, prefix: int, state: dict[str, Any]) -> None:
        self._request = request
        self._prefix = prefix
        self.state = state

    def __getattr__(self, name: str) -> object:
        return getattr(self._request, name)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return aiter(self._request)

    @property
    def root_path(self) -> str:
        """The path up to here."""
        raw_prefix = self._request.raw_path[: self._prefix]
        return self._request.root_path + unquote(raw_prefix.decode("ascii"))

    @property
    def raw_path(self) -> bytes:
        """What follows the path that it is mounted at."""
        return self._request.raw_path[self._prefix :] or b"/"

    @property
    def path(self) -> str:
        """The same, percent-decoded."""
        return unquote(self.raw_path.decode("latin-1"))
