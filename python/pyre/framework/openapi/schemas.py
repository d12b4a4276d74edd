"""JSON schemas of types (draft 2020-12), by msgspec, and by pydantic for its models."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from pyre.framework.binding.annotations import describe, given_kind, is_pydantic_model
from pyre.framework.openapi.components import (
    Components,
    Definitions,
    Schema,
    component_name,
    definition_of,
    reference_to,
)

__all__ = ["FILE", "Schema", "Schemas"]

FILE: Final[Mapping[str, str]] = {
    "type": "string",
    "format": "binary",
    "contentMediaType": "application/octet-stream",
}
"""A file of a form: the format is what tools know, the other word is what OpenAPI 3.1 says."""


class _Read(NamedTuple):
    """A schema, and what it refers to by ``#/$defs/name``."""

    schema: Schema
    definitions: Definitions


class Schemas:
    """The schemas of one document. What is wrong with a type is reported, and any value allowed."""

    def __init__(self) -> None:
        self._components = Components()
        self._of_pydantic: dict[tuple[type, bool], Schema] = {}
        self._reported: list[str] = []

    @property
    def components(self) -> Mapping[str, Schema]:
        """The schemas of named types, to which the others refer."""
        return self._components.schemas

    def report(self, problem: str) -> None:
        """Remember what the document can't say."""
        self._reported.append(problem)

    def reported(self) -> Sequence[str]:
        """What was reported since this was asked last."""
        reported, self._reported = self._reported, []
        return reported

    def of(self, annotation: object, *, sent: bool = False) -> Schema:
        """The schema of JSON that becomes a value of that type, or that is sent for one."""
        return self._components.adopt(*self._read(annotation, sent=sent))

    def definition(self, model: object) -> Schema:
        """The schema of a model itself, where ``of`` has a reference to it."""
        if is_pydantic_model(model):
            read = _read_pydantic(model, sent=False)
        else:
            read = self._read(model, sent=False)
        return self._components.adopt(definition_of(*read), read.definitions)

    def _read(self, annotation: Any, *, sent: bool) -> _Read:  # noqa: ANN401 - an annotation
        def read_class(cls: type) -> Schema:
            return self._of_class(cls, sent=sent)

        try:
            (schema,), definitions = msgspec.json.schema_components(
                (annotation,), schema_hook=read_class, ref_template=reference_to("{name}")
            )
        except Exception as error:  # noqa: BLE001 - whatever a type raises that describes itself
            self.report(f"{describe(annotation)} has no JSON schema: {error}")
            return _Read({}, {})
        return _Read(schema, definitions)

    def _of_class(self, cls: type, *, sent: bool) -> Schema:
        """What msgspec does not know."""
        if given_kind(cls) == "upload":
            return dict(FILE)
        if not is_pydantic_model(cls):
            self.report(f"{describe(cls)} has no JSON schema")
            return {"title": cls.__name__}
        if (cls, sent) not in self._of_pydantic:
            read = _read_pydantic(cls, sent=sent)
            self._of_pydantic[cls, sent] = self._components.adopt(*read)
        return self._of_pydantic[cls, sent]


def _read_pydantic(model: Any, *, sent: bool) -> _Read:  # noqa: ANN401 - known by its methods
    """The schema of a model, always as a reference."""
    schema: Schema = model.model_json_schema(
        # Models are sent by the names of their fields, unless they themselves say otherwise.
        by_alias=not sent or model.model_config.get("serialize_by_alias", False),
        mode="serialization" if sent else "validation",
        ref_template=reference_to("{model}"),
    )
    definitions: Definitions = schema.pop("$defs", {})
    if "$ref" in schema:
        return _Read(schema, definitions)
    name = component_name(model.__name__, definitions)
    return _Read({"$ref": reference_to(name)}, {**definitions, name: schema})
