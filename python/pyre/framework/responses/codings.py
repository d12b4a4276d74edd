"""Which content coding a peer likes best (RFC 9110 §12.5.3)."""

import re
from collections.abc import Collection
from typing import Final

_MEMBER = re.compile(
    r"(?P<coding>[!#$%&'*+.^_`|~0-9a-z-]+)"
    r"(?:[ \t]*;[ \t]*q=(?P<weight>0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?",
    re.ASCII,
)

_IDENTITY: Final = "identity"


def preferred_coding(value: str | None, available: Collection[str]) -> str | None:
    """The one of the ``available`` codings that the peer likes best; ``None`` for no coding.

    ``value`` is that of ``Accept-Encoding``; without it, there is no coding. Of those that it likes
    equally, it is the first. One who refuses everything, ``identity`` too, gets no coding:
    content helps more than 406.
    """
    weights = _weights(value or "")
    others = weights.get("*", 0.0)
    candidates = [(weights.get(coding, others), coding) for coding in available]
    weight, best = max(candidates, key=lambda each: each[0], default=(0.0, _IDENTITY))
    # A tie is won by the coding, which is shorter.
    return best if weight and weight >= weights.get(_IDENTITY, 0.0) else None


def _weights(value: str) -> dict[str, float]:
    """The weight of each coding that is named; what breaks the grammar is ignored."""
    weights: dict[str, float] = {}
    for member in value.lower().split(","):
        if match := _MEMBER.fullmatch(member.strip(" \t")):
            coding = match["coding"].removeprefix("x-")  # x-gzip, RFC 9110 §8.4.1.3
            weights[coding] = float(match["weight"] or 1)
    return weights
