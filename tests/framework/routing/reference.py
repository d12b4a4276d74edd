"""A second, naive reading of how a request finds its route.

It asks every route whether it matches, and takes the one that comes first. It knows the grammars
as regular expressions and Python's own constructors, and shares no code with the router.
"""

import math
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from urllib.parse import unquote_to_bytes
from uuid import UUID

NUMBER = r"-?(0|[1-9][0-9]*)(\.[0-9]+)?"

TIME = r"[Tt]([01][0-9]|2[0-3])(:[0-5][0-9]){2}(\.[0-9]{1,6})?"
OFFSET = r"([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])?"

FORMS: Mapping[str, tuple[str, Callable[[str], object]]] = {
    "int": (r"0|-?[1-9][0-9]*", int),
    "uuid": (r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", UUID),
    "date": (r"[0-9]{4}-[0-9]{2}-[0-9]{2}", date.fromisoformat),
    "datetime": (
        rf"[0-9-]{{10}}{TIME}{OFFSET}",
        lambda text: datetime.fromisoformat(text.upper()),
    ),
    "bool": (r"true|false", lambda text: text == "true"),
    "decimal": (NUMBER, Decimal),
    "float": (NUMBER + r"([eE][+-]?[0-9]+)?", lambda text: finite(float(text))),
    "custom": (r"[0-9a-f]+", lambda text: int(text, 16)),
    "alpha": (r"[A-Za-z]+", str),
    "alnum": (r"[A-Za-z0-9]+", str),
    "slug": (r"[a-z0-9]+(-[a-z0-9]+)*", str),
    "string": (r"(?s:.+)", str),
    "path": (r"(?s:.+)", str),
}
"""In the order of precedence."""

NUMBERS = ("int", "decimal", "float")
TEXTS = ("alpha", "alnum", "slug", "string", "path")


def finite(number: float) -> float:
    if not math.isfinite(number):
        raise ValueError
    return number


@dataclass(frozen=True)
class One:
    """One thing that a segment may be."""

    kind: str
    low: int | None = None
    high: int | None = None
    choices: tuple[str, ...] = ()

    @property
    def rank(self) -> tuple[int, int]:
        if self.choices:
            return (-1, 0)
        is_unbounded = self.low is None and self.high is None
        return (list(FORMS).index(self.kind), int(is_unbounded))

    def value(self, text: str) -> object:
        """Raises ``ValueError`` when the text is not taken."""
        if self.choices:
            return self.choices[self.choices.index(text)] if text in self.choices else refuse()
        form, convert = FORMS[self.kind]
        if not re.fullmatch(form, text):
            refuse()
        digits = text.lstrip("-")
        if self.kind == "int" and 0 < sys.get_int_max_str_digits() < len(digits):
            refuse()
        value = convert(text)
        measure = len(text) if self.kind in TEXTS else value
        if (self.low is not None and measure < self.low) or (
            self.high is not None and measure > self.high
        ):
            refuse()
        return value


def refuse() -> None:
    raise ValueError


Segment = str | tuple[One, ...]
"""A literal, or alternatives in the order in which they are tried."""


@dataclass(frozen=True)
class Route:
    segments: tuple[Segment, ...]
    methods: tuple[str, ...]

    def match(self, segments: Sequence[str]) -> tuple[tuple[object, ...], list[object]] | None:
        """Its rank among the routes that match, and the values."""
        ranks: list[object] = []
        values: list[object] = []
        spare = len(segments) - len(self.segments)
        rest = list(segments)
        for expected in self.segments:
            count = 1 + spare if is_path(expected) else 1
            if count < 1 or len(rest) < count:
                return None
            taken, rest = rest[:count], rest[count:]
            try:
                values += values_of(expected, taken)
            except ValueError:
                return None
            ranks.append((rank(expected), count))
        return None if rest else (tuple(ranks), values)


def values_of(expected: Segment, taken: list[str]) -> list[object]:
    if isinstance(expected, str):
        return [] if taken == [expected] else [refuse()]
    if not taken[0]:
        refuse()
    for one in expected[:-1]:
        try:
            return [one.value("/".join(taken))]
        except ValueError:
            continue
    return [expected[-1].value("/".join(taken))]


def is_path(segment: Segment) -> bool:
    return not isinstance(segment, str) and segment[0].kind == "path"


def rank(segment: Segment) -> tuple[int, int]:
    return (-2, 0) if isinstance(segment, str) else max(one.rank for one in segment)


def find(
    routes: Sequence[Route], method: str, raw_path: bytes
) -> tuple[object, tuple[object, ...]]:
    """The index of the route, and the values; or ``None`` and the methods that are allowed."""
    segments = decoded(raw_path)
    if segments is None:
        return None, ()
    matches = [
        (index, route, match)
        for index, route in enumerate(routes)
        if (match := route.match(segments)) is not None
    ]
    candidates = [
        ((ranks, method not in route.methods), index, values)
        for index, route, (ranks, values) in matches
        if method in route.methods or (method == "HEAD" and "GET" in route.methods)
    ]
    if candidates:
        best = min(candidates, key=lambda candidate: candidate[0])
        ties = [index for order, index, _ in candidates if order == best[0]]
        assert len(ties) == 1, f"nothing decides between {[routes[index] for index in ties]}"
        return best[1], tuple(best[2])
    return None, allowed([route for _, route, _ in matches])


def allowed(routes: list[Route]) -> tuple[str, ...]:
    methods = {method for route in routes for method in route.methods}
    if methods:
        methods |= {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())
    return tuple(sorted(methods))


def decoded(raw_path: bytes) -> list[str] | None:
    if not raw_path.startswith(b"/"):
        return None
    segments = raw_path[1:].split(b"/")
    try:
        return [unquote_to_bytes(segment).decode() for segment in segments]
    except UnicodeDecodeError:
        return None
