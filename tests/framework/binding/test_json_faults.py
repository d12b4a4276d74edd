"""All that is wrong in a JSON body is listed, each by its JSON pointer."""

import dataclasses
from datetime import datetime
from enum import Enum
from typing import Annotated, Literal, NamedTuple, TypedDict

import msgspec
import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyre.framework.binding import Body
from pyre.framework.binding.json_faults import MOST_FAULTS, MOST_VALUES
from pyre.framework.binding.pointers import pointer

from framework.binding.memory import errors, json_request


class Colour(Enum):
    RED = "red"


class Address(msgspec.Struct):
    zip: Annotated[str, msgspec.Meta(min_length=4)]
    street: str = ""


class Person(msgspec.Struct, rename="camel"):
    first_name: str
    age: Annotated[int, msgspec.Meta(ge=0)]
    address: Address | None = None
    friends: "list[Person]" = []
    colour: Colour | None = None
    born: datetime | None = None
    by_name: dict[str, Address] = {}


class Strict(msgspec.Struct, forbid_unknown_fields=True):
    x: int


class Row(msgspec.Struct, array_like=True):
    name: str
    value: int = 0


class Tagged(msgspec.Struct, array_like=True, tag="t"):
    value: int


class Other(msgspec.Struct, array_like=True, tag="o"):
    value: int


class Cat(msgspec.Struct, tag="cat"):
    lives: int


class Dog(msgspec.Struct, tag="dog"):
    name: str


class Pair(NamedTuple):
    name: str
    value: int


@dataclasses.dataclass
class Point:
    x: int
    y: int


class Size(TypedDict):
    width: int
    height: int


class Model(pydantic.BaseModel):
    number: int
    inner: "list[Model]" = []
    kind: int | Literal["x"] = 1


class Wrapper(msgspec.Struct):
    models: list[Model]
    x: int


class Between(msgspec.Struct):
    first: int
    last: int

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise ValueError("first comes first")


class Span(msgspec.Struct):
    between: Between


def faults(annotation, content):
    def endpoint(it):
        return it

    endpoint.__annotations__["it"] = Annotated[annotation, Body()]
    content = content if isinstance(content, bytes) else msgspec.json.encode(content)
    found = errors(endpoint, json_request(content))
    assert {fault.source for fault in found} == {"body"}
    return [(fault.name, fault.detail) for fault in found]


