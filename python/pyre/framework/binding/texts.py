"""From the text of one value, in a query say, to a Python object.

| type | text |
|---|---|
| ``str`` | any |
| ``int`` | ``-?[0-9]+`` in ASCII, exact, as many digits as CPython converts |
| ``float`` | ``1``, ``-1.5``, ``.5``, ``1e5``; finite |
| ``Decimal`` | ``1``, ``-1.50``; no exponent, as a short one makes a number of any length |
| ``bool`` | ``true`` ``1`` ``on`` ``yes``, ``false`` ``0`` ``off`` ``no`` in any case |
| ``UUID`` | 8-4-4-4-12 hexadecimal digits |
| ``date`` | ``2024-02-29`` |
| ``time`` | ``10:15``, ``10:15:30``, ``10:15:30.5``, and an offset or none: ``Z``, ``+02:00`` |
| ``datetime`` | date, ``T``, time |
| ``timedelta`` | ISO 8601: ``PT1H30M`` |
| ``Enum``, ``Literal`` | the value as text |
| ``Flag`` | the value of a member as text, or several combined: ``1``, ``2``, ``3`` |
| ``A | B`` | what is written first, of those that can take it |

``T | None`` takes what ``T`` takes: no text means ``None``, only the default does.
"""

import datetime as dt
import enum
import math
import re
import types
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any, Final, Literal, TypeAlias, cast, get_args, get_origin
from uuid import UUID

from pyre.framework.binding.annotations import (
    Annotation,
    describe,
    is_union,
    members,
    origin_of,
    take_apart,
)
from pyre.framework.binding.constraints import constraint, duration
from pyre.framework.binding.faults import Unbindable

Converter: TypeAlias = Callable[[str], object]
"""Raises ``ValueError`` whose text says what is expected; it does not repeat what was sent."""

_NEGATIVE: Final = re.compile(r"-[0-9]+").fullmatch
_DECIMAL: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?").fullmatch
_FLOAT: Final = re.compile(r"-?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?").fullmatch
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}").fullmatch
_DATE_TEXT: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME_TEXT: Final = r"[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?([Zz]|[+-][0-9]{2}:[0-9]{2})?"
_DATE: Final = re.compile(_DATE_TEXT).fullmatch
_TIME: Final = re.compile(_TIME_TEXT).fullmatch
_DATETIME: Final = re.compile(f"{_DATE_TEXT}[Tt ]{_TIME_TEXT}").fullmatch

_BOOLEANS: Final[Mapping[str, bool]] = {
    "true": True,
    "1": True,
    "on": True,
    "yes": True,
    "false": False,
    "0": False,
    "off": False,
    "no": False,
}


def text_converter(annotation: object) -> Converter:
    """What makes a value of that type out of text. Raises ``Unbindable``."""
    parts = take_apart(annotation)
    return constrained(_converter_of(parts.type), parts)


def takes_text(annotation: object) -> bool:
    """Whether ``str`` is the type, or one of the types of a union."""
    inner = take_apart(annotation).type
    return inner is str or (
        is_union(inner) and any(takes_text(member) for member in members(inner))
    )


def constrained(convert: Callable[[Any], object], parts: Annotation) -> Callable[[Any], object]:
    """The same, and then msgspec looks at the value. Raises ``Unbindable``."""
    if not parts.constraints:
        return convert
    check = constraint(parts)
    return lambda text: check(convert(text))


def _converter_of(annotation: object) -> Converter:
    if get_origin(annotation) is Literal:
        return _literal_converter(get_args(annotation))
    if is_union(annotation):
        return _union_converter(members(annotation))
    if origin_of(annotation) is annotation and isinstance(annotation, type):
        return _scalar_converter(cast("type[object]", annotation))
    raise _unbindable(annotation)


def _scalar_converter(scalar: type[object]) -> Converter:
    if issubclass(scalar, enum.Enum):
        return _enum_converter(scalar)
    if scalar is dt.timedelta:
        return duration
    if scalar in _SCALARS:
        return _SCALARS[scalar]
    raise _unbindable(scalar)


def _unbindable(annotation: object) -> Unbindable:
    return Unbindable(f"text does not become {describe(annotation)}")


def _text(text: str) -> str:
    return text


def _integer(text: str) -> int:
    if text.isascii() and (text.isdigit() or _NEGATIVE(text)):
        try:
            return int(text)
        except ValueError:  # more digits than `sys.get_int_max_str_digits()`
            raise ValueError("has too many digits") from None
    raise ValueError("must be an integer")


