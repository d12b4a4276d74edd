"""The argument from a JSON body."""

import dataclasses
from typing import Annotated, Any, Generic, NamedTuple, NotRequired, TypedDict, TypeVar

import msgspec
import pydantic
import pytest
from pyre.framework.binding import Body as BodyMarker
from pyre.framework.binding import Header, plan
from pyre.framework.errors import FieldError, HTTPError

from framework.binding.memory import JSON, Body, Request, call, errors, json_request

ItemT = TypeVar("ItemT")


class Address(msgspec.Struct):
    zip: Annotated[str, msgspec.Meta(min_length=4)]
    street: str = ""


class Person(msgspec.Struct, rename="camel"):
    first_name: str
    age: int
    address: Address | None = None
    friends: "list[Person]" = []


@dataclasses.dataclass
class Point:
    x: int
    y: int = 0


class Size(TypedDict):
    width: int
    height: NotRequired[int]


class Pair(NamedTuple):
    name: str
    value: int


class Box(msgspec.Struct, Generic[ItemT]):
    item: ItemT


class Cat(msgspec.Struct, tag="cat"):
    lives: int


class Dog(msgspec.Struct, tag="dog"):
    name: str


class Model(pydantic.BaseModel):
    number: int
    tags: list[str] = []


class Wrapper(msgspec.Struct):
    model: Model


def endpoint_for(annotation, *default):
    def endpoint(it):
        return it

    endpoint.__annotations__["it"] = annotation
    endpoint.__defaults__ = default
    return endpoint


@pytest.mark.parametrize(
    ("annotation", "content", "expected"),
    [
        (Person, b'{"firstName": "Ann", "age": 5}', Person("Ann", 5)),
        (Point, b'{"x": 1}', Point(1)),
        (Size, b'{"width": 1}', {"width": 1}),
        (Box[int], b'{"item": 1}', Box(1)),
        (Box[Point], b'{"item": {"x": 1}}', Box(Point(1))),
        (Model, b'{"number": 1}', Model(number=1)),
        (Cat | Dog, b'{"type": "dog", "name": "Rex"}', Dog("Rex")),
        (Point | None, b"null", None),
        (Model | None, b'{"number": 1}', Model(number=1)),
        (Annotated[Point, BodyMarker()], b'{"x": 1}', Point(1)),
        (Annotated[list[Point], BodyMarker()], b'[{"x": 1}]', [Point(1)]),
        (Annotated[list[Model], BodyMarker()], b'[{"number": 1}]', [Model(number=1)]),
        (Annotated[dict[str, int], BodyMarker()], b'{"a": 1}', {"a": 1}),
        (Annotated[int, BodyMarker(), msgspec.Meta(ge=1)], b"1", 1),
        (Annotated[Any, BodyMarker()], b"[1]", [1]),
        (Annotated[str, BodyMarker()], b'"a"', "a"),
        (Annotated[Pair, BodyMarker()], b'["a", 1]', Pair("a", 1)),
        (Wrapper, b'{"model": {"number": 1}}', Wrapper(Model(number=1))),
    ],
    ids=str,
)
def test_what_a_body_becomes(annotation, content, expected):
    value = call(endpoint_for(annotation), json_request(content))
    assert (value, type(value)) == (expected, type(expected))


@pytest.mark.parametrize(
    "content_type",
    [
        b"application/json",
        b"Application/JSON; charset=utf-8",
        b"application/json ;a=b",
        b"application/merge-patch+json",
    ],
)
def test_content_types_of_json(content_type):
    request = Request(headers=[(b"content-type", content_type)], content=b'{"x": 1}')
    assert call(endpoint_for(Point), request) == Point(1)


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [(b"content-type", b"")],
        [(b"content-type", b"text/plain")],
        [(b"content-type", b"application/jsonp")],
        [(b"content-type", b"x-www-form+json-urlencoded")],
        [(b"content-type", b"text")],
        [JSON, (b"content-type", b"text/plain")],
        [JSON, JSON],
    ],
    ids=str,
)
def test_a_body_that_is_not_called_json(headers):
    with pytest.raises(HTTPError) as raised:
        call(endpoint_for(Point), Request(headers=headers, content=b'{"x": 1}'))
    assert raised.value.status == 415
    assert dict(raised.value.headers) == {"accept": "application/json"}


