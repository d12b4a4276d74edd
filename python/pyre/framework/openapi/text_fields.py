"""The fields that a parameter is made of: one, or, for a model, one for each of the model's."""

from collections.abc import Iterator
from inspect import Parameter
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import msgspec

from pyre.framework.binding import Bound
from pyre.framework.binding.annotations import is_model, take_apart
from pyre.framework.binding.models import sent_names
from pyre.framework.openapi.schemas import Schema, Schemas
from pyre.framework.openapi.texts import text_schema

if TYPE_CHECKING:
    from pyre.framework.binding.fields import FieldSource


class TextField(NamedTuple):
    """A field by the name that a peer sends."""

    name: str
    schema: Schema
    is_required: bool


def text_fields(bound: Bound, schemas: Schemas) -> Iterator[TextField]:
    """The fields of a parameter that comes from a query, header section, cookies or a form."""
    model = take_apart(bound.type).type
    if is_model(model):
        yield from _of_model(bound, model, schemas)
    else:
        schema = text_schema(bound.type, schemas) | _default(bound.default)
        yield TextField(bound.alias, schema, bound.is_required)


def _of_model(bound: Bound, model: object, schemas: Schemas) -> Iterator[TextField]:
    schema = schemas.definition(model)
    required = schema.get("required", ())
    for key, name in sent_names(cast("FieldSource", bound.source), model):
        field = _without_null(schema.get("properties", {}).get(key, {}))
        yield TextField(name, field, bound.is_required and key in required)


def _default(default: object) -> dict[str, Any]:
    if default is Parameter.empty or default is None:
        return {}
    try:
        return {"default": msgspec.to_builtins(default, str_keys=True)}
    except (TypeError, ValueError):
        return {}


def _without_null(schema: Schema) -> Schema:
    """No text becomes ``None``: only the default does."""
    if schema.get("default", ...) is None:
        schema = {name: value for name, value in schema.items() if name != "default"}
    alternatives = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    if len(alternatives) == len(schema.get("anyOf", ())):
        return schema
    others = {name: value for name, value in schema.items() if name != "anyOf"}
    return others | (alternatives[0] if len(alternatives) == 1 else {"anyOf": alternatives})
