"""Routes and paths that make many routes match, and nearly match."""

import functools
import operator
from typing import Literal
from urllib.parse import quote

from hypothesis import strategies as st
from pyre._core import RouteConflict, Routes
from pyre.framework.converters import Converters

from .reference import FORMS, NUMBERS, TEXTS, One, Route, Segment
from .tables import Row, add

TYPES = {name: converter.type for name, converter in Converters()._converters.items()}  # noqa: SLF001

UUID = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"

WORDS = (
    *("a", "b", "A", "ab", "a-b", "1", "7", "-1", "true", "é", "a/b", "x y", "."),
    *(UUID, "2024-02-29"),
)
"""What literals and choices are made of."""

TEXTS_OF_SEGMENTS = (
    *WORDS,
    *("", "0", "-0", "007", "+1", "12", "1.5", "-0.5", "1e5", "1e999", "nan", "false", "True"),
    *("2023-02-29", "2024-02-29T12:30:59Z", "2024-02-29T12:30:59.5+01:00", "2024-02-29T24:00:00"),
    *(
        UUID.upper(),
        UUID[:-1],
        "deadbeef",
        "-",
        "a--b",
        "/",
        "%",
        "\0",
        "\n",
        "٣",
        "9" * 19,
        "9" * 5000,
    ),
)

OCTETS_OF_SEGMENTS = (
    b"%",
    b"%2",
    b"%zz",
    b"%ff",
    b"%c3",
    b"\xff",
    b"\xc3\xa9",
    b"%31",
    b"%2f",
    b"+",
)


def bounds(kind: str) -> st.SearchStrategy[tuple[int | None, int | None]]:
    none = st.just((None, None))
    if kind not in (*NUMBERS, *TEXTS):
        return none
    bound = st.none() | st.integers(0, 4)
    some = st.tuples(bound, bound).filter(lambda pair: None in pair or pair[0] <= pair[1] > 0)
    return none | none | some


@st.composite
def ones(draw: st.DrawFn, kinds: tuple[str, ...] = tuple(FORMS)) -> One:
    kind = draw(st.sampled_from(kinds))
    low, high = draw(bounds(kind))
    return One(kind, low, None if high == 0 and kind in TEXTS else high)


choices = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3, unique=True).map(
    lambda texts: One("string", choices=tuple(texts))
)

INFERRED = ("int", "uuid", "date", "datetime", "bool", "decimal", "float")
"""Converters that an annotation stands for, besides ``string``."""


@st.composite
def unions(draw: st.DrawFn) -> tuple[One, ...]:
    """What an annotation can say without a converter in the path."""
    kinds = draw(st.lists(st.sampled_from(INFERRED), max_size=2, unique=True))
    members = [One(kind) for kind in kinds]
    if draw(st.booleans()) or not members:
        members.insert(0, draw(choices))
    if draw(st.booleans()):
        members.append(One("string"))
    return tuple(members)


NUMERIC = ("int", "decimal", "float", "custom", "alnum", "slug", "string")
WORDLIKE = ("bool", "custom", "alpha", "alnum", "slug", "string")

any_segment = st.one_of(
    st.sampled_from(("", *WORDS[:12])),
    ones().map(lambda one: (one,)),
    unions(),
)
families = (
    any_segment,
    # What takes the same few texts.
    st.one_of(st.sampled_from(("1", "7")), ones(NUMERIC).map(lambda one: (one,)), unions()),
    st.one_of(st.sampled_from(("a", "true")), ones(WORDLIKE).map(lambda one: (one,)), unions()),
    st.one_of(st.sampled_from("ab"), ones(("path", "path", "string")).map(lambda one: (one,))),
)


def has_one_path(route_segments: list[Segment]) -> bool:
    paths = [one for one in route_segments if not isinstance(one, str) and one[0].kind == "path"]
    return len(paths) <= 1


METHODS = ("GET", "GET", "GET", "HEAD", "POST", "OPTIONS", "PURGE")
"""Mostly the same, so that routes are rivals."""


@st.composite
def tables(draw: st.DrawFn) -> list[Route]:
    """Rivals: routes that differ in few places, by segments that take the same texts."""
    family = draw(st.sampled_from(families))
    trunk = draw(st.lists(family, min_size=1, max_size=3))
    rivals = st.lists(st.tuples(st.integers(0, 3), family | st.none()), max_size=2).map(
        lambda changes: changed(trunk, changes)
    )
    route = st.builds(
        Route,
        rivals.filter(has_one_path).map(tuple),
        st.lists(st.sampled_from(METHODS), min_size=1, max_size=2, unique=True).map(tuple),
    )
    return draw(st.lists(route, min_size=2, max_size=16))


def changed(trunk: list[Segment], changes: list[tuple[int, Segment | None]]) -> list[Segment]:
    """With other segments at some places; ``None`` takes one away."""
    segments = [*trunk]
    for place, segment in changes:
        if segment is not None:
            segments[place : place + 1] = [segment]
        elif len(segments) > 1:
            del segments[place : place + 1]
    return segments


