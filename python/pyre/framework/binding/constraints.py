"""What msgspec checks of a value that came as text."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Annotated, Any, Final

import msgspec

from pyre.framework.binding.annotations import Annotation, describe, is_union
from pyre.framework.binding.faults import Unbindable

_PLACE: Final = re.compile(r" - at `\$\[0\].*`$")


def constraint(parts: Annotation) -> Callable[[object], object]:
    """What gives a value back that obeys the constraints, and raises ``ValueError`` for others."""
    if is_union(parts.type):
        raise Unbindable(
            f"{describe(parts.written)}: a constraint stands at a member of a union, "
            "as in Annotated[int, Meta(ge=1)] | str"
        )
    # A struct keeps what msgspec has made of its types; `convert(value, type)` alone begins anew.
    try:
        holder = msgspec.defstruct("Holder", [("value", _constrained(parts))], array_like=True)
        msgspec.json.Decoder(holder)
    except TypeError as error:
        raise Unbindable(f"{describe(parts.written)}: {error}") from error

    def check(value: object) -> object:
        try:
            msgspec.convert((value,), holder)
        except msgspec.ValidationError as error:
            raise ValueError(_PLACE.sub("", str(error))) from None
        return value

    return check


def duration(text: str) -> dt.timedelta:
    """An ISO 8601 duration. Raises ``ValueError``."""
    try:
        return msgspec.convert(text, dt.timedelta)
    except msgspec.ValidationError:
        raise ValueError("must be a duration like PT1H30M") from None


def _constrained(parts: Annotation) -> Any:  # noqa: ANN401 - it is an annotation
    constrained: Any = parts.type
    for item in parts.constraints:
        constrained = Annotated[constrained, item]
    return constrained
