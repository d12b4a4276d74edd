"""Schemas of values that come as text: what ``binding/texts.py`` takes.

Text never becomes ``None``, so ``T | None`` is ``T`` here.
"""

import datetime as dt
import enum
from collections.abc import Iterable, Sequence
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal, cast, get_args, get_origin

from pyre.framework.binding.annotations import Annotation, is_union, members, origin_of, take_apart
from pyre.framework.binding.many import element_annotations, is_collection
from pyre.framework.openapi.schemas import Schema, Schemas

_annotated: Any = Annotated

# Those without an offset are taken too, which RFC 3339 does not have.
_FORMATS: Final = MappingProxyType({dt.datetime: "date-time", dt.time: "time"})

_NAMES: Final = MappingProxyType[type, str]({str: "string", int: "integer", bool: "boolean"})

_REMARKS: Final = ("title", "description", "examples")


def text_schema(annotation: object, schemas: Schemas) -> Schema:
    """The schema of an annotation in a query, a header section, cookies or a form."""
    parts = take_apart(annotation)
    inner = parts.type
    if is_collection(inner):
        return _array(parts, schemas)
    if is_union(inner):
        return {"anyOf": [text_schema(member, schemas) for member in members(inner)]}
    if isinstance(inner, type) and issubclass(inner, enum.Flag):
        return {"type": "integer"} | remarks(parts.constraints)
    if choices := _choices(inner):
        return enumeration(choices) | remarks(parts.constraints)
    schema = schemas.of(constrained(inner, parts.constraints))
    if isinstance(inner, type) and inner in _FORMATS:
        schema["format"] = _FORMATS[inner]
    return schema


def constrained(inner: Any, constraints: Iterable[object]) -> Any:  # noqa: ANN401 - annotations
    """A type with constraints, or as it is without any."""
    metadata = tuple(constraints)
    return _annotated[inner, *metadata] if metadata else inner


def enumeration(choices: Iterable[object]) -> Schema:
    """The schema of these values, or of the values of these members of an ``Enum``."""
    values = [_bare(each) for each in choices]
    for type_, name in _NAMES.items():
        if all(type(value) is type_ for value in values):
            return {"type": name, "enum": values}
    return {"enum": values}


def remarks(constraints: Iterable[object]) -> Schema:
    """What ``msgspec.Meta`` says for people."""
    return {
        name: remark
        for constraint in constraints
        for name in _REMARKS
        if (remark := getattr(constraint, name, None)) is not None
    }


def _bare(choice: object) -> object:
    return cast("object", choice.value) if isinstance(choice, enum.Enum) else choice


def _choices(inner: Any) -> Sequence[object]:  # noqa: ANN401 - an annotation
    if get_origin(inner) is Literal:
        return [value for value in get_args(inner) if value is not None]
    if isinstance(inner, enum.EnumMeta):
        return list(cast("type[enum.Enum]", inner))
    return []


def _array(parts: Annotation, schemas: Schemas) -> Schema:
    """A set is an array, too: a peer may send a value twice."""
    items = [text_schema(element, schemas) for element in element_annotations(parts.type)]
    if origin_of(parts.type) is tuple and ... not in get_args(parts.type):
        shape = {"prefixItems": items, "minItems": len(items), "maxItems": len(items)}
        return {"type": "array"} | shape | remarks(parts.constraints)
    return schemas.of(constrained(list[Any], parts.constraints)) | {"items": items[0]}
