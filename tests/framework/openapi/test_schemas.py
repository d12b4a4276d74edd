"""Named schemas: each once, none for another, and none that breaks the document."""

import logging
from typing import Any, Generic, TypeVar

import msgspec
import pydantic
import pytest
from pyre.framework import App

from framework.openapi.described import document_of

T = TypeVar("T")


class Page(msgspec.Struct, Generic[T]):
    items: list[T]


class Tree(msgspec.Struct):
    children: list["Tree"] = []


class Node(pydantic.BaseModel):
    children: list["Node"] = []
    leaf: "Leaf | None" = None


class Leaf(pydantic.BaseModel):
    number: int


class Shelf(msgspec.Struct):
    """A struct that holds models."""

    leaf: Leaf
    nodes: dict[str, Node]


class Cat(msgspec.Struct, tag="cat"):
    lives: int


class Dog(msgspec.Struct, tag="dog"):
    tricks: list[str]


class Opaque:
    """Nothing is known of it."""


class Holder(msgspec.Struct):
    opaque: Opaque
    number: int


class Unwilling(pydantic.BaseModel):
    number: int

    @classmethod
    def model_json_schema(cls, *_args: Any, **_options: Any) -> Any:
        raise RuntimeError("not today")


def items(kind: type) -> type[msgspec.Struct]:
    """Another class of the same name, from the same place."""

    class Item(msgspec.Struct):
        value: kind  # type: ignore[valid-type]

    return Item


def models(kind: type) -> type[pydantic.BaseModel]:
    class Item(pydantic.BaseModel):
        value: kind  # type: ignore[valid-type]

    return Item


def returning(*annotations: Any) -> dict[str, Any]:
    """The document of endpoints with these results."""
    app = App()
    for number, annotation in enumerate(annotations):

        def show() -> None: ...

        show.__annotations__["return"] = annotation
        app.endpoint(f"/{number}")(show)
    return document_of(app)


def result(document: dict[str, Any], number: int = 0) -> Any:
    """The schema of a result; a reference is followed."""
    content = document["paths"][f"/{number}"]["get"]["responses"]["200"]["content"]
    schema = content["application/json"]["schema"]
    return followed(document, schema)


def followed(document: dict[str, Any], schema: Any) -> Any:
    reference = schema.get("$ref")
    return document["components"]["schemas"][reference.split("/")[-1]] if reference else schema


@pytest.mark.parametrize("make", [items, models])
def test_types_of_one_name_are_told_apart(make) -> None:
    document = returning(make(int), make(str), list[make(float)], make(int))
    schemas = document["components"]["schemas"]
    assert set(schemas) == {"Item", "Item_2", "Item_3"}
    kinds = [result(document, number) for number in (0, 1, 3)]
    assert [kind["properties"]["value"]["type"] for kind in kinds] == [
        "integer",
        "string",
        "integer",
    ]
    assert document["paths"]["/0"] != document["paths"]["/1"]


def test_types_of_one_name_from_msgspec_and_from_pydantic() -> None:
    document = returning(items(int), models(str))
    assert result(document, 0)["properties"]["value"]["type"] == "integer"
    assert result(document, 1)["properties"]["value"]["type"] == "string"


def test_what_refers_to_another_of_the_same_name_is_another() -> None:
    document = returning(Page[items(int)], Page[items(str)])
    values = [
        followed(document, result(document, number)["properties"]["items"]["items"])
        for number in (0, 1)
    ]
    assert [value["properties"]["value"]["type"] for value in values] == ["integer", "string"]


def test_types_that_contain_themselves() -> None:
    document = returning(Tree, Node, Shelf, list[Node])
    schemas = document["components"]["schemas"]
    assert set(schemas) == {"Tree", "Node", "Leaf", "Shelf"}
    assert schemas["Tree"]["properties"]["children"]["items"] == reference("Tree")
    assert schemas["Node"]["properties"]["children"]["items"] == reference("Node")
    assert schemas["Shelf"]["properties"] == {
        "leaf": reference("Leaf"),
        "nodes": {"type": "object", "additionalProperties": reference("Node")},
    }


def test_a_discriminator_names_components() -> None:
    schema = result(returning(Cat | Dog))
    assert schema["discriminator"] == {
        "propertyName": "type",
        "mapping": {name: f"#/components/schemas/{name.title()}" for name in ("cat", "dog")},
    }


def test_components_are_in_the_order_of_their_names() -> None:
    names = list(returning(Tree, Shelf, Cat)["components"]["schemas"])
    assert names == sorted(names)


def test_a_name_of_ours_may_be_taken() -> None:
    class Problem(msgspec.Struct):
        mine: int

    app = App()

    @app.endpoint("/", methods=["POST"])
    async def add(number: int): ...

    add.function.__annotations__["return"] = Problem
    document = document_of(app)
    schemas = document["components"]["schemas"]
    assert set(schemas["Problem"]["properties"]) == {"mine"}
    shared = document["components"]["responses"]["BadRequest"]["content"]
    ours = followed(document, shared["application/problem+json"]["schema"])
    assert "status" in ours["properties"]


def test_a_type_without_a_schema_is_left_open(caplog: pytest.LogCaptureFixture) -> None:
    app = App()

    @app.endpoint("/")
    async def show() -> Holder: ...

    description = app.openapi("It")
    with caplog.at_level(logging.WARNING, "pyre.framework"):
        schema = result(
            {"paths": {"/0": description.document()["paths"]["/"]}}
            | {"components": description.document()["components"]}
        )
    assert schema["properties"] == {"opaque": {"title": "Opaque"}, "number": {"type": "integer"}}
    (record,) = caplog.records
    line = show.function.__code__.co_firstlineno
    assert record.message == f"{__file__}:{line}: show: Opaque has no JSON schema"


@pytest.mark.parametrize("annotation", [Unwilling, list[Unwilling], "list[int", complex(1), 7])
def test_a_type_that_fails_is_any_json(annotation: Any, caplog: pytest.LogCaptureFixture) -> None:
    document = returning(annotation, Cat)
    response = document["paths"]["/0"]["get"]["responses"]["200"]
    schemas = [content["schema"] for content in response.get("content", {}).values()]
    assert schemas in ([], [{}])
    assert result(document, 1)["title"] == "Cat"
    assert len(caplog.records) == 1
    assert " show: " in caplog.text


def test_a_body_that_fails_is_any_json(caplog: pytest.LogCaptureFixture) -> None:
    app = App()

    @app.endpoint("/", methods=["POST"])
    async def add(it: Unwilling) -> None: ...

    body = document_of(app)["paths"]["/"]["post"]["requestBody"]
    assert body["content"] == {"application/json": {"schema": {}}}
    assert "not today" in caplog.text


def reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}
