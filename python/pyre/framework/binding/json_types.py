"""Types as msgspec understands them."""

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal, cast
from uuid import UUID

import msgspec
from msgspec import inspect

from pyre.framework.binding.annotations import describe, is_pydantic_model, union_of
from pyre.framework.binding.faults import Unbindable


def read_json_type(annotation: object) -> inspect.Type:
    """What msgspec reads in an annotation. Raises ``Unbindable`` when JSON can't become that."""
    try:
        json_type = inspect.type_info(annotation)
    except (TypeError, NameError, ValueError) as error:
        raise Unbindable(f"{describe(annotation)} can't be read from JSON: {error}") from error
    for part in _parts(json_type):
        if isinstance(part, inspect.CustomType) and not is_pydantic_model(part.cls):
            raise Unbindable(
                f"{describe(annotation)} can't be read from JSON: "
                f"msgspec does not know {describe(part.cls)}"
            )
    return json_type


def decode_model(cls: Any, value: object) -> object:  # noqa: ANN401 - pydantic's, known by its method
    """What msgspec asks when it comes to a pydantic model inside one of its own types."""
    return cls.model_validate(value)


def _parts(json_type: inspect.Type) -> Iterator[inspect.Type]:
    """The type and all that it is made of; a type may be made of itself."""
    seen: set[int] = set()
    waiting = [json_type]
    while waiting:
        part = waiting.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        yield part
        waiting += _components(part)


def _components(json_type: inspect.Type) -> Iterator[inspect.Type]:
    for name in json_type.__struct_fields__:
        component: object = getattr(json_type, name)
        is_one = not isinstance(component, tuple)
        for each in (component,) if is_one else cast("tuple[object, ...]", component):
            if isinstance(each, inspect.Type):
                yield each
            elif isinstance(each, inspect.Field):
                yield each.type


_OBJECTS: Final = (
    inspect.StructType,
    inspect.DataclassType,
    inspect.TypedDictType,
    inspect.DictType,
    inspect.CustomType,
)
_ARRAYS: Final = (
    inspect.ListType,
    inspect.VarTupleType,
    inspect.SetType,
    inspect.FrozenSetType,
    inspect.CollectionType,
    inspect.TupleType,
    inspect.NamedTupleType,
)


def is_array_type(json_type: inspect.Type) -> bool:
    """Whether it is an array in JSON."""
    return isinstance(json_type, _ARRAYS) or bool(getattr(json_type, "array_like", False))


def has_shape(json_type: inspect.Type, value: object) -> bool:
    """Whether the value is a null, an object, an array or a scalar where the type asks for one."""
    if isinstance(json_type, inspect.Metadata):
        return has_shape(json_type.type, value)
    is_array = is_array_type(json_type)
    is_object = isinstance(json_type, _OBJECTS) and not is_array
    match value:
        case None:
            return isinstance(json_type, inspect.NoneType)
        case dict():
            return is_object
        case list():
            return is_array
        case _:
            return not (is_object or is_array or isinstance(json_type, inspect.NoneType))


_SCALARS: Final[Mapping[type[inspect.Type], Any]] = MappingProxyType(
    {
        inspect.NoneType: None,
        inspect.BoolType: bool,
        inspect.IntType: int,
        inspect.FloatType: float,
        inspect.StrType: str,
        inspect.BytesType: bytes,
        inspect.ByteArrayType: bytearray,
        inspect.MemoryViewType: memoryview,
        inspect.DateTimeType: dt.datetime,
        inspect.TimeType: dt.time,
        inspect.DateType: dt.date,
        inspect.TimeDeltaType: dt.timedelta,
        inspect.UUIDType: UUID,
        inspect.DecimalType: Decimal,
    }
)


def annotation_of(json_type: inspect.Type) -> Any:  # noqa: ANN401 - it is an annotation
    """An annotation that says the same of a scalar; what is not one may be anything."""
    match json_type:
        case inspect.Metadata():
            return annotation_of(json_type.type)
        case inspect.EnumType():
            return json_type.cls
        case inspect.LiteralType():
            return Literal[json_type.values]
        case inspect.UnionType():
            return union_of(annotation_of(member) for member in json_type.types)
        case _ if type(json_type) in _SCALARS:
            return _with_constraints(json_type)
        case _:
            return Any


def _with_constraints(scalar: inspect.Type) -> Any:  # noqa: ANN401 - it is an annotation
    constraints = {
        name: constraint
        for name in scalar.__struct_fields__
        if (constraint := getattr(scalar, name)) is not None
    }
    annotation = _SCALARS[type(scalar)]
    return Annotated[annotation, msgspec.Meta(**constraints)] if constraints else annotation
