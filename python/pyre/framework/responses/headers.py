"""The fields of a response that is being made (RFC 9110 §5).

They are checked where they are set, so that the traceback names the line that has set them. A line
break in a value would be the beginning of a field, or of a response, that somebody else has
written.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Self, TypeVar, cast, overload

from pyre.psgi import FieldText, HeaderFields, HeaderPairs

_Default = TypeVar("_Default")

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_NOT_IN_VALUES = re.compile(r"[^\t\x20-\x7e\x80-\xff]")

_USUAL_NAMES = frozenset(
    (
        *("allow", "cache-control", "content-disposition", "content-encoding", "content-language"),
        *("content-length", "content-type", "etag", "expires", "last-modified", "link", "location"),
        *("retry-after", "set-cookie", "vary", "www-authenticate", "x-request-id"),
    )
)
"""Names that need not be checked: most that are set are among them."""


class ResponseHeaders:
    """Fields of a response: a mutable multi-mapping of names to values, in the order of sending.

    Names are compared without regard to case and kept in lower case. Raises ``ValueError`` for a
    name that is no token, and for a value with a control character or one beyond Latin-1.

        response.headers["cache-control"] = "no-store"  # instead of all lines of that name
        response.headers.add("link", "</style.css>; rel=preload")  # one more
    """

    __slots__ = ("lines",)

    lines: list[tuple[str, str]]
    """Name and value of each line, in order; names in lower case."""

    def __init__(self, fields: HeaderFields = ()) -> None:
        self.lines = [_line(name, value) for name, value in _pairs(fields)] if fields else []

    @classmethod
    def showing(cls, lines: list[tuple[str, str]]) -> Self:
        """The fields in these lines, which are changed with them."""
        headers = object.__new__(cls)
        headers.lines = lines
        return headers

    def __getitem__(self, name: str, /) -> str:
        """The field's value: that of several lines is joined (RFC 9110 §5.2).

        Raises ``KeyError``; and ``ValueError`` for several lines of ``set-cookie``, which can't
        be joined (RFC 9110 §5.3).
        """
        values = self.getall(name)
        if len(values) == 1:
            return values[0]
        if not values:
            raise KeyError(name)
        if name.lower() == "set-cookie":
            raise ValueError("several lines of set-cookie are no one value: use getall()")
        return ", ".join(values)

    def __setitem__(self, name: str, value: str, /) -> None:
        """Set the field, in the place of the first of the lines that it had."""
        line = _line(name, value)
        names = [each for each, _ in self.lines]
        if line[0] not in names:
            self.lines.append(line)
            return
        position = names.index(line[0])
        following = [each for each in self.lines[position + 1 :] if each[0] != line[0]]
        self.lines[position:] = [line, *following]

    def __delitem__(self, name: str, /) -> None:
        """Remove every line of that name. Raises ``KeyError`` if there is none."""
        if name not in self:
            raise KeyError(name)
        self.discard(name)

    def __contains__(self, name: object, /) -> bool:
        if not isinstance(name, str):
            return False
        name = name.lower()
        for each, _ in self.lines:  # noqa: SIM110 - any() with a generator takes three times as long
            if each == name:
                return True
        return False

    def __iter__(self) -> Iterator[str]:
        """The name of each line."""
        return iter([name for name, _ in self.lines])

    def __len__(self) -> int:
        """How many lines there are."""
        return len(self.lines)

    def __repr__(self) -> str:
        return f"ResponseHeaders({self.lines!r})"

    @overload
    def get(self, name: str, /) -> str | None: ...
    @overload
    def get(self, name: str, /, default: _Default) -> str | _Default: ...
    def get(self, name: str, /, default: object = None) -> object:
        """The field's value, as ``[]`` gives it, or ``default``."""
        try:
            return self[name]
        except KeyError:
            return default

    def getall(self, name: str, /) -> list[str]:
        """The value of each line of that name, in order; empty if there is none."""
        name = name.lower()
        return [value for each, value in self.lines if each == name]

    def add(self, name: str, value: str, /) -> None:
        """Add a line, and keep those of that name which are there."""
        self.lines.append(_line(name, value))

    def setdefault(self, name: str, value: str, /) -> str:
        """Set the field unless it is there already. Returns its value."""
        if name in self:
            return self[name]
        self.add(name, value)
        return value

    def discard(self, name: str, /) -> None:
        """Remove every line of that name, if there is one."""
        name = name.lower()
        self.lines[:] = [each for each in self.lines if each[0] != name]

    def update(self, fields: HeaderFields, /) -> None:
        """Set each of the fields; one that comes more than once gets all of its lines."""
        lines = [_line(name, value) for name, value in _pairs(fields)]
        names = {name for name, _ in lines}
        self.lines[:] = [each for each in self.lines if each[0] not in names] + lines

    def members(self, name: str, /) -> list[str]:
        """Each member of a list, of all lines (RFC 9110 §5.6.1). Quoted commas part them too."""
        return [each.strip() for value in self.getall(name) for each in value.split(",")]

    def vary_by(self, *names: str) -> None:
        """Say that the response depends on these fields of the request (RFC 9110 §12.5.5)."""
        if "vary" not in self:
            self.add("vary", ", ".join(names))
            return
        members = self.members("vary")
        there = {each.lower() for each in members}
        new = [name for name in names if name.lower() not in there]
        if new and "*" not in there:
            self["vary"] = ", ".join([*filter(None, members), *new])

    def keys(self) -> Iterable[str]:
        """The name of each line."""
        return iter(self)

    def values(self) -> Iterable[str]:
        """The value of each line."""
        return [value for _, value in self.lines]

    def items(self) -> Iterable[tuple[str, str]]:
        """Name and value of each line."""
        return list(self.lines)


def _pairs(fields: HeaderFields) -> HeaderPairs:
    if isinstance(fields, (list, tuple)):
        return fields
    items = getattr(fields, "items", None)
    return cast("HeaderPairs", fields if items is None else items())


def _line(name: FieldText, value: FieldText) -> tuple[str, str]:
    name = (name if isinstance(name, str) else _text(name)).lower()
    if name not in _USUAL_NAMES and not _TOKEN.fullmatch(name):
        raise ValueError(f"the field name {name!r} is no token (RFC 9110 §5.1)")
    value = value if isinstance(value, str) else _text(value)
    # The first two say yes to nearly every value, in a fifth of the time.
    if not (value.isascii() and value.isprintable()) and _NOT_IN_VALUES.search(value):
        raise ValueError(
            f"the value of {name} must have neither control characters nor any beyond Latin-1 "
            f"(RFC 9110 §5.5), and is {value!r}"
        )
    return name, value


def _text(text: object) -> str:
    if isinstance(text, bytes):
        return text.decode("latin-1")
    raise TypeError(f"names and values of fields are str or bytes, and not {type(text).__name__}")
