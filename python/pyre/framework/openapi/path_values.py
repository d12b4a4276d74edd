"""Which texts a placeholder of a path takes, as a schema."""

from typing import TYPE_CHECKING, Any, Final

from pyre.framework.binding.annotations import take_apart
from pyre.framework.openapi.schemas import Schema
from pyre.framework.openapi.texts import enumeration, remarks

if TYPE_CHECKING:
    from pyre.framework.alternatives import Alternative
    from pyre.framework.converters import Parameter

_CONVERTERS: Final[dict[str, Schema]] = {
    "alpha": {"type": "string", "pattern": "^[A-Za-z]+$"},
    "alnum": {"type": "string", "pattern": "^[A-Za-z0-9]+$"},
    "slug": {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"},
    "int": {"type": "integer"},
    "float": {"type": "number"},
    "decimal": {"type": "number", "format": "decimal"},
    "bool": {"type": "boolean"},
    "uuid": {"type": "string", "format": "uuid"},
    "date": {"type": "string", "format": "date"},
    # One without an offset is taken too, which is no `date-time` of RFC 3339.
    "datetime": {"type": "string", "format": "date-time"},
    "path": {"type": "string", "description": "One or more segments, with the slashes in between."},
}
"""Those of the application, and ``string``, are any text."""


def path_schema(parameter: "Parameter", annotation: object) -> Schema:
    """The schema of a placeholder, whose parameter in the signature may have an annotation."""
    alternatives = [_alternative(each) for each in parameter.alternatives]
    schema = alternatives[0] if len(alternatives) == 1 else {"anyOf": alternatives}
    return schema | remarks(take_apart(annotation).constraints)


def _alternative(alternative: "Alternative") -> Schema:
    if alternative.choices is not None:
        return enumeration(alternative.choices.values())
    schema = _CONVERTERS.get(alternative.converter, {"type": "string"})
    return schema | _bounds(alternative, is_text=schema["type"] == "string")


def _bounds(alternative: "Alternative", *, is_text: bool) -> dict[str, Any]:
    low, high = ("minLength", "maxLength") if is_text else ("minimum", "maximum")
    bounds = {low: alternative.minimum, high: alternative.maximum}
    return {name: bound for name, bound in bounds.items() if bound is not None}
