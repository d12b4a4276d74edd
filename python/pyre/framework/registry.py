"""All that is registered with an app: by its own code, and by the setups of its extensions."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, cast

from pyre._core import RouteConflict, Routes
from pyre.framework.blueprint import Blueprint, endpoints, place
from pyre.framework.contribution import Contribution
from pyre.framework.converters import Converters
from pyre.framework.endpoint import Declaration, Endpoint
from pyre.framework.error_handlers import ErrorHandler, ErrorHandlers, Kind
from pyre.framework.errors import RegistrationError
from pyre.framework.locations import location
from pyre.framework.middleware import Middleware
from pyre.framework.mounting import Mount
from pyre.framework.paths import PathTemplate, parse_path
from pyre.framework.route import Route

if TYPE_CHECKING:
    from pyre.framework.extension import Extension


class Registry:
    """The contributions to an app, its own first, then those of its extensions.

    What is added is checked against all of them, and nothing is added that can't work beside the
    rest: each method raises ``RegistrationError`` with file and line then.
    """

    def __init__(self, own: Contribution, extensions: Iterable["Extension"] = ()) -> None:
        self.own = own
        self.extensions = tuple(extensions)
        self.contributions = (own, *(extension.contribution for extension in self.extensions))
        self._builder: Routes | None = None

    @property
    def routes(self) -> Sequence[Route]:
        """The routes, in the order of their registration."""
        return tuple(route for each in self.contributions for route in each.routes)

    @property
    def middleware(self) -> Sequence[Middleware]:
        """The global middleware, the outermost first."""
        return tuple(layer for each in self.contributions for layer in each.middleware)

    @property
    def mounts(self) -> Sequence[Mount]:
        """The applications under a path."""
        return tuple(mount for each in self.contributions for mount in each.mounts)

    @property
    def error_handlers(self) -> ErrorHandlers:
        """The handlers of the last level."""
        merged = ErrorHandlers()
        for each in self.contributions:
            merged.update(each.error_handlers)
        return merged

    def add_blueprint(self, to: Contribution, blueprint: Blueprint) -> None:
        """Add all endpoints of a blueprint, or none of them."""
        prefix = type(blueprint).prefix
        self._add(
            to,
            [
                self._route(to, prefix, declaration, endpoint, blueprint)
                for endpoint in endpoints(blueprint)
                for declaration in endpoint.declarations
            ],
        )
        place(blueprint, to)
        to.blueprints.append(blueprint)

    def add_endpoint(self, to: Contribution, endpoint: Endpoint[..., Any]) -> None:
        """Add what an endpoint that is a function was declared to answer last."""
        self._add(to, [self._route(to, "", endpoint.declarations[0], endpoint, None)])

    def add_error_handler(
        self, to: Contribution, kinds: Iterable[Kind]
    ) -> Callable[[ErrorHandler], ErrorHandler]:
        """A decorator that adds a handler of the last level."""
        wanted = tuple(kinds)
        check = ErrorHandlers().adding(wanted)

        def add(handler: ErrorHandler) -> ErrorHandler:
            self.error_handlers.add(wanted, check(handler))
            to.error_handlers.add(wanted, handler)
            return handler

        return add

    def converters(self, of: Contribution) -> Converters:
        """All converters; one that is added is of the contribution."""
        return Converters(
            of.converters, [each.converters for each in self.contributions if each is not of]
        )

    def check(self) -> None:
        """Raise ``RegistrationError`` for contributions that can't be side by side."""
        self._added_routes()
        _ = self.error_handlers

    def _add(self, to: Contribution, routes: Sequence[Route]) -> None:
        builder = self._added_routes()
        try:
            for route in routes:
                _insert(builder, route)
        except BaseException:
            self._builder = None
            raise
        to.routes += routes

    def _added_routes(self) -> Routes:
        """What tells whether a route can be added: it has those that are there."""
        if self._builder is None:
            builder = Routes()
            for route in self.routes:
                _insert(builder, route)
            self._builder = builder
        return self._builder

    def _route(
        self,
        to: Contribution,
        prefix: str,
        declaration: Declaration,
        endpoint: Endpoint[..., Any],
        owner: Blueprint | None,
    ) -> Route:
        try:
            template = _template(prefix, declaration.path)
            return Route(template, declaration, endpoint, owner, self.converters(to))
        except RegistrationError as error:
            where = location(endpoint.function)
            if where in str(error):
                raise
            raise RegistrationError(f"{where}: {error}") from error


def _insert(builder: Routes, route: Route) -> None:
    try:
        builder.add(route.segments, route.methods, route, route.path_names)
    except RouteConflict as conflict:
        other = cast("Route", conflict.existing)
        raise RegistrationError(
            f"{route.location}: {route.endpoint_name} at {route.path} can't be told apart from"
            f" {other.endpoint_name} at {other.path}, {other.location}"
        ) from None


def _template(prefix: str, path: str) -> PathTemplate:
    return parse_path(prefix).join(path) if prefix else parse_path(path)
