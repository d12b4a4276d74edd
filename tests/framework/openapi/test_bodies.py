"""From the signature of an endpoint to the content of its requests."""

from dataclasses import dataclass
from typing import Annotated, Any, TypedDict

import msgspec
import pydantic
import pytest
from pyre.framework import App, Body, Form, Request, UploadFile

from framework.openapi.described import document_of, operation_of

FILE = {"type": "string", "format": "binary", "contentMediaType": "application/octet-stream"}
MULTIPART = "multipart/form-data"
URLENCODED = "application/x-www-form-urlencoded"


class Struct(msgspec.Struct):
    number: int


class Dictionary(TypedDict):
    number: int


@dataclass
class Data:
    number: int


class Model(pydantic.BaseModel):
    number: int


class Letter(msgspec.Struct):
    subject: str
    attachment: UploadFile | None = None
    copies: int | None = None


def body_of(function) -> Any:
    return operation_of(function, methods=["POST"]).get("requestBody")


@pytest.mark.parametrize("model", [Struct, Dictionary, Data, Model], ids=lambda it: it.__name__)
def test_a_model_is_referred_to(model: Any) -> None:
    app = App()

    @app.endpoint("/", methods=["POST"])
    async def add(it: model, others: int = 0) -> None: ...

    document = document_of(app)
    name = model.__name__
    assert document["paths"]["/"]["post"]["requestBody"] == {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}},
    }
    described = document["components"]["schemas"][name]
    assert described["properties"]["number"]["type"] == "integer"
    assert described["required"] == ["number"]


@pytest.mark.parametrize(
    ("annotation", "schema"),
    [
        (Annotated[int, Body()], {"type": "integer"}),
        (Annotated[str, Body(), msgspec.Meta(max_length=3)], {"type": "string", "maxLength": 3}),
        (
            Annotated[list[Struct], Body()],
            {"type": "array", "items": {"$ref": "#/components/schemas/Struct"}},
        ),
        (
            Annotated[dict[str, Model], Body()],
            {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Model"}},
        ),
        (Annotated[Any, Body()], {}),
        (Struct | None, {"anyOf": [{"$ref": "#/components/schemas/Struct"}, {"type": "null"}]}),
        (Model | None, {"anyOf": [{"$ref": "#/components/schemas/Model"}, {"type": "null"}]}),
    ],
)
def test_other_json(annotation: Any, schema: object) -> None:
    async def add(it) -> None: ...

    add.__annotations__["it"] = annotation
    assert body_of(add) == {"required": True, "content": {"application/json": {"schema": schema}}}


def test_a_default_makes_it_optional() -> None:
    async def add(it: Struct | None = None) -> None: ...

    assert "required" not in body_of(add)


def test_nothing_is_said_of_what_a_request_is_asked_for() -> None:
    async def add(request: Request, number: int) -> None: ...

    assert body_of(add) is None


def test_a_form_may_have_both_types() -> None:
    async def add(name: Annotated[str, Form("n")], tags: Annotated[list[int], Form()] = []) -> None:  # noqa: B006
        ...

    schema = {
        "type": "object",
        "properties": {
            "n": {"type": "string"},
            "tags": {"type": "array", "items": {"type": "integer"}, "default": []},
        },
        "required": ["n"],
    }
    content = {URLENCODED: {"schema": schema}, MULTIPART: {"schema": schema}}
    assert body_of(add) == {"required": True, "content": content}


def test_a_form_with_files_is_multipart() -> None:
    async def add(
        one: UploadFile,
        more: list[UploadFile] = [],  # noqa: B006
        maybe: UploadFile | None = None,
    ) -> None: ...

    properties = {
        "one": FILE,
        "more": {"type": "array", "items": FILE, "default": []},
        "maybe": FILE,
    }
    schema = {"type": "object", "properties": properties, "required": ["one"]}
    assert body_of(add) == {"required": True, "content": {MULTIPART: {"schema": schema}}}


def test_a_form_of_a_model() -> None:
    async def add(letter: Annotated[Letter, Form()], urgent: Annotated[bool, Form()]) -> None: ...

    properties = {
        "subject": {"type": "string"},
        "attachment": FILE,
        "copies": {"type": "integer"},
        "urgent": {"type": "boolean"},
    }
    schema = {"type": "object", "properties": properties, "required": ["subject", "urgent"]}
    assert body_of(add) == {"required": True, "content": {MULTIPART: {"schema": schema}}}


def test_a_form_of_which_nothing_is_required() -> None:
    async def add(number: Annotated[int, Form()] = 1) -> None: ...

    assert "required" not in body_of(add)
