"""A route: one path of one endpoint, with all that was planned for it at registration."""

import inspect
from collections.abc import Awaitable, Callable, Sequence
from types import MethodType
from typing import TYPE_CHECKING, Any, TypeAlias

from pyre import psgi
from pyre.framework.binding import Plan, plan
from pyre.framework.converters import Converters, Parameter
from pyre.framework.endpoint import Declaration, Endpoint
from pyre.framework.locations import location
from pyre.framework.paths import PathTemplate, Placeholder

if TYPE_CHECKING:
    from pyre.framework.blueprint import Blueprint

Answer: TypeAlias = psgi.Response | Awaitable[psgi.Response | None]
"""What an application of PSGI returns."""

Respond: TypeAlias = Callable[[psgi.Request, tuple[Any, ...]], Answer]
"""What answers: with the host's request, and with the values of the path."""


class Route:
    """Methods and a path, the endpoint that they lead to, and the plan by which it is called."""

    __slots__ = (
        "__weakref__",
        "declaration",
        "endpoint",
        "function",
        "owner",
        "parameters",
        "path_names",
        "plan",
        "template",
    )

    def __init__(
        self,
        template: PathTemplate,
        declaration: Declaration,
        endpoint: Endpoint[..., Any],
        owner: "Blueprint | None",
        converters: Converters,
    ) -> None:
        self.template = template
        self.declaration = declaration
        self.endpoint = endpoint
        self.owner = owner
        self.function: Callable[..., Any] = (
            endpoint.function if owner is None else MethodType(endpoint.function, owner)
        )
        placeholders = template.placeholders
        names = tuple(placeholder.name for placeholder in placeholders)
        self.plan: Plan = plan(
            endpoint.function,
            names,
            websocket=endpoint.is_websocket,
            skip_first=owner is not None,
        )
        self.parameters = self._parameters(placeholders, converters)
        wanted = self.plan.path_parameters
        self.path_names = (*wanted, *(name for name in names if name not in wanted))

    @property
    def segments(self) -> list[str | Parameter]:
        """The segments of the path, with what each placeholder takes."""
        parameters = iter(self.parameters)
        return [
            segment if isinstance(segment, str) else next(parameters)
            for segment in self.template.segments
        ]

    def _parameters(
        self, placeholders: Sequence[Placeholder], converters: Converters
    ) -> tuple[Parameter, ...]:
        annotations = self.plan.path_annotations
        return tuple(
            converters.parameter(
                placeholder, annotations.get(placeholder.name, inspect.Parameter.empty)
            )
            for placeholder in placeholders
        )

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods, ``("WEBSOCKET",)`` for a WebSocket."""
        return self.declaration.methods

    @property
    def path(self) -> str:
        """The path with its placeholders, as it is written."""
        return self.template.text

    @property
    def endpoint_name(self) -> str:
        """What ``url_for`` knows it by: ``Class.method``, or the name of a function."""
        name = self.endpoint.__name__
        return name if self.owner is None else f"{type(self.owner).__name__}.{name}"

    @property
    def location(self) -> str:
        """``file:line`` of the function."""
        return location(self.endpoint.function)

    @property
    def middleware(self) -> tuple[str, ...]:
        """The names of the local middleware, outermost first."""
        layers = (*(self.owner.middleware if self.owner else ()), *self.declaration.middleware)
        return tuple(getattr(layer, "__name__", type(layer).__name__) for layer in layers)

    def __repr__(self) -> str:
        return f"<Route {' '.join(self.methods)} {self.path} to {self.endpoint_name}>"
