"""All that is wrong in a JSON body that did not become a value of its type.

msgspec stops at the first fault. So, and only then, the body is decoded without a type, and type
and value are walked through side by side. A peer chooses the body, so the work is bounded: what is
found in the first 10 000 values, in 64 levels, and of that the first 100.
"""

import re
from collections.abc import Iterable
from types import GenericAlias
from typing import Any, Final, TypeAlias, cast

import msgspec
from msgspec import inspect

from pyre.framework.binding.json_types import annotation_of, has_shape, is_array_type
from pyre.framework.binding.json_values import is_array, is_object
from pyre.framework.binding.pointers import pointer
from pyre.framework.binding.pydantic_faults import model_faults
from pyre.framework.errors import FieldError

Path: TypeAlias = tuple[str | int, ...]
Record: TypeAlias = inspect.StructType | inspect.DataclassType | inspect.TypedDictType
Array: TypeAlias = (
    inspect.ListType
    | inspect.VarTupleType
    | inspect.SetType
    | inspect.FrozenSetType
    | inspect.CollectionType
)

MOST_VALUES: Final = 10_000
MOST_FAULTS: Final = 100
DEEPEST: Final = 64

# msgspec's place of a fault: ` - at `$.items[0].name``; `[...]` is a value of some name.
_PLACE: Final = re.compile(r" - at `(?:key` in `)?\$(?P<steps>[^`]*)`$")
_STEP: Final = re.compile(r"\.([^.\[]+)|\[([^\]]*)\]")


def json_faults(octets: bytes, json_type: inspect.Type, error: Exception) -> list[FieldError]:
    """What is wrong in the body, for which msgspec has raised ``error``."""
    try:
        value = msgspec.json.decode(octets)
    except msgspec.ValidationError as beyond:  # a number that is too large for any type
        return [FieldError("body", "#", str(beyond))]
    except (ValueError, RecursionError) as malformed:
        return [_malformed(octets, malformed)]
    walk = _Walk()
    walk.visit(json_type, value, ())
    # Only msgspec sees what a `__post_init__` refuses, or what is too deep for the walk.
    return walk.faults or [_placed(str(error), value)]


def _placed(message: str, value: object) -> FieldError:
    """A fault in msgspec's words; their place becomes a pointer if it is one in the value."""
    place = _PLACE.search(message)
    if place is None:
        return FieldError("body", "#", message)
    path: list[str | int] = []
    for name, index in _STEP.findall(place["steps"]):
        if is_object(value) and name in value:
            value = value[name]
            path.append(name)
        elif is_array(value) and index and int(index) < len(value):
            value = value[int(index)]
            path.append(int(index))
        else:
            return FieldError("body", "#", message)
    return FieldError("body", pointer(path), message[: place.start()])


def _malformed(octets: bytes, error: Exception) -> FieldError:
    if isinstance(error, RecursionError):
        detail = "is nested too deeply"
    elif isinstance(error, UnicodeDecodeError):
        detail = f"is not UTF-8 (byte {_first_invalid_octet(octets)})"
    elif "(byte " in str(error):
        detail = f"is not JSON: {error}"
    else:
        detail = f"is not JSON: {error} (byte {len(octets)})"
    return FieldError("body", "#", detail)


def _first_invalid_octet(octets: bytes) -> int:
    """Where UTF-8 ends; what msgspec says counts from the beginning of a string."""
    try:
        octets.decode()
    except UnicodeDecodeError as error:
        return error.start
    return len(octets)