CASES = [
    (Person, [], [("#", "Expected `object`")]),
    (Person, {}, [("#/firstName", "is missing"), ("#/age", "is missing")]),
    (
        Person,
        {"firstName": 1, "age": -1, "address": {"zip": "1", "street": 2}},
        [
            ("#/firstName", "Expected `str`, got `int`"),
            ("#/age", "Expected `int` >= 0"),
            ("#/address/zip", "Expected `str` of length >= 4"),
            ("#/address/street", "Expected `str`, got `int`"),
        ],
    ),
    (
        Person,
        {"firstName": "", "age": 1, "friends": [{"firstName": "", "age": 1}, {"age": "x"}, 5]},
        [
            ("#/friends/1/firstName", "is missing"),
            ("#/friends/1/age", "Expected `int`, got `str`"),
            ("#/friends/2", "Expected `object`"),
        ],
    ),
    (
        Person,
        {"firstName": "", "age": 1, "colour": "blue", "born": "now", "byName": {"a/b": {}}},
        [
            ("#/colour", "Invalid enum value 'blue'"),
            ("#/born", "Invalid RFC3339 encoded datetime"),
            ("#/byName/a~1b/zip", "is missing"),
        ],
    ),
    (Person, {"firstName": "", "age": 1, "address": 5}, [("#/address", "is of none of the types")]),
    (Strict, {"x": "a", "y": 1}, [("#/y", "is not known"), ("#/x", "Expected `int`, got `str`")]),
    (Row, {}, [("#", "Expected `array`")]),
    (Row, [1, "x"], [("#/0", "Expected `str`, got `int`"), ("#/1", "Expected `int`, got `str`")]),
    (Row, [], [("#/0", "is missing")]),
    (Tagged, ["o", "x"], [("#/0", "Invalid enum value 'o'"), ("#/1", "Expected `int`, got `str`")]),
    (Tagged | Other, ["t", "x"], [("#/1", "Expected `int`, got `str`")]),
    (Cat | Dog, {"type": "dog", "name": 1}, [("#/name", "Expected `str`, got `int`")]),
    (Cat | Dog, {"type": "cow"}, [("#/type", "must be one of 'cat', 'dog'")]),
    (Cat | Dog, {}, [("#/type", "must be one of 'cat', 'dog'")]),
    (Cat | Dog, 1, [("#", "is of none of the types that are possible here")]),
    (Cat, {"type": "dog"}, [("#/type", "must be 'cat'"), ("#/lives", "is missing")]),
    (int | str | None, [], [("#", "is of none of the types that are possible here")]),
    (Annotated[int, msgspec.Meta(ge=5)] | bool, 1, [("#", "Expected `int` >= 5")]),
    (Pair, ["a", "b"], [("#/1", "Expected `int`, got `str`")]),
    (
        Point,
        {"x": "a", "y": "b"},
        [("#/x", "Expected `int`, got `str`"), ("#/y", "Expected `int`, got `str`")],
    ),
    (Size, {"width": "a"}, [("#/width", "Expected `int`, got `str`"), ("#/height", "is missing")]),
    (tuple[int, int], [1], [("#", "Expected `array` of length 2, got 1")]),
    (
        tuple[int, int],
        ["a", "b"],
        [("#/0", "Expected `int`, got `str`"), ("#/1", "Expected `int`, got `str`")],
    ),
    (
        Annotated[list[int], msgspec.Meta(max_length=1)],
        [1, "a"],
        [("#", "must have 1 or fewer elements"), ("#/1", "Expected `int`, got `str`")],
    ),
    (
        Annotated[dict[str, int], msgspec.Meta(min_length=2)],
        {"a": 1},
        [("#", "must have 2 or more elements")],
    ),
    (
        dict[int, str],
        {"1": "a", "x": 5},
        [("#/x", "Expected `int`, got `str`"), ("#/x", "Expected `str`, got `int`")],
    ),
    (
        set[int],
        ["a", 1, "b"],
        [("#/0", "Expected `int`, got `str`"), ("#/2", "Expected `int`, got `str`")],
    ),
    (Literal["a", 1], "b", [("#", "Invalid enum value 'b'")]),
    (Span, {"between": {"first": 2, "last": 1}}, [("#/between", "first comes first")]),
    (
        list[Annotated[int, msgspec.Meta(description="words")]],
        ["a"],
        [("#/0", "Expected `int`, got `str`")],
    ),
    (
        Wrapper,
        {"models": [{"number": "a"}, {}], "x": "y"},
        [
            (
                "#/models/0/number",
                "Input should be a valid integer, unable to parse string as an integer",
            ),
            ("#/models/1/number", "Field required"),
            ("#/x", "Expected `int`, got `str`"),
        ],
    ),
    (
        Model,
        {"number": [], "inner": [{"kind": "y"}]},
        [
            ("#/number", "Input should be a valid integer"),
            ("#/inner/0/number", "Field required"),
            (
                "#/inner/0/kind",
                "Input should be a valid integer, unable to parse string as an integer",
            ),
            ("#/inner/0/kind", "Input should be 'x'"),
        ],
    ),
    (Model, [], [("#", "Input should be an object")]),
]


@pytest.mark.parametrize(("annotation", "content", "expected"), CASES, ids=str)
def test_every_fault_is_listed(annotation, content, expected):
    found = faults(annotation, content)
    assert [name for name, _ in sorted(found)] == [name for name, _ in sorted(expected)]
    for (_, detail), (_, start) in zip(sorted(found), sorted(expected), strict=True):
        assert detail.startswith(start)


