"""Lists, sets and tuples: what takes all values of a field."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, cast, get_args

from pyre.framework.binding.annotations import describe, origin_of
from pyre.framework.binding.faults import Unbindable

_COLLECTIONS: Final = (list, set, frozenset, tuple)

# RFC 9110 §5.6.4: in a quoted string a comma is text, and so is a quote after a backslash. Wherever
# this stops is a comma or the end, so that nothing is ever tried twice.
_ELEMENT: Final = re.compile(r'((?:"(?:[^"\\]|\\.)*"?|[^,"])*)(?:,|$)', re.DOTALL)


def is_collection(annotation: object) -> bool:
    """Whether it is a list, a set, a frozenset or a tuple, of whatever."""
    return any(origin_of(annotation) is each for each in _COLLECTIONS)


def element_annotations(annotation: object) -> tuple[object, ...]:
    """The types of the elements: that of each for a tuple of fixed length, else the one of all."""
    arguments = get_args(annotation)
    if not arguments:
        name = describe(annotation)
        raise Unbindable(f"{name} does not say of what: write {name}[str]")
    return (arguments[0],) if arguments[-1] is ... else arguments


def many_converter(
    annotation: object, converters: Sequence[Callable[[Any], object]]
) -> Callable[[Sequence[object]], object]:
    """What makes the collection out of all values."""
    if origin_of(annotation) is tuple and ... not in get_args(annotation):
        return _fixed_tuple_converter(converters)
    make = cast("Callable[[Iterable[object]], object]", origin_of(annotation))
    (convert_one,) = converters

    def convert(found: Sequence[object]) -> object:
        try:
            return make([convert_one(value) for value in found])
        except ValueError:
            raise _fault([convert_one] * len(found), found) from None

    return convert


def list_elements(text: str) -> list[str]:
    """The elements of a list-based header field (RFC 9110 §5.6.1.2); empty ones do not count."""
    elements = (match[1].strip(" \t") for match in _ELEMENT.finditer(text))
    return [element for element in elements if element]


def _fixed_tuple_converter(
    converters: Sequence[Callable[[Any], object]],
) -> Callable[[Sequence[object]], object]:
    def convert(found: Sequence[object]) -> object:
        if len(found) != len(converters):
            raise ValueError(f"must have {len(converters)} values, and not {len(found)}")
        try:
            return tuple(each(value) for each, value in zip(converters, found, strict=True))
        except ValueError:
            raise _fault(converters, found) from None

    return convert


def _fault(converters: Sequence[Callable[[Any], object]], found: Sequence[object]) -> ValueError:
    """Which of the values are wrong; those with the same fault are named together."""
    places: dict[str, list[str]] = {}
    for place, (convert, value) in enumerate(zip(converters, found, strict=True), 1):
        try:
            convert(value)
        except ValueError as fault:
            places.setdefault(str(fault), []).append(str(place))
    return ValueError(
        "; ".join(f"value {', '.join(numbers)} {fault}" for fault, numbers in places.items())
    )
