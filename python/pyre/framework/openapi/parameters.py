"""Parameters: values of the path, fields of the query, header fields and cookies."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from pyre.framework.openapi.path_values import path_schema
from pyre.framework.openapi.schemas import Schema, Schemas
from pyre.framework.openapi.text_fields import text_fields

if TYPE_CHECKING:
    from pyre.framework.route import Route

_SOURCES: Final = frozenset({"query", "header", "cookie"})

# To OpenAPI these are no parameters: it has other places for what they say (Parameter Object).
_SAID_ELSEWHERE: Final = frozenset(
    ("header", name) for name in ("accept", "content-type", "authorization")
)


def parameters(route: "Route", names: Mapping[str, str], schemas: Schemas) -> list[dict[str, Any]]:
    """The Parameter Objects of a route; one name stands in each place once."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for parameter in (*_of_path(route, names), *_of_request(route, schemas)):
        place, name = parameter["in"], parameter["name"]
        found.setdefault((place, name.lower() if place == "header" else name), parameter)
    return [parameter for key, parameter in found.items() if key not in _SAID_ELSEWHERE]


def _of_path(route: "Route", names: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    annotations = route.plan.path_annotations
    for parameter in route.parameters:
        schema = path_schema(parameter, annotations.get(parameter.name))
        yield _parameter("path", names[parameter.name], schema, is_required=True)


def _of_request(route: "Route", schemas: Schemas) -> Iterator[dict[str, Any]]:
    for bound in route.plan.parameters:
        if bound.source in _SOURCES:
            for field in text_fields(bound, schemas):
                yield _parameter(
                    bound.source, field.name, field.schema, is_required=field.is_required
                )


def _parameter(place: str, name: str, schema: Schema, *, is_required: bool) -> dict[str, Any]:
    parameter: dict[str, Any] = {"name": name, "in": place}
    if is_required:
        parameter["required"] = True
    if description := schema.pop("description", ""):
        parameter["description"] = description
    parameter["schema"] = schema
    return parameter