def _float(text: str) -> float:
    if not _FLOAT(text):
        raise ValueError("must be a number")
    number = float(text)
    if math.isinf(number):
        raise ValueError("is too large a number")
    return number


def _decimal(text: str) -> Decimal:
    if not _DECIMAL(text):
        raise ValueError("must be a decimal number")
    return Decimal(text)


def _boolean(text: str) -> bool:
    try:
        return _BOOLEANS[text.lower()]
    except KeyError:
        raise ValueError("must be true or false") from None


def _uuid(text: str) -> UUID:
    if not _UUID(text):
        raise ValueError("must be a UUID")
    return UUID(text)


def _date(text: str) -> dt.date:
    if _DATE(text):
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            pass
    raise ValueError("must be a date like 2024-02-29")


def _time(text: str) -> dt.time:
    if _TIME(text):
        try:
            return dt.time.fromisoformat(text.upper())
        except ValueError:
            pass
    raise ValueError("must be a time like 10:15:30")


def _datetime(text: str) -> dt.datetime:
    if _DATETIME(text):
        try:
            return dt.datetime.fromisoformat(text.upper())
        except ValueError:
            pass
    raise ValueError("must be a date and time like 2024-02-29T10:15:30Z")


_SCALARS: Final[Mapping[type, Converter]] = types.MappingProxyType(
    {
        str: _text,
        int: _integer,
        float: _float,
        bool: _boolean,
        Decimal: _decimal,
        UUID: _uuid,
        dt.date: _date,
        dt.time: _time,
        dt.datetime: _datetime,
    }
)


def _enum_converter(cls: type[enum.Enum]) -> Converter:
    members = cls.__members__.values()
    if not members:
        raise Unbindable(f"{describe(cls)} has no members")
    by_text = _by_text((member.value, member) for member in members)
    expected = _one_of(by_text)
    takes_integers = all(isinstance(member.value, int) for member in members)
    if takes_integers and issubclass(cls, enum.Flag):
        make = cast("Callable[[object], enum.Enum]", partial(_combination, cls))
    else:  # An Enum knows more than its members by `_missing_`.
        make = cast("Callable[[object], enum.Enum]", cls)

    def convert(text: str) -> enum.Enum:
        if text in by_text:
            return cast("enum.Enum", by_text[text])
        try:
            return make(_integer(text) if takes_integers else text)
        except ValueError:
            raise ValueError(expected) from None

    return convert


def _combination(cls: type[enum.Flag], value: int) -> enum.Flag:
    """The flag with exactly these bits, each of which comes from a member that is there in full.

    ``cls`` is not asked first: by its boundary it keeps other bits, drops them, or returns a plain
    integer, and before CPython 3.11.4 a ``Flag`` drops them by default.
    """
    known = 0
    for member in cls.__members__.values():
        if member.value & value == member.value:
            known |= member.value
    if known == value:
        flag = cls(value)
        # Before CPython 3.11.4 the bits that only composite members have are lost.
        if flag.value == value:
            return flag
    raise ValueError("has bits of no member")


def _literal_converter(values: tuple[object, ...]) -> Converter:
    by_text = _by_text(
        (value.value if isinstance(value, enum.Enum) else value, value)
        for value in values
        if value is not None
    )
    expected = _one_of(by_text)

    def convert(text: str) -> object:
        try:
            return by_text[text]
        except KeyError:
            raise ValueError(expected) from None

    return convert


def _by_text(pairs: Iterable[tuple[object, object]]) -> dict[str, object]:
    by_text: dict[str, object] = {}
    for written, value in pairs:
        if isinstance(written, bool):
            text = str(written).lower()
        elif isinstance(written, (str, int)):
            text = str(written)
        else:
            raise Unbindable(f"{written!r} has no text: the values have to be str, int or bool")
        if by_text.setdefault(text, value) is not value:
            raise Unbindable(f"{by_text[text]!r} and {value!r} have the same text")
    return by_text


def _one_of(texts: Iterable[str]) -> str:
    return "must be one of " + ", ".join(texts)


def _union_converter(annotations: tuple[object, ...]) -> Converter:
    converters = [text_converter(annotation) for annotation in annotations]

    def convert(text: str) -> object:
        faults: list[str] = []
        for converter in converters:
            try:
                return converter(text)
            except ValueError as fault:
                faults.append(str(fault))
        raise ValueError(", or ".join(faults))

    return convert
