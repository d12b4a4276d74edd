"""JSON that a peer has sent: a value, or an ``HTTPError`` that says where it is wrong."""

import re
from typing import Any

import msgspec

from pyre.framework.errors import FieldError, HTTPError

_MISSING_FIELD = re.compile(r"Object missing required field `(.*)`")
_STEP = re.compile(r"\.([^.\[]*)|\[(\d+|\.\.\.)\]")


def decode_json(octets: bytes, wanted: Any = Any) -> Any:  # noqa: ANN401 - any type, any value
    """The value, of the type ``wanted``.

    Raises ``HTTPError`` 400 for content that is empty, is no JSON, or has another type. Raises
    ``TypeError`` for a type that msgspec does not know.
    """
    try:
        return msgspec.json.decode(octets, type=wanted)
    except msgspec.ValidationError as error:
        raise _wrong(*_place(str(error))) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _wrong("#", _fault(octets, error)) from None


def _wrong(pointer: str, detail: str) -> HTTPError:
    place = "" if pointer == "#" else f" at {pointer}"
    return HTTPError(
        400,
        f"The body is wrong{place}: {detail}.",
        errors=[FieldError("body", pointer, detail)],
    )


def _fault(octets: bytes, error: Exception) -> str:
    """What is wrong with what is no JSON."""
    if not octets:
        return "it is empty, and should be JSON"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, UnicodeDecodeError):
        return f"it is not UTF-8 (byte {_first_invalid_octet(octets)})"
    detail = str(error).removeprefix("JSON is malformed: ")
    place = "" if "(byte " in detail else f" (byte {len(octets)})"
    return f"it is not JSON, {detail[0].lower()}{detail[1:]}{place}"


def _first_invalid_octet(octets: bytes) -> int:
    """Where UTF-8 ends; what msgspec says counts from the beginning of a string."""
    try:
        octets.decode()
    except UnicodeDecodeError as error:
        return error.start
    return len(octets)


def _place(message: str) -> tuple[str, str]:
    """A JSON pointer, and what is wrong there, of a message of msgspec's.

    It ends in a path like ``$.books[0].title``, in which ``[...]`` is a key of a mapping: that
    is where the pointer has to stop.
    """
    detail, _, path = message.partition(" - at ")
    path = path.strip("`")
    pointer = "#"
    if path.startswith("$"):
        for name, index in _STEP.findall(path):
            if index == "...":
                return pointer, detail
            pointer += f"/{index or _escaped(name)}"
    missing = _MISSING_FIELD.fullmatch(detail)
    if missing is not None:
        return f"{pointer}/{_escaped(missing[1])}", "it is missing"
    return pointer, detail


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
