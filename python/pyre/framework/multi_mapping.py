"""A mapping that has one or more values for a name, and is never changed."""

from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar, cast, overload

_Value = TypeVar("_Value")
_Default = TypeVar("_Default")


class MultiMapping(Generic[_Value]):
    """Names with one or more values each, in the order in which they came.

    Of several values, ``[]`` and ``get`` give the last, as Starlette does and as an overriding
    field in a form is meant; ``getall`` gives each.
    """

    __slots__ = ("_pairs", "_values")

    def __init__(self, pairs: Iterable[tuple[str, _Value]] = ()) -> None:
        self._pairs = tuple(pairs)
        self._values: dict[str, list[_Value]] = {}
        for name, value in self._pairs:
            self._values.setdefault(name, []).append(value)

    def __getitem__(self, name: str, /) -> _Value:
        """The last value. Raises ``KeyError``."""
        return self._values[name][-1]

    @overload
    def get(self, name: str, /) -> _Value | None: ...
    @overload
    def get(self, name: str, /, default: _Default) -> _Value | _Default: ...
    def get(self, name: str, /, default: object = None) -> object:
        """The last value, or ``default``."""
        values = self._values.get(name)
        return default if values is None else values[-1]

    def getall(self, name: str, /) -> list[_Value]:
        """Every value of that name, in order; empty if there is none."""
        return list(self._values.get(name, ()))

    def items(self) -> Iterable[tuple[str, _Value]]:
        """Each name with each of its values, in order."""
        return self._pairs

    def keys(self) -> Iterable[str]:
        """The names, each once."""
        return self._values.keys()

    def values(self) -> Iterable[_Value]:
        """Every value, in order."""
        return (value for _, value in self._pairs)

    def __contains__(self, name: object, /) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        """How many names there are."""
        return len(self._values)

    def __eq__(self, other: object, /) -> bool:
        if not isinstance(other, MultiMapping):
            return NotImplemented
        return self._pairs == cast("MultiMapping[object]", other)._pairs

    def __hash__(self) -> int:
        return hash(self._pairs)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({list(self._pairs)!r})"
