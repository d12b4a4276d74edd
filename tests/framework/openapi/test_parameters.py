"""From the signature of an endpoint to its parameters."""

import datetime as dt
import enum
import uuid
from decimal import Decimal
from typing import Annotated, Any, Literal, NewType, TypedDict

import msgspec
import pydantic
import pytest
from pyre.framework import App, Cookie, Header, Query, Request

from framework.openapi.described import document_of, parameters_of, schema_of

DATE = {"type": "string", "format": "date"}
DATE_TIME = {"type": "string", "format": "date-time"}
UUID = {"type": "string", "format": "uuid"}

Number = NewType("Number", int)


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Mixed(enum.Enum):
    RED = "red"
    TWO = 2


class Rights(enum.IntFlag):
    READ = 1
    WRITE = 2


@pytest.mark.parametrize(
    ("annotation", "schema"),
    [
        (str, {"type": "string"}),
        (int, {"type": "integer"}),
        (float, {"type": "number"}),
        (bool, {"type": "boolean"}),
        (Decimal, {"type": "string", "format": "decimal"}),
        (uuid.UUID, UUID),
        (dt.date, DATE),
        (dt.datetime, DATE_TIME),
        (dt.time, {"type": "string", "format": "time"}),
        (dt.timedelta, {"type": "string", "format": "duration"}),
        (Number, {"type": "integer"}),
        (int | None, {"type": "integer"}),
        (int | str, {"anyOf": [{"type": "integer"}, {"type": "string"}]}),
        (dt.datetime | uuid.UUID | None, {"anyOf": [DATE_TIME, UUID]}),
        (Literal["a", "b"], {"type": "string", "enum": ["a", "b"]}),
        (Literal[1, None], {"type": "integer", "enum": [1]}),  # noqa: PYI061 - it may be written
        (Literal["a", 1], {"enum": ["a", 1]}),
        (Literal[Colour.RED], {"type": "string", "enum": ["red"]}),
        (Literal[True], {"type": "boolean", "enum": [True]}),
        (Colour, {"type": "string", "enum": ["red", "blue"]}),
        (Mixed, {"enum": ["red", 2]}),
        (Rights, {"type": "integer"}),
        (list[int], {"type": "array", "items": {"type": "integer"}}),
        (set[dt.date], {"type": "array", "items": DATE}),
        (frozenset[str] | None, {"type": "array", "items": {"type": "string"}}),
        (tuple[int, ...], {"type": "array", "items": {"type": "integer"}}),
        (
            tuple[int, Colour],
            {
                "type": "array",
                "prefixItems": [{"type": "integer"}, {"type": "string", "enum": ["red", "blue"]}],
                "minItems": 2,
                "maxItems": 2,
            },
        ),
        (
            Annotated[int, msgspec.Meta(ge=1, lt=9, multiple_of=2)],
            {"type": "integer", "minimum": 1, "exclusiveMaximum": 9, "multipleOf": 2},
        ),
        (
            Annotated[str | None, msgspec.Meta(min_length=1, max_length=9, pattern="^a")],
            {"type": "string", "minLength": 1, "maxLength": 9, "pattern": "^a"},
        ),
        (
            Annotated[list[Annotated[int, msgspec.Meta(ge=0)]], msgspec.Meta(min_length=1)],
            {"type": "array", "minItems": 1, "items": {"type": "integer", "minimum": 0}},
        ),
        (
            Annotated[Colour, msgspec.Meta(title="Ink", examples=["red"])],
            {"title": "Ink", "examples": ["red"], "type": "string", "enum": ["red", "blue"]},
        ),
    ],
)
def test_the_schema_of_a_query(annotation: Any, schema: object) -> None:
    assert schema_of(annotation) == schema


@pytest.mark.parametrize(
    ("annotation", "default", "expected"),
    [
        (int, 7, 7),
        (str, "", ""),
        (Colour, Colour.BLUE, "blue"),
        (dt.date, dt.date(2024, 2, 29), "2024-02-29"),
        (list[int], [1], [1]),
        (Decimal, Decimal("1.50"), "1.50"),
    ],
)
def test_a_default(annotation: Any, default: object, expected: object) -> None:
    assert schema_of(annotation, default=default)["default"] == expected


def test_none_is_no_default_that_can_be_sent() -> None:
    assert "default" not in schema_of(int | None, default=None)


def test_a_default_that_json_does_not_have_is_left_out() -> None:
    assert schema_of(int | None, default=object()) == {"type": "integer"}


