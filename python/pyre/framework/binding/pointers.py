"""JSON pointers (RFC 6901)."""

from collections.abc import Iterable
from itertools import takewhile
from typing import Final
from urllib.parse import quote

# Names that a peer invents are sent back to it, a parent's with each of its children.
_LONGEST_NAME: Final = 200


def pointer(path: Iterable[str | int]) -> str:
    """The pointer as a URI fragment (RFC 6901 §6): ``#`` for the value itself, ``#/a/0/b``.

    It ends before a name of more than 200 characters.
    """
    return "#" + "".join(f"/{_reference_token(step)}" for step in takewhile(_is_short, path))


def _is_short(step: str | int) -> bool:
    return isinstance(step, int) or len(step) <= _LONGEST_NAME


def _reference_token(step: str | int) -> str:
    escaped = str(step).replace("~", "~0").replace("/", "~1")
    # What RFC 3986 §3.5 allows in a fragment stands for itself.
    return quote(escaped, safe="!$&'()*+,;=:@?~", errors="replace")
