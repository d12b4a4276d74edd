"""Paths of endpoints, made of the values of their placeholders."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias
from urllib.parse import urlencode

from pyre.framework.route import Route
from pyre.framework.urls import build_url

Target: TypeAlias = str | Callable[..., Any]
"""``"Books.show"``, the name of a function, or the endpoint itself: ``self.show``."""


def url_for(routes: Iterable[Route], target: Target, values: Mapping[str, object]) -> str:
    """The path of an endpoint; values that it has no placeholders for become its query.

    Of several paths, the one with the most placeholders that there are values for.
    """
    found = [route for route in routes if _leads_to(route, target)]
    if not found:
        raise LookupError(f"there is no endpoint {target!r}")
    usable = [route for route in found if set(route.path_names) <= values.keys()]
    if not usable:
        wanted = " or ".join(route.path for route in found)
        raise LookupError(f"{wanted} needs more values than {', '.join(values) or 'none'}")
    route = max(usable, key=lambda route: len(route.path_names))
    names = route.path_names
    path = build_url(route.template, route.parameters, {name: values[name] for name in names})
    rest = {name: value for name, value in values.items() if name not in names}
    return f"{path}?{urlencode(rest, doseq=True)}" if rest else path


def _leads_to(route: Route, target: Target) -> bool:
    if isinstance(target, str):
        return route.endpoint_name == target
    return route.endpoint is target or route.function == target