@pytest.mark.parametrize(
    ("path", "annotation", "schema"),
    [
        ("/{value}", str, {"type": "string"}),
        ("/{value}", int, {"type": "integer"}),
        ("/{value:string(min=2, max=3)}", str, {"type": "string", "minLength": 2, "maxLength": 3}),
        ("/{value:alpha}", str, {"type": "string", "pattern": "^[A-Za-z]+$"}),
        (
            "/{value:alnum(max=9)}",
            str,
            {"type": "string", "pattern": "^[A-Za-z0-9]+$", "maxLength": 9},
        ),
        ("/{value:slug}", str, {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"}),
        ("/{value:int(min=1, max=9)}", int, {"type": "integer", "minimum": 1, "maximum": 9}),
        (
            "/{value:int(min=1)}",
            Annotated[int, msgspec.Meta(gt=1, le=9)],
            {"type": "integer", "minimum": 2, "maximum": 9},
        ),
        ("/{value:float(max=2.5)}", float, {"type": "number", "maximum": 2.5}),
        ("/{value}", Decimal, {"type": "number", "format": "decimal"}),
        ("/{value:bool}", bool, {"type": "boolean"}),
        ("/{value}", uuid.UUID, UUID),
        ("/{value}", dt.date, DATE),
        ("/{value}", dt.datetime, DATE_TIME),
        ("/{value:path}", str, {"type": "string"}),
        ("/{value}", Literal["a", "b"], {"type": "string", "enum": ["a", "b"]}),
        ("/{value}", Literal["a", 1], {"enum": ["a", 1]}),
        ("/{value}", Colour, {"type": "string", "enum": ["red", "blue"]}),
        ("/{value:string}", Literal["a"], {"type": "string", "enum": ["a"]}),
        (
            "/{value}",
            int | dt.date | str,
            {"anyOf": [{"type": "integer"}, DATE, {"type": "string"}]},
        ),
    ],
)
def test_the_schema_of_a_placeholder(path: str, annotation: Any, schema: object) -> None:
    assert schema_of(annotation, path) == schema


def test_a_converter_of_the_application_takes_any_text() -> None:
    app = App()
    app.converter("hex", lambda text: int(text, 16))

    @app.endpoint("/{value:hex}")
    async def show(value: int) -> None: ...

    (item,) = document_of(app)["paths"].values()
    (parameter,) = item["get"]["parameters"]
    assert parameter == {
        "name": "value",
        "in": "path",
        "required": True,
        "schema": {"type": "string"},
    }


def test_a_placeholder_that_the_signature_does_not_have() -> None:
    async def show(request: Request) -> None: ...

    (parameter,) = parameters_of(show, "/{number:int}")
    assert (parameter["name"], parameter["schema"]) == ("number", {"type": "integer"})


def test_a_description_is_the_parameters() -> None:
    described = msgspec.Meta(description="Counted from one.", ge=1)

    async def show(
        number: Annotated[int, described], page: Annotated[int, described, Query("p")] = 1
    ) -> None: ...

    on_path, in_query = parameters_of(show, "/{number}")
    assert on_path == {
        "name": "number",
        "in": "path",
        "required": True,
        "description": "Counted from one.",
        "schema": {"type": "integer", "minimum": 1},
    }
    assert in_query == {
        "name": "p",
        "in": "query",
        "description": "Counted from one.",
        "schema": {"type": "integer", "minimum": 1, "default": 1},
    }


def test_places_names_and_what_is_required() -> None:
    async def show(  # noqa: PLR0913, PLR0917 - one of each
        request: Request,
        a: int,
        b: Annotated[str | None, Query("q")],
        x_id: Annotated[str, Header()],
        from_: Annotated[str, Header()] = "",
        c: Annotated[int, Header("X-Count")] = 0,
        d: Annotated[str, Cookie("sid")] = "",
    ) -> None: ...

    found = [
        (each["in"], each["name"], each.get("required", False)) for each in parameters_of(show)
    ]
    assert found == [
        ("query", "a", True),
        ("query", "q", True),
        ("header", "x-id", True),
        ("header", "from", False),
        ("header", "X-Count", False),
        ("cookie", "sid", False),
    ]


def test_fields_that_openapi_has_other_places_for_are_left_out() -> None:
    async def show(
        accept: Annotated[str, Header()],
        content_type: Annotated[str, Header()],
        authorization: Annotated[str, Header()],
    ) -> None: ...

    assert parameters_of(show) == []


def test_a_name_stands_in_a_place_once() -> None:
    async def show(
        a: Annotated[int, Query("q")],
        b: Annotated[str, Query("q")],
        c: Annotated[str, Header("X-A")],
        d: Annotated[str, Header("x-a")],
        e: Annotated[str, Cookie("q")],
    ) -> None: ...

    names = [(each["in"], each["name"]) for each in parameters_of(show)]
    assert names == [("query", "q"), ("header", "X-A"), ("cookie", "q")]


class Struct(msgspec.Struct, rename="camel"):
    first_day: dt.date
    colour: Colour | None = None
    words: list[str] = []


class Dictionary(TypedDict, total=False):
    first_day: dt.date


class Model(pydantic.BaseModel):
    first_day: dt.date = pydantic.Field(alias="firstDay", description="It counts.")
    number: int | None = None


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (
            Struct,
            [
                {"name": "firstDay", "in": "query", "required": True, "schema": DATE},
                {
                    "name": "colour",
                    "in": "query",
                    "schema": {"$ref": "#/components/schemas/Colour"},
                },
                {
                    "name": "words",
                    "in": "query",
                    "schema": {"type": "array", "items": {"type": "string"}, "default": []},
                },
            ],
        ),
        (Dictionary, [{"name": "first_day", "in": "query", "schema": DATE}]),
        (
            Model,
            [
                {
                    "name": "firstDay",
                    "in": "query",
                    "required": True,
                    "description": "It counts.",
                    "schema": {**DATE, "title": "Firstday"},
                },
                {
                    "name": "number",
                    "in": "query",
                    "schema": {"type": "integer", "title": "Number"},
                },
            ],
        ),
    ],
)
def test_the_fields_of_a_model(model: Any, expected: object) -> None:
    async def search(wanted) -> None: ...

    search.__annotations__["wanted"] = Annotated[model, Query()]
    assert parameters_of(search) == expected


def test_a_model_is_no_component_for_its_fields() -> None:
    app = App()

    @app.endpoint("/")
    async def search(wanted: Annotated[Struct, Query()]) -> None: ...

    schemas = document_of(app)["components"]["schemas"]
    assert set(schemas) == {"Colour", "FieldProblem", "Problem"}


def test_nothing_of_a_model_with_a_default_is_required() -> None:
    async def search(
        wanted: Annotated[Struct | None, Query()] = None,
        sent: Annotated[Struct | None, Header()] = None,
    ) -> None: ...

    parameters = parameters_of(search)
    assert not any("required" in each for each in parameters)
    assert [each["name"] for each in parameters if each["in"] == "header"] == [
        "firstDay",
        "colour",
        "words",
    ]
