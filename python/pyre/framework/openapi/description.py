"""The description of an app: its endpoints for the document and for the page that shows it."""

import logging
import weakref
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from pyre.framework.errors import RegistrationError
from pyre.framework.openapi.document import Info, build
from pyre.framework.openapi.user_interface import UserInterface
from pyre.framework.paths import parse_path
from pyre.framework.request import Request
from pyre.framework.responses import Response, encode_json

if TYPE_CHECKING:
    from pyre.framework.app import App
    from pyre.framework.route import Route

Edit: TypeAlias = Callable[[dict[str, Any]], object]
"""Changes the document in place; what it returns is not looked at."""

_LOG: Final = logging.getLogger("pyre.framework")

_HEADERS: Final = {"cache-control": "no-cache"}


class OpenAPI:
    """The description of an app, which ``App.openapi`` makes.

    It is made of the routes that there are when it is asked for, and kept until they change.
    """

    def __init__(self, app: "App", info: Info, edit: Edit | None) -> None:
        self._app = app
        self._info = info
        self._edit = edit
        self._root_path = ""
        self._encoded = b""
        # Weakly: the routes of what was unloaded must not live on in here.
        self._routes: list[weakref.ref[Route]] = []
        self._told: set[str] = set()

    def document(self, root_path: str = "") -> dict[str, Any]:
        """The document, made anew: to be written to a file, or compared in a test.

        ``root_path`` is where a proxy, or a mount, has the app: without servers of its own, the
        document names it as the server. What can't be described is logged, once.
        """
        document, problems = build(self._app.routes, self._info, root_path)
        for problem in problems:
            if problem not in self._told:
                self._told.add(problem)
                _LOG.warning("%s", problem)
        if self._edit is not None:
            self._edit(document)
        return document

    def serve(self, path: str, ui: str | None) -> None:
        """Register the endpoints. Raises ``RegistrationError``, also for placeholders."""
        _refuse_placeholders(path)

        @self._app.endpoint(path)
        async def openapi(request: Request) -> Response:
            content = self._current(request.root_path)
            return Response(content, headers=_HEADERS, content_type="application/json")

        if ui is not None:
            _refuse_placeholders(ui)
            UserInterface(self._info.title, ui, path).serve(self._app)

    def _current(self, root_path: str) -> bytes:
        routes = self._app.routes
        if root_path != self._root_path or not self._describes(routes):
            self._encoded = encode_json(self.document(root_path))
            self._routes = [weakref.ref(route) for route in routes]
            self._root_path = root_path
        return self._encoded

    def _describes(self, routes: "Sequence[Route]") -> bool:
        """Whether these are the routes that the kept document was made of."""
        return len(routes) == len(self._routes) and all(
            described() is route for described, route in zip(self._routes, routes, strict=True)
        )


def _refuse_placeholders(path: str) -> None:
    if parse_path(path).placeholders:
        raise RegistrationError(f"{path}: the description of the app has one place")
