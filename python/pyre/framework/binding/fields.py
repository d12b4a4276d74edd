"""Fields with values of text: those of a query, a header section, cookies and forms.

A type that takes one value gets the one of ``container.get(name)``, however often the field comes.
Lists, sets and tuples take all values.
"""

import copy
from collections.abc import Callable, Iterable
from operator import methodcaller
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from pyre.framework.binding.annotations import given_kind, take_apart
from pyre.framework.binding.faults import Faults, Unbindable
from pyre.framework.binding.many import (
    element_annotations,
    is_collection,
    list_elements,
    many_converter,
)
from pyre.framework.binding.texts import constrained, takes_text, text_converter
from pyre.framework.errors import FieldError

FieldSource: TypeAlias = Literal["query", "header", "cookie", "form"]
TEXT_SOURCES: Final = frozenset({"query", "header", "cookie", "form"})
Values: TypeAlias = Any
"""What the source has: the request's ``query``, ``headers``, ``cookies``, or the form."""
Look: TypeAlias = Callable[[Values], object]
Absent: TypeAlias = Callable[[], object]


class Field(NamedTuple):
    """A field as it is read: ``look`` finds its value in a source, ``convert`` makes it Python's.

    ``look`` gives ``None`` when the value is absent; ``absent`` is asked then. ``convert`` and
    ``absent`` raise ``ValueError`` that says what is wrong.
    """

    source: FieldSource
    name: str
    look: Look
    convert: Callable[[Any], object]
    absent: Absent


def read_fields(
    fields: Iterable[Field], values: Values, found: list[object], errors: list[FieldError]
) -> None:
    """Add the value of each field to ``found``, or what is wrong to ``errors``."""
    for source, name, look, convert, absent in fields:
        value = look(values)
        try:
            found.append(absent() if value is None else convert(value))
        except Faults as faults:
            errors += faults.errors
        except ValueError as fault:
            errors.append(FieldError(source, name, str(fault)))


def field(source: FieldSource, name: str, annotation: object, absent: Absent) -> Field:
    """A field with one value, or with many for a collection. Raises ``Unbindable``."""
    parts = take_apart(annotation)
    if not is_collection(parts.type):
        look = _look_for_one(source, name, annotation)
        return Field(source, name, look, _converter(source, annotation), absent)
    elements = element_annotations(parts.type)
    converters = [_converter(source, element) for element in elements]
    convert = constrained(many_converter(parts.type, converters), parts)
    return Field(source, name, _look_for_many(source, name, elements[0]), convert, absent)


def unconverted_field(source: FieldSource, name: str, annotation: object, absent: Absent) -> Field:
    """The same for whom converts text by itself."""
    inner = take_apart(annotation).type
    if is_collection(inner):
        look = _look_for_many(source, name, element_annotations(inner)[0])
    else:
        look = _look_for_one(source, name, annotation)
    return Field(source, name, look, _as_it_is, absent)


def required() -> object:
    """What there is instead of a value that has to be there."""
    raise ValueError("is missing")


def default(value: object) -> Absent:
    """What gives the default, each time a new one if it can be changed."""
    try:
        hash(value)
    except TypeError:
        return lambda: copy.deepcopy(value)
    return lambda: value


def _as_it_is(found: object) -> object:
    return found


def _converter(source: FieldSource, annotation: object) -> Callable[[Any], object]:
    if _is_upload(annotation):
        if source != "form":
            raise Unbindable("only a form holds files: Form()")
        return _upload
    convert = text_converter(annotation)
    return _only_text(convert) if source == "form" else convert


def _is_upload(annotation: object) -> bool:
    return given_kind(take_apart(annotation).type) == "upload"


def _upload(found: object) -> object:
    if isinstance(found, str):
        raise ValueError("must be a file")  # noqa: TRY004 - the peer's fault
    return found


def _only_text(convert: Callable[[str], object]) -> Callable[[object], object]:
    def convert_text(found: object) -> object:
        if not isinstance(found, str):
            raise ValueError("must be text, and not a file")  # noqa: TRY004 - the peer's fault
        return convert(found)

    return convert_text


def _look_for_one(source: FieldSource, name: str, annotation: object) -> Look:
    if source != "form" or takes_text(annotation):
        return methodcaller("get", name)

    def look(form: Values) -> object:
        found = form.get(name)
        return found if _is_filled_in(found) else None

    return look


def _look_for_many(source: FieldSource, name: str, element: object) -> Look:
    if source == "cookie":
        raise Unbindable("a cookie has one value, which is no collection")
    if source == "header":
        return lambda headers: list_elements(headers.get(name, "")) or None
    if source == "query" or takes_text(element):
        return lambda values: values.getall(name) or None
    return lambda form: [found for found in form.getall(name) if _is_filled_in(found)] or None


def _is_filled_in(found: object) -> bool:
    """Whether it is more than a browser sends for an input that was left alone."""
    return bool(found if isinstance(found, str) else getattr(found, "filename", None))