def test_what_is_not_called_json_is_not_read(monkeypatch):
    async def read(_):
        raise AssertionError

    monkeypatch.setattr(Body, "read", read)
    with pytest.raises(HTTPError) as raised:
        call(endpoint_for(Point), Request(headers=[(b"content-type", b"text/plain")]))
    assert raised.value.status == 415


@pytest.mark.parametrize("headers", [[], [JSON]])
def test_no_body(headers):
    expected = [FieldError("body", "#", "is missing: the request has no content")]
    for annotation in (Point, Model, Point | None):
        assert errors(endpoint_for(annotation), Request(headers=headers)) == expected
    assert call(endpoint_for(Point | None, None), Request(headers=headers)) is None


def test_a_default_that_can_be_changed_is_new_for_each_request():
    default = Point(1)
    given = call(endpoint_for(Point, default))
    assert given == default
    assert given is not default


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (b'{"x": 1', "is not JSON: Input data was truncated (byte 7)"),
        (b'{"x": 1,}', "is not JSON: JSON is malformed: trailing comma in object (byte 8)"),
        (b'{"x": "y", ]', "is not JSON: JSON is malformed"),
        (b"\xef\xbb\xbf{}", "is not JSON: JSON is malformed: invalid character (byte 0)"),
        (b'{"y": 1, "z": "\xff"}', "is not UTF-8 (byte 15)"),
        (b"[" * 100_000, "is nested too deeply"),
        (b'{"x":' * 100_000, "is nested too deeply"),
        (b" ", "is not JSON"),
        (b"NaN", "is not JSON"),
        (b"9" * 5000, "Integer value out of range"),
        (b"1e400", "Number out of range"),
    ],
    ids=lambda value: repr(value[:20]),
)
def test_malformed_json(content, detail):
    for annotation in (Point, Annotated[dict[str, Any], BodyMarker()]):
        (fault,) = errors(endpoint_for(annotation), json_request(content))
        assert fault[:2] == ("body", "#")
        assert detail in fault.detail or annotation is not Point


def test_malformed_json_for_a_pydantic_model():
    (fault,) = errors(endpoint_for(Model), json_request(b'{"number": 1,'))
    assert fault[:2] == ("body", "#")
    assert "column" in fault.detail


def test_what_can_not_be_hashed():
    annotation = Annotated[set[Any], BodyMarker()]
    (fault,) = errors(endpoint_for(annotation), json_request(b"[[1]]"))
    assert fault == FieldError("body", "#", "unhashable type: 'list'")


def test_faults_of_the_body_come_with_all_others():
    def endpoint(point: Point, limit: int, token: Annotated[int, Header()]):
        return point, limit, token

    request = Request("limit=x", headers=[JSON], content=b'{"x": "a", "y": "b"}')
    found = errors(endpoint, request)
    assert [(fault.source, fault.name) for fault in found] == [
        ("query", "limit"),
        ("header", "token"),
        ("body", "#/x"),
        ("body", "#/y"),
    ]


def test_what_the_body_itself_raises_is_left_alone(monkeypatch):
    class GoneError(Exception):
        pass

    async def read(_):
        raise GoneError

    monkeypatch.setattr(Body, "read", read)
    with pytest.raises(GoneError):
        call(endpoint_for(Point), json_request(b"{}"))


def test_a_defect_of_the_application_is_no_fault_of_the_peer():
    class Defective(msgspec.Struct):
        x: int

        def __post_init__(self):
            raise LookupError("a defect")

    with pytest.raises(LookupError, match="a defect"):
        call(endpoint_for(Defective), json_request(b'{"x": 1}'))


def test_the_shape_of_most_endpoints():
    async def endpoint(request: Request, number: int, person: Person):
        return request, number, person

    endpoint_plan = plan(endpoint, ["number"])
    assert not endpoint_plan.is_sync
    assert endpoint_plan.needs_request
    assert [bound.source for bound in endpoint_plan.parameters] == ["request", "path", "body"]
