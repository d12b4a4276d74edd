"""Range requests (RFC 9110 §14).

Several ranges that don't make one when they are joined are answered by the whole representation,
as §14.2 allows. ``multipart/byteranges`` would have to be put together here, where one range
of a file goes out by ``sendfile``; no client in wide use needs it, and lists of ranges have
been used to make servers send far more than was asked for (CVE-2011-3192).
"""

import re
from typing import Final, NamedTuple

_RANGES = re.compile(r"bytes=(.*)", re.IGNORECASE)
_RANGE = re.compile(r"(\d{1,99})-(\d{1,99})?|-(\d{1,99})", re.ASCII)


class UnsatisfiableError(Exception):
    """None of the ranges has an octet of the representation (RFC 9110 §15.5.17)."""


class Part(NamedTuple):
    """Octets of a representation, from ``first`` to ``last``."""

    first: int
    last: int

    @property
    def length(self) -> int:
        """How many there are."""
        return self.last - self.first + 1

    def content_range(self, size: int) -> str:
        """The value of ``Content-Range``, for a representation of ``size`` octets (§14.4)."""
        return f"bytes {self.first}-{self.last}/{size}"


_NOTHING: Final = Part(0, -1)


def requested_part(value: str | None, size: int) -> Part | None:
    """The part that is to be sent of ``size`` octets; ``None`` for all.

    ``value`` is that of ``Range``; one that breaks the grammar, or has another unit, is ignored
    (§14.2), as is any of an empty representation. Raises ``UnsatisfiableError``.
    """
    match = _RANGES.fullmatch(value) if value and size else None
    if match is None:
        return None
    members = [member.strip(" \t") for member in match[1].split(",")]
    parts = [_part(member, size) for member in members if member]
    known = [part for part in parts if part is not None]
    if not parts or len(known) < len(parts):
        return None
    satisfiable = sorted(part for part in known if part.length > 0)
    if not satisfiable:
        raise UnsatisfiableError
    return _joined(satisfiable)


def _part(member: str, size: int) -> Part | None:
    """What one range selects; ``None`` if it is none."""
    match = _RANGE.fullmatch(member)
    if match is None:
        return None
    first, last, suffix = match.groups()
    if suffix is not None:
        return Part(max(size - int(suffix), 0), size - 1)
    if last is not None and int(last) < int(first):
        return None
    if int(first) >= size:
        return _NOTHING
    return Part(int(first), size - 1 if last is None else min(int(last), size - 1))


def _joined(parts: list[Part]) -> Part | None:
    """The one part that sorted parts make together, if they do."""
    first, end = parts[0]
    for part in parts[1:]:
        if part.first > end + 1:
            return None
        end = max(end, part.last)
    return Part(first, end)
