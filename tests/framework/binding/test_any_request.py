"""Whatever a peer sends becomes arguments of the annotated types, or an error that lists faults."""

import dataclasses
import datetime as dt
import re
import types
import typing
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal, TypedDict
from uuid import UUID

import msgspec
import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyre.framework.binding import Body, Cookie, Form, Header, Query, plan
from pyre.framework.binding.annotations import take_apart
from pyre.framework.errors import HTTPError

from framework.binding.memory import JSON, Request, UploadFile, Values


class Colour(Enum):
    RED = "red"
    ONE = 1


class Level(Enum):
    LOW = 1
    HIGH = 2


class Inner(msgspec.Struct, frozen=True):
    a: int
    b: str | None = None


class Outer(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    some_inner: Inner
    many: list[Inner] = []
    by_name: dict[int, dt.date] = {}
    some: set[Inner] = set()
    any_of: int | str | list[Decimal] | None = None
    again: "Outer | None" = None


@dataclasses.dataclass
class Point:
    x: float
    y: Annotated[int, msgspec.Meta(ge=0)] = 0


class Size(TypedDict):
    width: int
    unit: Literal["px", "em"]


class Model(pydantic.BaseModel):
    number: int
    size: dict[str, int] | None = None
    children: "list[Model]" = []


class Filter(msgspec.Struct):
    a: int
    b: list[UUID] = []
    c: bool | None = None


def of_query(  # noqa: PLR0913, PLR0917 - one of each
    a: int,
    b: list[float],
    c: Colour | None = None,
    d: Literal["x", 1] = 1,
    e: dt.datetime | dt.date | UUID | None = None,
    f: tuple[int, bool] = (1, True),
    g: Annotated[set[Annotated[int, msgspec.Meta(ge=5)]], msgspec.Meta(max_length=2)] = set(),  # noqa: B006
    h: dt.timedelta | dt.time | None = None,
    i: Annotated[str, msgspec.Meta(pattern="^a", max_length=3)] = "a",
    j: Decimal | None = None,
): ...


def of_headers(
    a: Annotated[int, Header()],
    b: Annotated[list[int], Header()],
    c: Annotated[dt.date | None, Header()] = None,
    d: Annotated[frozenset[Colour], Header()] = frozenset(),
): ...


def of_cookies(a: Annotated[int, Cookie()], b: Annotated[UUID | None, Cookie()] = None): ...


def of_models(
    a: Annotated[Filter, Query()],
    b: Annotated[Point, Header()],
    c: Annotated[Size | None, Cookie()] = None,
): ...


def of_form(
    a: Annotated[int, Form()],
    b: Annotated[list[Level], Form()],
    c: UploadFile | None = None,
    d: Annotated[list[UploadFile], Form()] = [],  # noqa: B006
    e: Annotated[list[str] | None, Form()] = None,
): ...


def of_form_model(a: Annotated[Filter, Form()]): ...


def of_body(it: Outer, a: int = 1): ...


def of_dataclass(it: Point | None): ...


def of_typed_dict(it: Size): ...


def of_pydantic(it: Model): ...


def of_pydantic_list(it: Annotated[list[Model], Body()]): ...


def of_set(it: Annotated[set[Any], Body()]): ...


def of_mapping(it: Annotated[dict[Literal[1, 2], list[bytes] | dt.datetime], Body()]): ...


ENDPOINTS = [function for name, function in list(vars().items()) if name.startswith("of_")]
PLANS = {function.__name__: plan(function, ()) for function in ENDPOINTS}

NAMES = st.sampled_from(list("abcdefghij"))
TEXTS = st.one_of(
    st.text(max_size=10),
    st.sampled_from(
        [
            "1",
            "-5",
            "x",
            "red",
            "true",
            "on",
            "px",
            "2024-02-29",
            "2024-02-29T10:15:30Z",
            "12345678-1234-5678-1234-567812345678",
            "PT1S",
            "10:15",
            "1.5",
            "1e999",
            "9" * 5000,
            "null",
            "1,2",
            '"',
            "٣",
            "9999-12-31T23:59:59-23:59",
            "P999999999999D",
        ]
    ),
)
PAIRS = st.lists(st.tuples(NAMES, TEXTS), max_size=8)
HEADER_NAMES = st.sampled_from([b"a", b"b", b"c", b"d", b"x", b"y", b"content-type"])
FILES = st.sampled_from([UploadFile(), UploadFile(""), UploadFile(None)])

NUMBERS = st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)
JSON_NAMES = st.sampled_from(
    [
        "a",
        "b",
        "someInner",
        "many",
        "byName",
        "some",
        "anyOf",
        "again",
        "x",
        "y",
        "width",
        "unit",
        "number",
        "size",
        "children",
        "1",
        "2",
        "z",
    ]
)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(JSON_NAMES, inner, max_size=4),
    max_leaves=10,
)
JSON_TEXTS = JSON_VALUES.map(msgspec.json.encode)


