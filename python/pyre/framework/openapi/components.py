"""The named schemas of a document.

msgspec and pydantic name what one type is made of, without regard to other types. What they call
the same may be different here: then the one that comes later gets a number.
"""

import json
import re
from collections.abc import Container, Iterator, Mapping
from itertools import count
from typing import Any, Final, TypeAlias, cast

Schema: TypeAlias = dict[str, Any]

Definitions: TypeAlias = Mapping[str, Schema]
"""Schemas that refer to each other by ``#/$defs/name``."""

_DEFINITIONS: Final = "#/$defs/"
_COMPONENTS: Final = "#/components/schemas/"

# What the name of a component may not have (Components Object).
_NOT_IN_NAMES: Final = re.compile(r"[^a-zA-Z0-9._-]")


class Components:
    """The schemas that stand in a document once, by their names."""

    def __init__(self) -> None:
        self.schemas: dict[str, Schema] = {}
        self._names: dict[str, str] = {}

    def adopt(self, schema: Schema, definitions: Definitions) -> Schema:
        """Add what a schema refers to, and return the schema with references to that."""
        names: dict[str, str] = {}
        new: list[str] = []
        for name in _reachable(schema, definitions):
            identity = _identity(name, definitions)
            if identity not in self._names:
                self._names[identity] = component_name(name, self.schemas)
                self.schemas[self._names[identity]] = {}
                new.append(name)
            names[name] = self._names[identity]
        for name in new:
            self.schemas[names[name]] = _redirected(definitions[name], names)
        return cast("Schema", _redirected(schema, names))


def reference_to(name: str) -> str:
    """How a definition is referred to before it is a component."""
    return _DEFINITIONS + name


def definition_of(schema: Schema, definitions: Definitions) -> Schema:
    """What a reference refers to, or the schema itself if it is none."""
    return definitions.get(_referred(schema.get("$ref")) or "", schema)


def component_name(name: str, taken: Container[str]) -> str:
    """A name that a component can have, and that is not taken."""
    legal = _NOT_IN_NAMES.sub("_", name)
    if legal not in taken:
        return legal
    return next(numbered for number in count(2) if (numbered := f"{legal}_{number}") not in taken)


def _identity(name: str, definitions: Definitions) -> str:
    """The same for definitions that are the same with all that they refer to."""
    reachable = _reachable(definitions[name], definitions)
    return json.dumps(
        [name, definitions[name], {each: definitions[each] for each in reachable}], sort_keys=True
    )


def _reachable(schema: Schema, definitions: Definitions) -> list[str]:
    """The definitions that a schema needs, those that it refers to itself first."""
    found: dict[str, None] = {}
    waiting: list[object] = [schema]
    while waiting:
        for name in _references(waiting.pop(0)):
            if name in definitions and name not in found:
                found[name] = None
                waiting.append(definitions[name])
    return list(found)


def _references(value: object) -> Iterator[str]:
    """The names in a schema: after ``$ref``, and in the mapping of a discriminator."""
    match value:
        case dict():
            for each in cast("dict[str, object]", value).values():
                yield from _references(each)
        case list():
            for each in cast("list[object]", value):
                yield from _references(each)
        case _:
            if name := _referred(value):
                yield name


def _redirected(value: object, names: Mapping[str, str]) -> Any:  # noqa: ANN401 - JSON
    match value:
        case dict():
            members = cast("dict[str, object]", value).items()
            return {key: _redirected(each, names) for key, each in members}
        case list():
            return [_redirected(each, names) for each in cast("list[object]", value)]
        case _:
            name = _referred(value)
            return _COMPONENTS + names[name] if name is not None and name in names else value


def _referred(value: object) -> str | None:
    """The name in a reference to a definition."""
    if isinstance(value, str) and value.startswith(_DEFINITIONS):
        return value.removeprefix(_DEFINITIONS)
    return None
