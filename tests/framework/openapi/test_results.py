"""From the annotation of a result, and from what is taken, to the responses."""

import datetime as dt
from collections.abc import Awaitable
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Literal, NewType

import annotated_types
import msgspec
import pydantic
import pytest
from pyre.framework import (
    App,
    FieldError,
    Form,
    Header,
    HTTPError,
    Request,
    Response,
    responses,
)
from pyre.framework.openapi.problems import Problem

from framework.openapi.described import document_of, operation_of

if TYPE_CHECKING:
    from fractions import Fraction


class Book(msgspec.Struct):
    title: str


class Model(pydantic.BaseModel):
    number: int = pydantic.Field(0, alias="No")

    @pydantic.computed_field
    def double(self) -> int:
        return 2 * self.number


class Colour(Enum):
    RED = "red"


class Word(StrEnum):
    YES = "yes"


class Table(responses.PlainTextResponse):
    pass


Name = NewType("Name", str)

OK = {"200": {"description": "OK"}}
NO_CONTENT = {"204": {"description": "No Content"}}
BOOK = {"$ref": "#/components/schemas/Book"}


def ok(**contents: object) -> dict[str, object]:
    types = {
        "json": "application/json",
        "text": "text/plain",
        "html": "text/html",
        "events": "text/event-stream",
        "octets": "application/octet-stream",
    }
    content = {types[name]: it if it == {} else {"schema": it} for name, it in contents.items()}
    return {"200": {"description": "OK", "content": content}}


TEXT = ok(text={"type": "string"})


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (None, NO_CONTENT),
        (Any, OK),
        (object, OK),
        (str, TEXT),
        (Name, TEXT),
        (Literal["a", "b"], ok(text={"enum": ["a", "b"]})),
        (Word, ok(text={"$ref": "#/components/schemas/Word"})),
        (bytes, ok(octets={})),
        (bytearray | memoryview, ok(octets={})),
        (int, ok(json={"type": "integer"})),
        (bool | None, ok(json={"type": "boolean"}) | NO_CONTENT),
        (Literal["a", 1], ok(json={"enum": [1, "a"]})),
        (Colour, ok(json={"$ref": "#/components/schemas/Colour"})),
        (dt.date, ok(json={"type": "string", "format": "date"})),
        (Book, ok(json=BOOK)),
        (Book | None, ok(json=BOOK) | NO_CONTENT),
        (list[Book], ok(json={"type": "array", "items": BOOK})),
        (dict[str, int], ok(json={"type": "object", "additionalProperties": {"type": "integer"}})),
        (Awaitable[Book], ok(json=BOOK)),
        (Model, ok(json={"$ref": "#/components/schemas/Model"})),
        (
            Annotated[list[Book], msgspec.Meta(description="All.")],
            ok(json={"description": "All.", "type": "array", "items": BOOK}),
        ),
        (
            list[Annotated[int, annotated_types.Gt(1)]],
            ok(json={"type": "array", "items": {"type": "integer"}}),
        ),
        (Annotated[int, annotated_types.Gt(1)], ok(json={"type": "integer"})),
        (Response, OK),
        (responses.FileResponse, OK),
        (responses.StreamResponse, OK),
        (responses.JSONResponse, ok(json={})),
        (responses.JSONResponse[Book], ok(json=BOOK)),
        (responses.JSONResponse[str], ok(json={"type": "string"})),
        (responses.JSONResponse[Any], ok(json={})),
        (
            responses.JSONResponse[list[int]] | None,
            ok(json={"type": "array", "items": {"type": "integer"}}) | NO_CONTENT,
        ),
        (Book | responses.JSONResponse[Book] | responses.JSONResponse, ok(json=BOOK)),
        (
            responses.JSONResponse[Book] | responses.JSONResponse[int],
            ok(json={"anyOf": [BOOK, {"type": "integer"}]}),
        ),
        (responses.HTMLResponse, ok(html={})),
        (responses.TemplateResponse, ok(html={})),
        (responses.EventStream, ok(events={})),
        (Table, ok(text={})),
        (responses.RedirectResponse, {"3XX": {"description": "Redirection"}}),
        (Response | Book, ok(json=BOOK)),
        (
            str | Book | int | responses.RedirectResponse,
            ok(text={"type": "string"}, json={"anyOf": [{"type": "integer"}, BOOK]})
            | {"3XX": {"description": "Redirection"}},
        ),
    ],
)
def test_the_annotation_of_a_result(annotation: Any, expected: object) -> None:
    async def show(): ...

    show.__annotations__["return"] = annotation
    assert operation_of(show)["responses"] == expected


