"""What pydantic finds wrong, as fields of a request."""

from collections.abc import Iterable
from typing import Any

import msgspec

from pyre.framework.binding.json_values import is_array, is_object
from pyre.framework.binding.pointers import pointer
from pyre.framework.errors import FieldError


def pydantic_faults(octets: bytes, error: Any) -> list[FieldError]:  # noqa: ANN401 - pydantic's
    """The errors of a ``pydantic.ValidationError``, by JSON pointers."""
    try:
        value = msgspec.json.decode(octets)
    except (ValueError, RecursionError):
        value = None
    return [
        FieldError("body", pointer(path), detail) for path, detail in model_faults(error, value)
    ]


def model_faults(error: Any, value: object) -> Iterable[tuple[tuple[str | int, ...], str]]:  # noqa: ANN401
    """The path and the text of each error.

    A location names members of unions and functions, too: only what is in the value, and the name
    of what is missing in it, are steps of a path.
    """
    for item in error.errors(include_url=False, include_context=False, include_input=False):
        yield _path(item["loc"], value), item["msg"]


def _path(location: tuple[str | int, ...], value: object) -> tuple[str | int, ...]:
    path: list[str | int] = []
    for place, step in enumerate(location):
        if is_object(value) and step in value:
            value = value[str(step)]
        elif is_array(value) and isinstance(step, int) and step < len(value):
            value = value[step]
        elif not is_object(value) or place + 1 < len(location):
            continue
        path.append(step)
    return tuple(path)
