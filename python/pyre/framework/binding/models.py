"""Models whose fields come from a query, a header section, cookies or a form.

msgspec's structs, dataclasses and typed dictionaries get fields that are converted like parameters;
a pydantic model gets their text, as it converts by itself.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, NotRequired, Required, get_args, get_origin, get_type_hints

import msgspec
from msgspec import inspect

from pyre.framework.binding.annotations import describe, is_pydantic_model, take_apart
from pyre.framework.binding.faults import Faults, Unbindable
from pyre.framework.binding.fields import (
    Absent,
    Field,
    FieldSource,
    Values,
    field,
    required,
    unconverted_field,
)
from pyre.framework.binding.names import sent_name
from pyre.framework.binding.pydantic_faults import model_faults
from pyre.framework.errors import FieldError


def model_field(source: FieldSource, name: str, annotation: object, absent: Absent) -> Field:
    """What reads all fields of a model. Raises ``Unbindable``.

    The model is absent when none of its fields is there and there is a default for it.
    """
    model: Any = take_apart(annotation).type
    try:
        members = tuple(_members(source, model))
    except (TypeError, NameError) as error:
        raise Unbindable(f"{describe(model)} can't be read: {error}") from error
    reader = _ModelReader(source, name, model, members)
    look = _itself if absent is required else reader.look
    return Field(source, name, look, reader.convert, absent)


def sent_names(source: FieldSource, model: object) -> Iterator[tuple[str, str]]:
    """The names of a model's fields in JSON, and those that a peer sends from that source."""
    for member in _members(source, model):
        yield member.key, member.field.name


class _Member(NamedTuple):
    """A field of a model: the model's name for it, and how it is read."""

    key: str
    field: Field


@dataclass(frozen=True, slots=True)
class _ModelReader:
    source: FieldSource
    name: str
    model: Any
    members: tuple[_Member, ...]

    def look(self, values: Values) -> object:
        """The values, when any field of the model is there."""
        return values if any(self._present(values)) else None

    def _present(self, values: Values) -> Iterator[bool]:
        return (member.field.look(values) is not None for member in self.members)

    def convert(self, values: Values) -> object:
        """The model. Raises ``Faults`` with all fields that are wrong."""
        found: dict[str, object] = {}
        errors: list[FieldError] = []
        for key, (source, name, look, convert, absent) in self.members:
            value = look(values)
            try:
                if value is not None:
                    found[key] = convert(value)
                elif absent is required:
                    absent()
            except ValueError as fault:
                errors.append(FieldError(source, name, str(fault)))
        if errors:
            raise Faults(errors)
        return self._make(found)

    def _make(self, found: dict[str, object]) -> object:
        if is_pydantic_model(self.model):
            return self._validate(found)
        try:
            return msgspec.convert(found, self.model)
        except msgspec.ValidationError as error:
            raise Faults([FieldError(self.source, self.name, str(error))]) from None

    def _validate(self, found: dict[str, object]) -> object:
        try:
            return self.model.model_validate(found)
        except ValueError as error:
            raise Faults(
                FieldError(self.source, self._sent_name(path), detail)
                for path, detail in model_faults(error, found)
            ) from None

    def _sent_name(self, path: tuple[str | int, ...]) -> str:
        for member in self.members:
            if path[:1] == (member.key,):
                return member.field.name
        return self.name


def _itself(values: Values) -> object:
    return values


def _members(source: FieldSource, model: Any) -> Iterator[_Member]:  # noqa: ANN401 - a type
    if is_pydantic_model(model):
        yield from _members_of_pydantic(source, model)
        return
    description = inspect.type_info(model)
    annotations = _annotations(model)
    for each in getattr(description, "fields", ()):
        alias = each.encode_name if each.encode_name != each.name else None
        name = sent_name(source, each.name, alias)
        absent = required if each.required else _nothing
        yield _Member(each.encode_name, field(source, name, annotations[each.name], absent))


def _members_of_pydantic(source: FieldSource, model: Any) -> Iterator[_Member]:  # noqa: ANN401
    for key, info in model.model_fields.items():
        alias = info.alias if isinstance(info.alias, str) else None
        name = sent_name(source, key, alias)
        # pydantic says itself what is missing.
        yield _Member(alias or key, unconverted_field(source, name, info.annotation, _nothing))


def _nothing() -> object:
    return None


def _annotations(model: Any) -> Mapping[str, object]:  # noqa: ANN401 - a type
    """The annotations of the fields, with the arguments of a generic model in them."""
    origin = get_origin(model) or model
    arguments = dict(zip(getattr(origin, "__parameters__", ()), get_args(model), strict=False))
    hints = get_type_hints(origin, include_extras=True)
    return {name: _substitute(_bare(hint), arguments) for name, hint in hints.items()}


def _bare(hint: object) -> object:
    return get_args(hint)[0] if get_origin(hint) in (Required, NotRequired) else hint


def _substitute(hint: Any, arguments: Mapping[Any, Any]) -> Any:  # noqa: ANN401 - annotations
    parameters = getattr(hint, "__parameters__", ())
    if hint in arguments:
        return arguments[hint]
    return hint[tuple(arguments[each] for each in parameters)] if parameters else hint
