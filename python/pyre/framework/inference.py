"""What an annotation says about a placeholder."""

import enum
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, Literal, NamedTuple, Union, cast

from pyre._core import Parameter
from pyre.framework.alternatives import BUILT_IN, OF_TYPE, Alternative

_UNIONS = (Union, types.UnionType)
_NOT_IN_PATHS = ("pattern", "multiple_of", "tz")
"""Constraints of ``msgspec.Meta`` that no converter has."""


class _Member(NamedTuple):
    """One type of a union, with what ``Annotated`` says about it."""

    annotation: object
    metadata: tuple[object, ...]


def inferred(annotation: object) -> list[Alternative]:
    """The alternatives that an annotation stands for, in its order.

    Raises ``ValueError`` when there is no converter for it.
    """
    alternatives = [_alternative(member) for member in _members(annotation, ())]
    _refuse_unreachable(alternatives)
    return alternatives


def annotated(alternative: Alternative, annotation: object) -> list[Alternative]:
    """The alternatives of a path's converter whose values are of the annotated type.

    Raises ``ValueError`` when there are none: then converter and annotation contradict each other.
    """
    if alternative.type is None:
        return [alternative]
    members = _members(annotation, ())
    agreed = [one for member in members if (one := _agreed(alternative, member))]
    if not agreed:
        made = alternative.type.__name__
        raise ValueError(
            f"{alternative.converter} makes {made}, which is not {_name(annotation)}; "
            "leave the converter out, or change the annotation"
        )
    return agreed


def _members(annotation: object, metadata: tuple[object, ...]) -> Iterator[_Member]:
    """The types that an annotation is a union of; a value of a path is never ``None``."""
    origin = typing.get_origin(annotation)
    if origin in _UNIONS:
        for member in typing.get_args(annotation):
            if member is not types.NoneType:
                yield from _members(member, metadata)
    elif origin is Annotated:
        inner, *others = typing.get_args(annotation)
        yield from _members(inner, (*metadata, *others))
    elif isinstance(annotation, typing.NewType):
        yield from _members(annotation.__supertype__, metadata)
    elif type(annotation).__name__ == "TypeAliasType":
        yield from _members(cast("Any", annotation).__value__, metadata)
    else:
        yield _Member(annotation, metadata)


def _alternative(member: _Member) -> Alternative:
    annotation = member.annotation
    if choices := _choices(annotation):
        return _choice(choices, annotation)
    wanted = str if _is_anything(annotation) else annotation
    converter = OF_TYPE.get(wanted) if isinstance(wanted, type) else None
    if converter is None:
        raise ValueError(
            f"no converter makes {_name(annotation)}; "
            "add one by app.converter, and name it in the path"
        )
    return _bounded(converter.alternative({}), member.metadata)


def _agreed(alternative: Alternative, member: _Member) -> Alternative | None:
    """What both take; ``None`` when they contradict each other."""
    if choices := _choices(member.annotation):
        if any(_base(value) is not alternative.type for value in choices.values()):
            return None
        parameter = Parameter("value", [alternative])
        for text in choices:
            parameter.convert(text)
        return _choice(choices, member.annotation)._replace(converter=alternative.converter)
    if _is_anything(member.annotation) or member.annotation is alternative.type:
        return _bounded(alternative, member.metadata)
    return None


def _is_anything(annotation: object) -> bool:
    return annotation is object or annotation is Any


def _choices(annotation: object) -> Mapping[str, object]:
    """The values of a ``Literal`` or an ``Enum`` by their texts; empty for anything else."""
    values: tuple[object, ...] = ()
    if typing.get_origin(annotation) is Literal:
        values = tuple(value for value in typing.get_args(annotation) if value is not None)
    elif isinstance(annotation, enum.EnumMeta):
        # Iteration leaves out the members of a Flag that are zero or composite.
        members = cast("Mapping[str, enum.Enum]", annotation.__members__)
        values = tuple(dict.fromkeys(members.values()))
    choices: dict[str, object] = {}
    for value in values:
        text = _choice_text(value)
        if text in choices:
            raise ValueError(f"{choices[text]!r} and {value!r} have the same text")
        choices[text] = value
    return choices


def _choice_text(value: object) -> str:
    base = _base(value)
    if base not in {str, int, bool}:
        raise ValueError(f"{value!r} has no text in a path: its value is neither str, int nor bool")
    text = BUILT_IN[OF_TYPE[base].name].to_url(_bare(value))
    if not text:
        raise ValueError(f"{value!r} is empty, which no segment with a placeholder is")
    return text


def _bare(value: object) -> object:
    return value.value if isinstance(value, enum.Enum) else value


def _base(value: object) -> type:
    return type(_bare(value))


def _choice(choices: Mapping[str, object], annotation: object) -> Alternative:
    bases = {_base(value) for value in choices.values()}
    converter = OF_TYPE[bases.pop()].name if len(bases) == 1 else "string"
    made = annotation if isinstance(annotation, type) else BUILT_IN[converter].type

    def to_url(value: object) -> str:
        for text, choice in choices.items():
            if choice == value and isinstance(choice, bool) == isinstance(value, bool):
                return text
        raise ValueError(f"it is one of {', '.join(map(repr, choices.values()))}, not {value!r}")

    return Alternative(converter, made, to_url, choices=choices)


def _bounded(alternative: Alternative, metadata: tuple[object, ...]) -> Alternative:
    """With the constraints of ``msgspec.Meta``, or of what has the same attributes."""
    for constraint in metadata:
        for name in _NOT_IN_PATHS:
            if getattr(constraint, name, None) is not None:
                raise ValueError(f"{name} of {constraint!r} is nothing that a path can ask for")
        low, high = _bounds(alternative, constraint)
        alternative = alternative._replace(
            minimum=_tighter(max, alternative.minimum, low),
            maximum=_tighter(min, alternative.maximum, high),
        )
    return alternative


def _bounds(alternative: Alternative, constraint: object) -> tuple[float | None, float | None]:
    if alternative.type is str:
        return getattr(constraint, "min_length", None), getattr(constraint, "max_length", None)
    low, high = getattr(constraint, "ge", None), getattr(constraint, "le", None)
    above, below = getattr(constraint, "gt", None), getattr(constraint, "lt", None)
    if above is None and below is None:
        return low, high
    if alternative.type is not int:
        raise ValueError(f"{constraint!r}: a path knows ge and le, and gt and lt only for int")
    return (
        low if above is None else above + 1,
        high if below is None else below - 1,
    )


def _tighter(choose: Callable[[list[float]], float], *bounds: float | None) -> float | None:
    """Of the bounds that are given, the one that leaves less."""
    given = [bound for bound in bounds if bound is not None]
    return choose(given) if given else None


def _refuse_unreachable(alternatives: list[Alternative]) -> None:
    if not alternatives:
        raise ValueError("a value of a path is never None")
    for alternative in alternatives[:-1]:
        takes_all = alternative.converter == "string" and alternative.choices is None
        if takes_all and alternative.minimum is None and alternative.maximum is None:
            raise ValueError("str takes every text; what is written after it would never be tried")


def _name(annotation: object) -> str:
    return annotation.__name__ if isinstance(annotation, type) else repr(annotation)