def test_what_msgspec_alone_sees():
    spans = {"spans": [{"between": {"first": 2, "last": 1}}]}
    assert faults(dict[str, list[Span]], spans) == [
        ("#", "first comes first - at `$[...][0].between`")
    ]
    assert faults(list[Span], spans["spans"]) == [("#/0/between", "first comes first")]
    twice = b'{"lives": "a", "lives": 1}'
    assert faults(Cat, twice) == [("#/lives", "Expected `int`, got `str`")]
    between = b'{"between": 1, "between": {"first": 1, "last": 1}}'
    assert faults(Span, between) == [("#/between", "Expected `object`, got `int`")]


def test_a_place_that_is_no_place():
    class Named(msgspec.Struct):
        between: Between = msgspec.field(name="a.b")

    value = {"a.b": {"first": 2, "last": 1}}
    assert faults(Named, value) == [("#", "first comes first - at `$.a.b`")]


def test_faults_are_bounded():
    assert len(faults(list[int], ["x"] * (MOST_FAULTS + 1))) == MOST_FAULTS
    assert len(faults(list[list[int]], [["x"] * MOST_FAULTS, ["x"]])) == MOST_FAULTS


def test_the_values_that_are_looked_at_are_bounded():
    assert len(faults(list[int], [*([1] * (MOST_VALUES - 3)), "x", "x"])) == 2
    assert len(faults(list[int], [*([1] * (MOST_VALUES - 2)), "x", "x"])) == 1
    beyond = [*([1] * MOST_VALUES), "x", "x"]
    assert faults(list[int], beyond) == [(f"#/{MOST_VALUES}", "Expected `int`, got `str`")]


class Deep(msgspec.Struct):
    child: "Deep | None" = None


def test_a_fault_that_is_very_deep():
    tree = 5
    for _ in range(200):
        tree = {"child": tree}
    assert faults(Deep, tree) == [("#" + "/child" * 200, "Expected `object | null`, got `int`")]


def test_names_that_a_peer_invents_are_not_sent_back_at_any_length():
    name = "x" * 201
    assert faults(dict[str, int], {name: "a"}) == [("#", "Expected `int`, got `str`")]
    assert faults(dict[str, int], {name[:200]: "a"}) == [
        (f"#/{name[:200]}", "Expected `int`, got `str`")
    ]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ((), "#"),
        (("a", 0, "b"), "#/a/0/b"),
        (("",), "#/"),
        (
            ("a/b", "m~n", "c%d", "e^f", "k l", 'i"j', "é"),
            "#/a~1b/m~0n/c%25d/e%5Ef/k%20l/i%22j/%C3%A9",
        ),
    ],
    ids=str,
)
def test_pointers(path, expected):
    assert pointer(path) == expected


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["firstName", "age", "address", "friends", "zip", "byName", "type", "a.b"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
ANNOTATIONS = [
    Person,
    list[Person],
    Cat | Dog | None,
    Tagged | Other,
    Model,
    dict[str, Address],
    Pair,
]


@given(annotation=st.sampled_from(ANNOTATIONS), value=JSON_VALUES)
def test_the_walk_finds_faults_where_there_are_any(annotation, value):
    content = msgspec.json.encode(value)
    decoded = msgspec.json.decode(content)
    for name, _ in faults_of(annotation, content):
        steps = [step for step in name.removeprefix("#").split("/") if step]
        assert exists(decoded, steps), name


def faults_of(annotation, content):
    """The faults, if there are any."""
    try:
        if annotation is Model:
            Model.model_validate_json(content)
        else:
            msgspec.json.decode(content, type=annotation)
    except ValueError:
        return faults(annotation, content)
    return []


def exists(value, steps):
    """Whether each step of a pointer is in the value, or the last is what is missing in it."""
    for place, step in enumerate(steps):
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return place + 1 == len(steps)
    return True
