"""The content that a request has to have: JSON, or a form."""

from collections.abc import Sequence
from typing import Any, Final, cast

from pyre.framework.binding import Bound, Plan
from pyre.framework.openapi.schemas import FILE, Schema, Schemas
from pyre.framework.openapi.text_fields import TextField, text_fields

_URLENCODED: Final = "application/x-www-form-urlencoded"
_MULTIPART: Final = "multipart/form-data"


def request_body(plan: Plan, schemas: Schemas) -> dict[str, Any] | None:
    """The Request Body Object, if anything is taken from the body."""
    for bound in plan.parameters:
        if bound.source == "body":
            return _body(
                {"application/json": schemas.of(bound.type)}, is_required=bound.is_required
            )
    if fields := _form_fields(plan.parameters, schemas):
        return _form(fields)
    return None


def _form_fields(parameters: Sequence[Bound], schemas: Schemas) -> Sequence[TextField]:
    return [
        field
        for bound in parameters
        if bound.source == "form"
        for field in text_fields(bound, schemas)
    ]


def _form(fields: Sequence[TextField]) -> dict[str, Any]:
    properties: dict[str, Schema] = {}
    for field in fields:
        properties.setdefault(field.name, field.schema)
    schema: Schema = {"type": "object", "properties": properties}
    required = list(dict.fromkeys(field.name for field in fields if field.is_required))
    if required:
        schema["required"] = required
    types = [_MULTIPART] if _holds_file(properties) else [_URLENCODED, _MULTIPART]
    return _body(dict.fromkeys(types, schema), is_required=bool(required))


def _holds_file(value: object) -> bool:
    match value:
        case dict():
            schema = cast("Schema", value)
            return FILE.items() <= schema.items() or any(map(_holds_file, schema.values()))
        case list():
            return any(map(_holds_file, cast("list[object]", value)))
        case _:
            return False


def _body(schemas: dict[str, Schema], *, is_required: bool) -> dict[str, Any]:
    content = {media_type: {"schema": schema} for media_type, schema in schemas.items()}
    return {"required": True, "content": content} if is_required else {"content": content}
