"""The fields of a message that was received, for hosts that are written in Python."""

from collections.abc import Iterable, Iterator
from typing import TypeVar, overload

_Default = TypeVar("_Default")

_WHITE_SPACE = b" \t"


class FieldLines:
    """Field lines as ``Headers``.

    There are few, and most requests ask for one or two: looking through them costs less than an
    index would.
    """

    __slots__ = ("raw",)

    def __init__(self, lines: Iterable[Iterable[bytes]] = ()) -> None:
        self.raw = tuple((name.lower(), value.strip(_WHITE_SPACE)) for name, value in lines)

    def __getitem__(self, name: str, /) -> str:
        values = self.getall(name)
        if not values:
            raise KeyError(name)
        if len(values) == 1:
            return values[0]
        # RFC 6265 §5.4 for the one, RFC 9110 §5.3 for all others.
        return ("; " if name.lower() == "cookie" else ", ").join(values)

    @overload
    def get(self, name: str, /) -> str | None: ...
    @overload
    def get(self, name: str, /, default: _Default) -> str | _Default: ...
    def get(self, name: str, /, default: object = None) -> object:
        """The field's value: that of several lines is joined."""
        try:
            return self[name]
        except KeyError:
            return default

    def getall(self, name: str, /) -> list[str]:
        """The value of each line of that name, in order."""
        wanted = _octets(name)
        return [value.decode("latin-1") for name, value in self.raw if name == wanted]

    def __contains__(self, name: object, /) -> bool:
        wanted = _octets(name)
        return any(name == wanted for name, _ in self.raw)

    def __iter__(self) -> Iterator[str]:
        return (name.decode("latin-1") for name, _ in self.raw)

    def __len__(self) -> int:
        return len(self.raw)

    def keys(self) -> Iterable[str]:
        """The name of each line."""
        return iter(self)

    def values(self) -> Iterable[str]:
        """The value of each line."""
        return (value.decode("latin-1") for _, value in self.raw)

    def items(self) -> Iterable[tuple[str, str]]:
        """The name and the value of each line."""
        return ((name.decode("latin-1"), value.decode("latin-1")) for name, value in self.raw)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.raw!r})"


def _octets(name: object) -> bytes | None:
    """The name as it stands in a line; ``None`` for what can't be one.

    Octets are lowered, and not characters: some beyond ASCII become letters of ASCII by that.
    """
    if not isinstance(name, str):
        return None
    try:
        return name.encode("ascii").lower()
    except UnicodeEncodeError:
        return None
