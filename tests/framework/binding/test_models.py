"""Models whose fields are those of a query, a header section, cookies or a form."""

import dataclasses
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from typing import Annotated, Generic, NotRequired, TypedDict, TypeVar
from uuid import UUID

import msgspec
import pydantic
import pytest
from pyre.framework.binding import Cookie, Form, Header, Query
from pyre.framework.errors import FieldError

from framework.binding.memory import Request, call, errors, form_request

ItemT = TypeVar("ItemT")


class Colour(Enum):
    RED = "red"


class Filter(msgspec.Struct, rename="camel"):
    page_size: Annotated[int, msgspec.Meta(ge=1)] = 10
    colours: set[Colour] = set()
    since: date | None = None


@dataclasses.dataclass
class Page:
    number: int
    size: int = 10


class Range(TypedDict):
    first: int
    last: NotRequired[int]


class Model(pydantic.BaseModel):
    number: int = pydantic.Field(ge=1, alias="n")
    tags: list[str] = []
    cost: Decimal | None = None


class Everything(msgspec.Struct):
    a: UUID
    b: Decimal
    c: timedelta
    d: tuple[int, ...]
    e: frozenset[int]
    f: float
    g: bool


class Box(msgspec.Struct, Generic[ItemT]):
    items: list[ItemT]


def test_a_struct_with_names_of_its_own():
    def endpoint(filter: Annotated[Filter, Query()]):  # noqa: A002 - it is a good name
        return filter

    request = Request("pageSize=5&colours=red&since=2024-02-29")
    assert call(endpoint, request) == Filter(5, {Colour.RED}, date(2024, 2, 29))
    assert call(endpoint) == Filter()
    assert errors(endpoint, Request("pageSize=0&colours=x&since=y")) == [
        FieldError("query", "pageSize", "Expected `int` >= 1"),
        FieldError("query", "colours", "value 1 must be one of red"),
        FieldError("query", "since", "must be a date like 2024-02-29"),
    ]


def test_a_dataclass():
    def endpoint(page: Annotated[Page, Query()]):
        return page

    assert call(endpoint, Request("number=2")) == Page(2, 10)
    assert errors(endpoint) == [FieldError("query", "number", "is missing")]


def test_a_typed_dictionary():
    def endpoint(range: Annotated[Range, Query()]):  # noqa: A002 - it is a good name
        return range

    assert call(endpoint, Request("first=2")) == {"first": 2}
    assert call(endpoint, Request("first=2&last=3")) == {"first": 2, "last": 3}


def test_a_generic_struct():
    def endpoint(box: Annotated[Box[int], Query()]):
        return box

    assert call(endpoint, Request("items=1&items=2")) == Box([1, 2])
    assert errors(endpoint, Request("items=x"))[0].name == "items"


def test_every_type_that_text_becomes():
    def endpoint(everything: Annotated[Everything, Query()]):
        return everything

    number = "12345678-1234-5678-1234-567812345678"
    assert call(endpoint, Request(f"a={number}&b=1.5&c=PT1S&d=1&e=2&f=1&g=on")) == Everything(
        UUID(number), Decimal("1.5"), timedelta(seconds=1), (1,), frozenset({2}), 1.0, True
    )


def test_a_pydantic_model_converts_by_itself():
    def endpoint(model: Annotated[Model, Query()]):
        return model

    assert call(endpoint, Request("n=2&tags=a&tags=b&cost=1.5")) == Model(
        n=2, tags=["a", "b"], cost=Decimal("1.5")
    )
    found = errors(endpoint, Request("cost=x"))
    assert [(fault.source, fault.name) for fault in found] == [("query", "n"), ("query", "cost")]
    assert found[0].detail == "Field required"


@pytest.mark.parametrize("marker", [Header, Cookie, Form])
def test_other_sources(marker):
    class Visit(msgspec.Struct):
        page_size: int
        theme: str = "light"

    def endpoint(visit):
        return visit

    endpoint.__annotations__["visit"] = Annotated[Visit, marker()]
    request = {
        Header: Request(headers=[(b"page-size", b"5")]),
        Cookie: Request(cookies={"page_size": "5"}),
        Form: form_request(("page_size", "5")),
    }[marker]
    assert call(endpoint, request) == Visit(5)
    name = "page-size" if marker is Header else "page_size"
    assert [fault.name for fault in errors(endpoint)] == [name]


def test_a_model_with_a_default_is_absent_when_all_of_it_is():
    def endpoint(page: Annotated[Page | None, Query()] = None):
        return page

    assert call(endpoint) is None
    assert call(endpoint, Request("number=1")) == Page(1)
    assert errors(endpoint, Request("size=1")) == [FieldError("query", "number", "is missing")]


def test_what_a_model_refuses_as_a_whole():
    class Between(msgspec.Struct):
        first: int
        last: int

        def __post_init__(self):
            if self.first > self.last:
                raise ValueError("first comes first")

    def endpoint(between):
        return between

    endpoint.__annotations__["between"] = Annotated[Between, Query()]
    assert errors(endpoint, Request("first=2&last=1")) == [
        FieldError("query", "between", "first comes first")
    ]
