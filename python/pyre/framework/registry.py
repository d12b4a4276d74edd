"""The routes of an app: checked when they are registered, compiled when they are first needed."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final, cast

from pyre._core import RouteConflict, Routes, RouteTable
from pyre.framework.blueprint import Blueprint, endpoints
from pyre.framework.converters import Converters
from pyre.framework.endpoint import Declaration, Endpoint
from pyre.framework.errors import RegistrationError
from pyre.framework.locations import location
from pyre.framework.paths import PathTemplate, parse_path
from pyre.framework.route import Route

if TYPE_CHECKING:
    from pyre.framework.route import Respond


class Registry:
    """All routes, and the table that finds them.

    ``compile`` makes what answers the requests of a route.
    """

    def __init__(self, compile_route: "Callable[[Route], Respond]") -> None:
        self.converters: Final = Converters()
        self._compile = compile_route
        self._routes: list[Route] = []
        self._builder = Routes()

    @property
    def routes(self) -> Sequence[Route]:
        """The routes in the order of their registration."""
        return tuple(self._routes)

    @property
    def has_websockets(self) -> bool:
        """Whether any route serves WebSockets."""
        return any(route.endpoint.is_websocket for route in self._routes)

    def add_blueprint(self, blueprint: Blueprint) -> None:
        """Add all endpoints of a blueprint, or none of them."""
        self._add(
            self._route(type(blueprint).prefix, declaration, endpoint, blueprint)
            for endpoint in endpoints(blueprint)
            for declaration in endpoint.declarations
        )

    def add(self, declaration: Declaration, endpoint: Endpoint[..., Any]) -> None:
        """Add an endpoint that is a function."""
        self._add([self._route("", declaration, endpoint, None)])

    def table(self) -> RouteTable:
        """The immutable table of what is registered now."""
        for route in self._routes:
            route.respond = self._compile(route)
        return self._builder.table()

    def _route(
        self,
        prefix: str,
        declaration: Declaration,
        endpoint: Endpoint[..., Any],
        owner: Blueprint | None,
    ) -> Route:
        try:
            template = _template(prefix, declaration.path)
            return Route(template, declaration, endpoint, owner, self.converters)
        except RegistrationError as error:
            where = location(endpoint.function)
            if where in str(error):
                raise
            raise RegistrationError(f"{where}: {error}") from error

    def _add(self, routes: Iterable[Route]) -> None:
        added = list(routes)
        try:
            for route in added:
                self._insert(route)
        except BaseException:
            self._builder = Routes()
            for route in self._routes:
                self._insert(route)
            raise
        self._routes += added

    def _insert(self, route: Route) -> None:
        try:
            self._builder.add(route.segments, route.methods, route, route.path_names)
        except RouteConflict as conflict:
            other = cast("Route", conflict.existing)
            raise RegistrationError(
                f"{route.location}: {route.endpoint_name} at {route.path} can't be told apart from"
                f" {other.endpoint_name} at {other.path}, {other.location}"
            ) from None


def _template(prefix: str, path: str) -> PathTemplate:
    return parse_path(prefix).join(path) if prefix else parse_path(path)
