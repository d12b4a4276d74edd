"""What a placeholder may be: one converter, with its bounds or its choices."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID


class Alternative(NamedTuple):
    """One thing that a placeholder may be; ``pyre._core.Parameter`` reads it.

    ``converter`` is its name, ``type`` the type of its values: ``None`` when only the application
    knows. ``minimum`` and ``maximum`` bound values of numbers and lengths of texts. ``choices`` are
    the texts that are taken, with their values. ``order`` and ``to_python`` are those of a
    converter of the application's.
    """

    converter: str
    type: type | None
    to_url: Callable[[Any], str]
    minimum: float | None = None
    maximum: float | None = None
    choices: Mapping[str, object] | None = None
    order: int | None = None
    to_python: Callable[[str], object] | None = None


class Converter(NamedTuple):
    """What a name in a path stands for."""

    name: str
    type: type | None
    to_url: Callable[[Any], str]
    has_bounds: bool = False
    order: int | None = None
    to_python: Callable[[str], object] | None = None

    def alternative(self, arguments: Mapping[str, int | float]) -> Alternative:
        """It with these arguments. Raises ``ValueError`` for arguments that it does not take."""
        allowed = {"min", "max"} if self.has_bounds else set[str]()
        if unknown := [name for name in arguments if name not in allowed]:
            takes = "takes min and max" if self.has_bounds else "takes no arguments"
            raise ValueError(f"{self.name} {takes}, not {', '.join(unknown)}")
        return Alternative(
            self.name,
            self.type,
            self.to_url,
            arguments.get("min"),
            arguments.get("max"),
            order=self.order,
            to_python=self.to_python,
        )


def _text_to_url(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"it is a str, not {value!r}")
    return str.__str__(value)


def _int_to_url(value: object) -> str:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"it is an int, not {value!r}")
    return int.__repr__(value)


def _float_to_url(value: object) -> str:
    if not isinstance(value, float | int) or isinstance(value, bool):
        raise TypeError(f"it is a float, not {value!r}")
    return float.__repr__(float(value))


def _decimal_to_url(value: object) -> str:
    if not isinstance(value, Decimal | int) or isinstance(value, bool):
        raise TypeError(f"it is a Decimal, not {value!r}")
    return format(Decimal(value), "f")


def _bool_to_url(value: object) -> str:
    if not isinstance(value, bool):
        raise TypeError(f"it is a bool, not {value!r}")
    return "true" if value else "false"


def _uuid_to_url(value: object) -> str:
    if not isinstance(value, UUID):
        raise TypeError(f"it is a UUID, not {value!r}")
    return str(value)


def _date_to_url(value: object) -> str:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise TypeError(f"it is a date, not {value!r}")
    return value.isoformat()


def _datetime_to_url(value: object) -> str:
    if not isinstance(value, datetime):
        raise TypeError(f"it is a datetime, not {value!r}")
    return value.isoformat()


BUILT_IN: Mapping[str, Converter] = {
    converter.name: converter
    for converter in (
        Converter("string", str, _text_to_url, has_bounds=True),
        Converter("alpha", str, _text_to_url, has_bounds=True),
        Converter("alnum", str, _text_to_url, has_bounds=True),
        Converter("slug", str, _text_to_url, has_bounds=True),
        Converter("int", int, _int_to_url, has_bounds=True),
        Converter("float", float, _float_to_url, has_bounds=True),
        Converter("decimal", Decimal, _decimal_to_url, has_bounds=True),
        Converter("bool", bool, _bool_to_url),
        Converter("uuid", UUID, _uuid_to_url),
        Converter("date", date, _date_to_url),
        Converter("datetime", datetime, _datetime_to_url),
        Converter("path", str, _text_to_url, has_bounds=True),
    )
}

OF_TYPE: Mapping[type, Converter] = {
    converter.type: converter
    for converter in reversed(tuple(BUILT_IN.values()))
    if converter.type is not None
}
"""The converter that an annotation stands for: ``string`` for ``str``."""
