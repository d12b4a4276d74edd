"""Tables of routes as tests write them down."""

import inspect
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from pyre._core import Parameter, Routes, RouteTable
from pyre.framework.converters import Converters
from pyre.framework.paths import PathTemplate, parse_path


class Row(NamedTuple):
    """A route: ``endpoint`` is what a test recognises it by."""

    path: str
    endpoint: object
    methods: Sequence[str] = ("GET",)
    annotations: Mapping[str, object] = {}
    names: Sequence[str] = ()


def parameters(
    template: PathTemplate,
    annotations: Mapping[str, object] = {},  # it is only read
    converters: Converters | None = None,
) -> list[Parameter]:
    converters = converters or Converters()
    return [
        converters.parameter(
            placeholder, annotations.get(placeholder.name, inspect.Parameter.empty)
        )
        for placeholder in template.placeholders
    ]


def add(routes: Routes, row: Row, converters: Converters | None = None) -> list[Parameter]:
    template = parse_path(row.path)
    its_parameters = parameters(template, row.annotations, converters)
    pending = iter(its_parameters)
    segments = [
        segment if isinstance(segment, str) else next(pending) for segment in template.segments
    ]
    routes.add(segments, row.methods, row.endpoint, row.names)
    return its_parameters


def table(*rows: Row, converters: Converters | None = None) -> RouteTable:
    routes = Routes()
    for row in rows:
        add(routes, row, converters)
    return routes.table()


def paths(*templates: str) -> RouteTable:
    """GET routes that are their own endpoints."""
    return table(*(Row(template, template) for template in templates))


def found(routes: RouteTable, cases: Iterable[tuple[str, bytes, object]]) -> None:
    """Check what each request leads to."""
    wrong = {
        (method, path): (got, expected)
        for method, path, expected in cases
        if (got := routes.find(method, path)) != expected
    }
    assert wrong == {}