class _Walk:
    """A walk through a value and its type; what is found is in ``faults``."""

    def __init__(self) -> None:
        self.faults: list[FieldError] = []
        self._values = 0
        self._annotations: dict[int, tuple[inspect.Type, Any]] = {}

    def visit(self, json_type: inspect.Type, value: object, path: Path) -> None:
        """Look at a value, and at what is in it."""
        self._values += 1
        if self._is_over(path):
            return
        match json_type:
            case inspect.Metadata():
                self.visit(json_type.type, value, path)
            case inspect.UnionType():
                self._visit_union(json_type, value, path)
            case inspect.CustomType():
                self._visit_model(json_type.cls, value, path)
            case inspect.DictType():
                self._visit_mapping(json_type, value, path)
            case _ if is_array_type(json_type):
                self._visit_items(json_type, value, path)
            case inspect.StructType() | inspect.DataclassType() | inspect.TypedDictType():
                self._visit_record(json_type, value, path)
            case _:
                self._check(json_type, value, path)

    def _visit_items(self, json_type: inspect.Type, value: object, path: Path) -> None:
        match json_type:
            case _ if not is_array(value):
                self._fault(path, "Expected `array`")
            case inspect.StructType():
                self._visit_positions(_positions(json_type), value, path)
            case inspect.NamedTupleType():
                self._visit_positions(json_type.fields, value, path)
            case inspect.TupleType():
                self._visit_tuple(json_type.item_types, value, path)
            case _:
                self._visit_array(cast("Array", json_type), value, path)

    def _is_over(self, path: Path) -> bool:
        return self._values > MOST_VALUES or len(self.faults) >= MOST_FAULTS or len(path) > DEEPEST

    def _fault(self, path: Path, detail: str) -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(FieldError("body", pointer(path), detail))

    def _visit_record(self, record: Record, value: object, path: Path) -> None:
        if not is_object(value):
            self._fault(path, "Expected `object`")
            return
        if isinstance(record, inspect.StructType):
            self._check_names(record, value, path)
        for field in record.fields:
            if field.encode_name in value:
                self.visit(field.type, value[field.encode_name], (*path, field.encode_name))
            elif field.required:
                self._fault((*path, field.encode_name), "is missing")

    def _check_names(self, struct: inspect.StructType, value: dict[Any, Any], path: Path) -> None:
        """The tag, and names that are not known where that is forbidden."""
        tag_field = struct.tag_field
        if tag_field is not None and value.get(tag_field, struct.tag) != struct.tag:
            self._fault((*path, tag_field), f"must be {struct.tag!r}")
        if struct.forbid_unknown_fields:
            known = {field.encode_name for field in struct.fields} | {tag_field}
            for name in value:
                if name not in known:
                    self._fault((*path, name), "is not known")

    def _visit_positions(self, fields: Iterable[inspect.Field], value: object, path: Path) -> None:
        """A struct or named tuple whose fields stand in an array, in their order."""
        if not is_array(value):
            self._fault(path, "Expected `array`")
            return
        for place, field in enumerate(fields):
            if place < len(value):
                self.visit(field.type, value[place], (*path, place))
            elif field.required:
                self._fault((*path, place), "is missing")

    def _visit_tuple(self, types: tuple[inspect.Type, ...], value: list[Any], path: Path) -> None:
        if len(value) != len(types):
            self._fault(path, f"Expected `array` of length {len(types)}, got {len(value)}")
            return
        for place, (item_type, item) in enumerate(zip(types, value, strict=True)):
            self.visit(item_type, item, (*path, place))

    def _visit_array(self, json_type: Array, value: list[Any], path: Path) -> None:
        self._check_length(json_type, value, path)
        for place, item in enumerate(value):
            if self._is_over(path):
                return
            self.visit(json_type.item_type, item, (*path, place))

    def _visit_mapping(self, json_type: inspect.DictType, value: object, path: Path) -> None:
        if not is_object(value):
            self._fault(path, "Expected `object`")
            return
        self._check_length(json_type, value, path)
        for name, item in value.items():
            if self._is_over(path):
                return
            self._check_name(json_type.key_type, name, (*path, name))
            self.visit(json_type.value_type, item, (*path, name))

    def _check_length(
        self, json_type: Array | inspect.DictType, value: list[Any] | dict[str, Any], path: Path
    ) -> None:
        least, most = json_type.min_length, json_type.max_length
        if least is not None and len(value) < least:
            self._fault(path, f"must have {least} or more elements")
        if most is not None and len(value) > most:
            self._fault(path, f"must have {most} or fewer elements")

    def _visit_union(self, union: inspect.UnionType, value: object, path: Path) -> None:
        candidates = [member for member in union.types if has_shape(member, value)]
        if len(candidates) > 1 and is_object(value):
            self._visit_tagged(candidates, value, path)
        elif len(candidates) == 1:
            self.visit(candidates[0], value, path)
        elif candidates:
            self._check(inspect.UnionType(tuple(candidates)), value, path)
        else:
            self._fault(path, "is of none of the types that are possible here")

    def _visit_tagged(
        self, candidates: list[inspect.Type], value: dict[str, Any], path: Path
    ) -> None:
        """The member of a union of structs that the object names."""
        structs = [each for each in candidates if isinstance(each, inspect.StructType)]
        for struct in structs:
            if value.get(str(struct.tag_field)) == struct.tag:
                self.visit(struct, value, path)
                return
        tags = ", ".join(repr(struct.tag) for struct in structs)
        field = structs[0].tag_field if structs else None
        self._fault(path if field is None else (*path, field), f"must be one of {tags}")

    def _visit_model(self, model: Any, value: object, path: Path) -> None:  # noqa: ANN401 - pydantic's
        try:
            model.model_validate(value)
        except ValueError as error:
            for inner, detail in model_faults(error, value):
                self._fault((*path, *inner), detail)

    def _check(self, scalar: inspect.Type, value: object, path: Path) -> None:
        self._convert(value, self._annotation(scalar), path)

    def _check_name(self, key_type: inspect.Type, name: str, path: Path) -> None:
        annotation = self._annotation(key_type)
        if annotation is not str:
            self._convert({name: None}, GenericAlias(dict, (annotation, None)), path)

    def _annotation(self, scalar: inspect.Type) -> Any:  # noqa: ANN401 - an annotation
        # The type is kept beside what is made of it, as an id is given again.
        key = id(scalar)
        if key not in self._annotations:
            self._annotations[key] = (scalar, annotation_of(scalar))
        return self._annotations[key][1]

    def _convert(self, value: object, annotation: Any, path: Path) -> None:  # noqa: ANN401 - an annotation
        try:
            msgspec.convert(value, annotation, str_keys=True)
        except msgspec.ValidationError as error:
            self._fault(path, _PLACE.sub("", str(error)))


def _positions(struct: inspect.StructType) -> tuple[inspect.Field, ...]:
    """The fields of a struct that is an array, which begins with its tag."""
    if struct.tag is None:
        return struct.fields
    tag = inspect.Field("tag", "tag", inspect.LiteralType((struct.tag,)))
    return (tag, *struct.fields)
