"""What reads the argument of a parameter out of a request, if anything has to be read."""

from typing import NamedTuple, Protocol, TypeAlias

from pyre.framework.binding.annotations import is_model, take_apart
from pyre.framework.binding.bound import Bound
from pyre.framework.binding.faults import Unbindable
from pyre.framework.binding.fields import Absent, Field, FieldSource, default, field, required
from pyre.framework.binding.json_body import JsonBody
from pyre.framework.binding.models import model_field


class BodyReader(Protocol):
    """What takes the whole body."""

    def check(self, content_type: str | None, /) -> None:
        """Refuse content of other types before it is read. Raises ``HTTPError``."""
        ...

    def value(self, octets: bytes, content_type: str | None, /) -> object:
        """The value. Raises ``Faults`` and ``HTTPError``."""
        ...


Reader: TypeAlias = Field | BodyReader | None


class Binding(NamedTuple):
    """A parameter, and what reads its argument: nothing, for what is given as it is."""

    bound: Bound
    reader: Reader


def reader(bound: Bound) -> Reader:
    """Make what reads an argument. Raises ``Unbindable``."""
    absent = required if bound.is_required else default(bound.default)
    match bound.source:
        case "query" | "header" | "cookie" | "form" as source:
            return _field(source, bound, absent)
        case "body":
            return JsonBody(bound.type, absent)
        case "path" | "request" | "websocket" | "session":
            return None


def _field(source: FieldSource, bound: Bound, absent: Absent) -> Field:
    parts = take_apart(bound.type)
    if not is_model(parts.type):
        return field(source, bound.alias, bound.type, absent)
    if getattr(parts.marker, "alias", None) is not None:
        raise Unbindable("the fields of a model have names of their own: remove the alias")
    return model_field(source, bound.name, bound.type, absent)