def test_no_annotation() -> None:
    async def show(): ...

    assert operation_of(show)["responses"] == OK


def test_a_name_that_only_type_checkers_see(caplog: pytest.LogCaptureFixture) -> None:
    async def show() -> "Fraction": ...

    assert operation_of(show)["responses"] == OK
    (record,) = caplog.records
    assert f"{__file__}:{show.__code__.co_firstlineno}: show" in record.message
    assert "Fraction" in record.message


def test_a_model_of_pydantic_differs_by_its_direction() -> None:
    app = App()

    @app.endpoint("/", methods=["POST"])
    async def echo(it: Model) -> Model: ...

    document = document_of(app)
    operation = document["paths"]["/"]["post"]
    taken, given = (
        document["components"]["schemas"][it["content"]["application/json"]["schema"]["$ref"][21:]]
        for it in (operation["requestBody"], operation["responses"]["200"])
    )
    assert set(taken["properties"]) == {"No"}
    assert set(given["properties"]) == {"number", "double"}


@pytest.mark.parametrize(
    ("function", "path", "statuses"),
    [
        (lambda: None, "/", set()),
        (lambda a: a, "/{a}", {"404"}),
    ],
)
def test_errors_without_annotations(function, path: str, statuses: set[str]) -> None:
    assert errors_of(function, path) == statuses


def test_errors_of_what_is_taken() -> None:
    def of_query(a: int = 0) -> None: ...
    def of_headers(a: Annotated[str, Header()]) -> None: ...
    def of_json(it: Book) -> None: ...
    def of_form(number: int, it: Annotated[str, Form()]) -> None: ...
    def of_request(request: Request) -> None: ...

    assert errors_of(of_query) == {"400"}
    assert errors_of(of_headers) == {"400"}
    assert errors_of(of_json) == {"400", "413", "415"}
    assert errors_of(of_form, "/{number}") == {"400", "404", "413", "415"}
    assert errors_of(of_request) == set()


def errors_of(function, path: str = "/") -> set[str]:
    return {
        status for status in operation_of(function, path)["responses"] if status.startswith("4")
    }


def test_errors_have_one_schema() -> None:
    app = App()

    @app.endpoint("/{number}", methods=["PUT"])
    async def change(number: int, it: Book) -> None: ...

    document = document_of(app)
    shared = document["components"]["responses"]
    assert set(shared) == {
        "BadRequest",
        "NotFound",
        "ContentTooLarge",
        "UnsupportedMediaType",
    }
    for response in shared.values():
        assert response["content"] == {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
        }
    problem = document["components"]["schemas"]["Problem"]
    assert problem["required"] == ["title", "status"]
    assert set(problem["properties"]) == {"title", "status", "detail", "errors"}
    used = document["paths"]["/{number}"]["put"]["responses"]["404"]
    assert used == {"$ref": "#/components/responses/NotFound"}


def test_what_is_answered_is_what_the_schema_says() -> None:
    errors = [FieldError("body", "#/a", "is missing")]
    for error in (HTTPError(404), HTTPError(400, "A field is missing.", errors=errors)):
        body = responses.problem(error).body
        assert isinstance(body, bytes)
        strict = msgspec.defstruct("Strict", [], bases=(Problem,), forbid_unknown_fields=True)
        assert msgspec.json.decode(body, type=strict).status == error.status
