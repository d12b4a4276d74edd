"""Where an argument comes from, when its type does not say it.

    async def search(
        self,
        words: Annotated[str, Query("q")],
        accept_language: Annotated[str, Header()] = "en",
        theme: Annotated[Literal["dark", "light"], Cookie()] = "light",
    ): ...

``alias`` is the name that the peer sends, if it is another than the parameter's. A header's is the
parameter's with ``-`` for ``_``, and without a ``_`` at its end: ``from_`` is ``from``.
"""

from dataclasses import dataclass
from typing import TypeAlias

# Markers are equal to themselves alone: `typing` caches `Annotated` by the equality of its parts,
# and as `int | str == str | int`, a union could come out in somebody else's order.


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """A field of the query, or, for a struct, one for each of its fields."""

    alias: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Header:
    """A header field, or, for a struct, one for each of its fields.

    For a list, set or tuple the field's value is a comma-separated list (RFC 9110 §5.6.1), however
    many lines it stands in.
    """

    alias: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Cookie:
    """A cookie, or, for a struct, one for each of its fields."""

    alias: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """A field of a form, or, for a struct, one for each of its fields.

    Empty text is what a browser sends for what was not filled in: unless the type takes text, it
    counts as absent. So does a file without a name.
    """

    alias: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """The JSON body, for types that are not one by themselves: ``list[Item]``, ``int``."""


Marker: TypeAlias = Query | Header | Cookie | Form | Body