@st.composite
def cut(draw, texts=JSON_TEXTS):
    """JSON with an octet more, less, or another."""
    octets = bytearray(draw(texts))
    place = draw(st.integers(0, len(octets)))
    return bytes(octets[:place] + draw(st.binary(max_size=3)) + octets[place + 1 :])


CONTENTS = (
    JSON_TEXTS | cut() | st.binary(max_size=20) | st.sampled_from([b"", b"[" * 5000, b"1e999"])
)


@st.composite
def requests(draw):
    """Any request; its content is called JSON more often than not."""
    request = Request(
        headers=draw(st.lists(st.tuples(HEADER_NAMES, st.binary(max_size=8)), max_size=4)),
        cookies=dict(draw(PAIRS)),
        content=draw(CONTENTS),
        form=Values(draw(st.lists(st.tuples(NAMES, TEXTS | FILES), max_size=8))),
    )
    request.query = Values(draw(PAIRS))
    if draw(st.booleans()):
        request.headers = type(request.headers)([JSON])
    return request


@pytest.mark.parametrize("name", PLANS)
@given(data=st.data())
def test_arguments_or_faults(name, data):
    made = PLANS[name]
    request = data.draw(requests())
    result = outcome(made, request)
    if isinstance(result, HTTPError):
        assert result.status in {400, 415}
        assert (result.status == 400) == bool(result.errors)
        sources = {bound.source for bound in made.parameters}
        assert all(fault.detail and fault.source in sources for fault in result.errors)
    else:
        for bound, argument in zip(made.parameters, result, strict=True):
            assert argument == bound.default or is_of(argument, bound.type), bound.name


@given(st.dictionaries(NAMES, TEXTS))
def test_each_field_that_is_wrong_is_named_and_no_other(values):
    """A field that is refused alone is refused among others, and the other way about."""
    made = PLANS["of_query"]
    alone = {name for name in "abcdefghij" if name in refused(made, values, name)}
    assert refused(made, values, *"abcdefghij") == alone


def refused(made, values, *names):
    """What is refused of these fields, when there is nothing wrong with any other."""
    request = Request()
    good = {name: "1" for name in "ab" if name not in names}
    chosen = {name: values[name] for name in names if name in values}
    request.query = Values((good | chosen).items())
    result = outcome(made, request)
    return {fault.name for fault in result.errors} if isinstance(result, HTTPError) else set()


def outcome(made, request):
    """The arguments, or the error that is raised instead."""
    try:
        arguments, keywords = run_at_once(made.arguments(request, ()))
    except HTTPError as error:
        return error
    assert not keywords
    return arguments


def run_at_once(coroutine):
    """Run what waits for nothing, without a loop."""
    with pytest.raises(StopIteration) as stopped:
        coroutine.send(None)
    return stopped.value.value


def is_of(value, annotation):
    """Whether a value is of a type; constraints too, by another way than the one under test."""
    parts = take_apart(annotation)
    if value is None:
        return parts.is_optional or parts.type in {Any, types.NoneType}
    return has_type(value, parts.type) and all(obeys(value, meta) for meta in parts.constraints)


def has_type(value, annotation):
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if annotation is Any:
        return True
    if origin is Literal:
        return any(value == each and type(value) is type(each) for each in arguments)
    if origin in {typing.Union, types.UnionType}:
        return any(is_of(value, member) for member in arguments)
    if origin is None:
        return is_instance(value, annotation)
    return type(value) is origin and has_elements(value, arguments)


def has_elements(value, arguments):
    if isinstance(value, tuple):
        return len(value) == len(arguments) and all(map(is_of, value, arguments))
    if isinstance(value, dict):
        return all(is_of(k, arguments[0]) and is_of(v, arguments[1]) for k, v in value.items())
    return all(is_of(each, arguments[0]) for each in value)


def obeys(value, meta):
    return (
        (meta.ge is None or value >= meta.ge)
        and (meta.max_length is None or len(value) <= meta.max_length)
        and (meta.pattern is None or re.search(meta.pattern, value) is not None)
    )


def is_instance(value, cls):
    """Whether it is an object of exactly that class, and its fields are of theirs."""
    fields = typing.get_type_hints(cls, include_extras=True) if cls in MODELS else {}
    if typing.is_typeddict(cls):
        return fields.keys() == value.keys() and all(is_of(value[k], fields[k]) for k in fields)
    return type(value) is cls and all(is_of(getattr(value, k), fields[k]) for k in fields)


MODELS = {Inner, Outer, Point, Size, Filter}
