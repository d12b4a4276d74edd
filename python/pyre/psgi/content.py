"""What a response may be made of: types, and nothing else."""

from collections.abc import AsyncIterable, Callable, Iterable
from typing import Protocol, TypeAlias

from pyre.psgi.file import File

Content: TypeAlias = bytes | bytearray | memoryview | str
"""Octets, or text that is sent as UTF-8."""

Body: TypeAlias = Content | File | Iterable[Content] | AsyncIterable[Content] | None
"""The body of a response. A mapping is none, though it is an iterable."""

FieldText: TypeAlias = str | bytes
"""A field name or a field value; a ``str`` is encoded as Latin-1."""

HeaderPairs: TypeAlias = Iterable[tuple[FieldText, FieldText]]
"""Fields in the order in which they are sent; a name may come more than once."""


class HeaderMapping(Protocol):
    """A mapping of names to values: a ``dict``, say, or the ``Headers`` of a request."""

    def items(self) -> HeaderPairs:
        """The fields."""
        ...


HeaderFields: TypeAlias = HeaderPairs | HeaderMapping
"""The fields of a response, of an interim response or of a trailer section."""

Trailers: TypeAlias = Callable[[], HeaderFields]
"""What is called after the last of the body, for the fields of the trailer section."""
