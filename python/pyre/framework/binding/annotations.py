"""Annotations taken apart: ``Annotated``, aliases, ``NewType`` and ``| None`` around a type."""

import dataclasses
import types
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Final, NewType, Union, cast, get_args, get_origin, is_typeddict

from pyre.framework.binding.faults import Unbindable
from pyre.framework.binding.interface import GivenKind
from pyre.framework.binding.markers import Body, Cookie, Form, Header, Marker, Query

MARKERS: Final = (Query, Header, Cookie, Form, Body)

# PEP 593 lets everybody ignore metadata that they do not know. These are meant to refuse values.
_CONSTRAINTS_OF_OTHERS: Final = ("annotated_types", "fastapi", "pydantic")


_VALIDATES_JSON: Final = "model_validate_json"
# msgspec's structs, classes of attrs, pydantic's models.
_ATTRIBUTES_OF_MODELS: Final = ("__struct_fields__", "__attrs_attrs__", _VALIDATES_JSON)


@dataclass(frozen=True, slots=True)
class Annotation:
    """An annotation: the type in it, what ``Annotated`` says of it, and whether it allows None."""

    written: object
    type: object
    metadata: tuple[object, ...]
    is_optional: bool

    @property
    def constraints(self) -> tuple[object, ...]:
        """What msgspec is to check: ``msgspec.Meta``."""
        return tuple(item for item in self.metadata if _package(type(item)) == "msgspec")

    @property
    def marker(self) -> Marker | None:
        """Where the value comes from, if it is said. Raises ``Unbindable`` for more than one."""
        for item in self.metadata:
            if isinstance(item, type) and issubclass(item, MARKERS):
                name = item.__name__
                raise Unbindable(f"a marker is an object: write {name}(), and not {name}")
        markers = [item for item in self.metadata if isinstance(item, MARKERS)]
        if len(markers) > 1:
            both = " and ".join(type(marker).__name__ for marker in markers)
            raise Unbindable(f"it can't be both {both}: keep one marker")
        return markers[0] if markers else None


def take_apart(annotation: object) -> Annotation:
    """Look into an annotation. Raises ``Unbindable`` for metadata that would not be obeyed."""
    metadata: list[object] = []
    is_optional = False
    inner = annotation
    while True:
        if get_origin(inner) is Annotated:
            inner, *more = get_args(inner)
            metadata += more
        elif isinstance(inner, NewType):
            inner = inner.__supertype__
        elif type(inner).__name__ == "TypeAliasType":
            inner = cast("object", inner.__value__)  # type: ignore[attr-defined]
        elif is_union(inner) and types.NoneType in get_args(inner):
            is_optional = True
            if len(members(inner)) > 1:
                break
            (inner,) = members(inner)
        else:
            break
    _check_metadata(metadata)
    return Annotation(annotation, inner, tuple(metadata), is_optional)


def is_union(annotation: object) -> bool:
    """Whether it is ``A | B``."""
    return get_origin(annotation) in (Union, types.UnionType)


def members(union: object) -> tuple[object, ...]:
    """The types of a union in the order in which they are written, without ``None``."""
    return tuple(member for member in get_args(union) if member is not types.NoneType)


def union_of(annotations: Iterable[Any]) -> Any:  # noqa: ANN401 - an annotation
    """The union of these types."""
    return Union[tuple(annotations)]  # noqa: UP007 - their number is not known


def is_model(annotation: object) -> bool:
    """Whether it has named fields of its own: a struct, dataclass, TypedDict, or pydantic's."""
    model = origin_of(annotation)
    if not isinstance(model, type):
        return False
    return (
        is_typeddict(cast("object", model))
        or dataclasses.is_dataclass(cast("object", model))
        or any(hasattr(cast("object", model), name) for name in _ATTRIBUTES_OF_MODELS)
    )


def is_pydantic_model(annotation: object) -> bool:
    """Whether it validates itself as pydantic's models do, version 2 and later."""
    return isinstance(annotation, type) and hasattr(annotation, _VALIDATES_JSON)


def origin_of(annotation: object) -> object:
    """The class of a generic one, ``list`` for ``list[int]``, or what it is."""
    origin: object = get_origin(annotation)
    return annotation if origin is None else origin


def given_kind(annotation: object) -> GivenKind | None:
    """Which object of the framework is meant, if any."""
    if not isinstance(annotation, type):
        return None
    return cast("GivenKind | None", vars(annotation).get("__binding__"))


def describe(annotation: object) -> str:
    """How an annotation is written, about."""
    if isinstance(annotation, type) and get_origin(annotation) is None:
        return annotation.__qualname__
    return str(annotation).replace("typing.", "")


def _check_metadata(metadata: list[object]) -> None:
    for item in metadata:
        package = _package(item if isinstance(item, type) else type(item))
        if package in _CONSTRAINTS_OF_OTHERS:
            raise Unbindable(
                f"{item!r} of {package} would not be obeyed: "
                "write msgspec.Meta(ge=1) for a constraint, Query(), Header() and so on for a place"
            )


def _package(cls: type) -> str:
    return cls.__module__.partition(".")[0]