raw_segments = st.one_of(
    st.sampled_from(TEXTS_OF_SEGMENTS).map(lambda text: quote(text, safe="").encode()),
    st.sampled_from(OCTETS_OF_SEGMENTS),
    st.text(max_size=3).map(lambda text: quote(text, safe="+").encode()),
    st.binary(max_size=3),
)

raw_paths = st.lists(raw_segments, min_size=1, max_size=6).map(
    lambda pieces: b"".join(b"/" + piece for piece in pieces)
)

WITNESSES = {
    "int": ("1", "7", "12", "-1", "9" * 19),
    "uuid": (UUID, UUID.upper()),
    "date": ("2024-02-29", "0001-01-01"),
    "datetime": ("2024-02-29T12:30:59Z", "2024-02-29t12:30:59.5"),
    "bool": ("true", "false"),
    "decimal": ("1", "1.5", "-0.50"),
    "float": ("1", "1.5", "1e5", "3E-1"),
    "custom": ("1", "ab", "deadbeef"),
    "alpha": ("a", "ab", "true", "ABC"),
    "alnum": ("a", "1", "a1", "007"),
    "slug": ("a", "1", "a-b", UUID, "2024-02-29"),
    "string": ("a", "1", "-1", "a-b", "x y", "a/b", "true", UUID, "1.5", "é"),
}
"""Texts that have the form of each kind."""


@st.composite
def matching_paths(draw: st.DrawFn, table: list[Route]) -> bytes:
    """Paths that are likely to match a route, and others beside it."""
    route = draw(st.sampled_from(table))
    pieces = [piece for segment in route.segments for piece in draw(matching_pieces(segment))]
    if draw(st.integers(0, 3)) == 0:
        index = draw(st.integers(0, len(pieces)))
        pieces[index : index + draw(st.integers(0, 1))] = [draw(raw_segments)]
    return b"".join(b"/" + piece for piece in pieces)


@st.composite
def matching_pieces(draw: st.DrawFn, segment: Segment) -> list[bytes]:
    texts = draw(st.sampled_from(witnesses(segment)))
    if not isinstance(segment, str) and segment[0].kind == "path":
        texts = (texts, *draw(st.lists(st.sampled_from(("", *WITNESSES["string"])), max_size=2)))
    else:
        texts = (texts,)
    return [draw(escaped(text)) for text in texts]


def witnesses(segment: Segment) -> tuple[str, ...]:
    if isinstance(segment, str):
        return (segment,)
    return tuple(
        text
        for one in segment
        for text in (one.choices or WITNESSES["string" if one.kind == "path" else one.kind])
    )


@st.composite
def escaped(draw: st.DrawFn, text: str) -> bytes:
    """The text with the escapes that it needs, or with one for every octet."""
    if draw(st.integers(0, 4)) == 0:
        return "".join(f"%{octet:02x}" for octet in text.encode()).encode()
    return quote(text, safe="").encode()


@st.composite
def tables_with_requests(draw: st.DrawFn) -> tuple[list[Route], list[tuple[str, bytes]]]:
    table = draw(tables())
    methods = st.sampled_from((*METHODS, *METHODS, "PUT", "get", ""))
    paths = st.one_of(*[matching_paths(table)] * 4, raw_paths)
    return table, draw(st.lists(st.tuples(methods, paths), min_size=1, max_size=20))


def row(route: Route, endpoint: object) -> Row:
    """The route as an endpoint declares it."""
    texts = []
    annotations: dict[str, object] = {}
    for index, segment in enumerate(route.segments):
        if isinstance(segment, str):
            texts.append(f"/{quote(segment, safe='')}")
        else:
            name = f"p{index}"
            annotation = annotation_of(segment)
            texts.append(f"/{{{name}{'' if annotation else converter_of(segment[0])}}}")
            annotations |= {name: annotation} if annotation else {}
    return Row("".join(texts), endpoint, route.methods, annotations)


def annotation_of(alternatives: tuple[One, ...]) -> object:
    if len(alternatives) == 1 and not alternatives[0].choices:
        return None
    members = (Literal[one.choices] if one.choices else TYPES[one.kind] for one in alternatives)
    return functools.reduce(operator.or_, members)


def converter_of(one: One) -> str:
    bounds = {"min": one.low, "max": one.high}
    arguments = ", ".join(f"{name}={bound}" for name, bound in bounds.items() if bound is not None)
    name = "hex" if one.kind == "custom" else one.kind
    return f":{name}({arguments})" if arguments else f":{name}"


def converters() -> Converters:
    made = Converters()
    made.add("hex", from_hex, "{:x}".format)
    return made


def from_hex(text: str) -> int:
    if not text.isascii() or set(text) - set("0123456789abcdef"):
        raise ValueError(text)
    return int(text, 16)


def added(candidates: list[Route]) -> tuple[Routes, list[Route], list[tuple[Route, Route]]]:
    """The routes that are told apart; and each that was refused, with the one that stands there."""
    builder = Routes()
    kept: list[Route] = []
    refused: list[tuple[Route, Route]] = []
    own = converters()
    for route in candidates:
        try:
            add(builder, row(route, len(kept)), own)
        except RouteConflict as conflict:
            refused.append((route, kept[conflict.existing]))
        else:
            kept.append(route)
    return builder, kept, refused
