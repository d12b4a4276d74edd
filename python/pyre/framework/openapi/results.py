"""Responses for what an endpoint returns, as ``responses/conversion.py`` sends it."""

from collections.abc import Awaitable, Callable, Coroutine, Iterator
from inspect import Signature
from types import MappingProxyType, NoneType
from typing import Any, Final, Literal, cast, get_args, get_origin

from pyre.framework.binding.annotations import is_union, members, origin_of, take_apart, union_of
from pyre.framework.binding.faults import Unbindable
from pyre.framework.binding.signature import return_annotation
from pyre.framework.openapi.schemas import Schemas
from pyre.framework.openapi.texts import constrained
from pyre.framework.responses import (
    EventStream,
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    TemplateResponse,
)

_MEDIA_TYPES: Final = MappingProxyType[type[Response], str](
    {
        EventStream: "text/event-stream",
        HTMLResponse: "text/html",
        JSONResponse: "application/json",
        PlainTextResponse: "text/plain",
        TemplateResponse: "text/html",
    }
)
"""The others may have any."""

_DESCRIPTIONS: Final = MappingProxyType({"200": "OK", "204": "No Content", "3XX": "Redirection"})

_NOTHING_SAID: Final = frozenset[object]({Signature.empty, object, Any})


def result_responses(function: Callable[..., object], schemas: Schemas) -> dict[str, Any]:
    """The Response Objects by their statuses.

    A ``Response`` that is returned may have another status than the one that is told here.
    """
    responses = _Responses(schemas)
    for annotation in _alternatives(_returned(function, schemas)):
        responses.add(annotation)
    return responses.described()


def _returned(function: Callable[..., object], schemas: Schemas) -> object:
    try:
        annotation = return_annotation(function)
    except Exception as error:  # noqa: BLE001 - whatever a name stands for may raise
        schemas.report(f"the annotation of the result can't be evaluated: {error}")
        return Signature.empty
    if get_origin(annotation) in (Awaitable, Coroutine):
        return get_args(annotation)[-1]
    return annotation


def _alternatives(annotation: object) -> Iterator[object]:
    """What may be returned: one type for each way to send it."""
    try:
        parts = take_apart(annotation)
    except Unbindable:  # metadata of others, which nobody has to obey here
        yield annotation
        return
    inner = parts.type
    of_json: list[object] = []
    for member in members(inner) if is_union(inner) else (inner,):
        if _is_json(member):
            of_json.append(constrained(member, () if is_union(inner) else parts.constraints))
        else:
            yield member
    if of_json:
        yield union_of(of_json)
    if parts.is_optional:
        yield NoneType


def _is_json(annotation: object) -> bool:
    return not (
        annotation in _NOTHING_SAID
        or annotation is NoneType
        or _is_text(annotation)
        or _is_class(annotation, (bytes, bytearray, memoryview, Response))
    )


def _is_text(annotation: object) -> bool:
    if get_origin(annotation) is Literal:
        return all(isinstance(value, str) for value in get_args(annotation))
    return _is_class(annotation, (str,))


def _is_class(annotation: object, bases: tuple[type, ...]) -> bool:
    cls = origin_of(annotation)
    return isinstance(cls, type) and issubclass(cls, bases)


class _Responses:
    def __init__(self, schemas: Schemas) -> None:
        self._schemas = schemas
        self._contents: dict[str, dict[str, Any]] = {}

    def add(self, annotation: object) -> None:
        """Add what is sent for a value of that type."""
        if annotation in _NOTHING_SAID:
            self._add("200")
        elif annotation is NoneType:
            self._add("204")
        elif _is_text(annotation):
            self._add("200", "text/plain", {"schema": self._schemas.of(annotation, sent=True)})
        elif _is_class(annotation, (Response,)):
            self._add_response(annotation)
        elif _is_class(annotation, (bytes, bytearray, memoryview)):
            self._add("200", "application/octet-stream")
        else:
            schema = self._schemas.of(annotation, sent=True)
            self._add("200", "application/json", {"schema": schema})

    def described(self) -> dict[str, Any]:
        """Each status with its content, if that is known."""
        return {
            status: {"description": _DESCRIPTIONS[status]} | ({"content": types} if types else {})
            for status, types in self._contents.items()
        }

    def _add_response(self, annotation: object) -> None:
        cls = cast("type[Response]", origin_of(annotation))
        if issubclass(cls, RedirectResponse):
            self._add("3XX")
            return
        (value,) = get_args(annotation) or (Any,)
        if issubclass(cls, JSONResponse) and value not in _NOTHING_SAID:
            schema = self._schemas.of(value, sent=True)
            self._add("200", "application/json", {"schema": schema})
            return
        known = (_MEDIA_TYPES[base] for base in cls.__mro__ if base in _MEDIA_TYPES)
        self._add("200", next(known, None))

    def _add(
        self, status: str, media_type: str | None = None, content: dict[str, Any] | None = None
    ) -> None:
        contents = self._contents.setdefault(status, {})
        if media_type is None:
            return
        there = contents.get(media_type)
        if there and content and there != content:
            content = {"schema": {"anyOf": [there["schema"], content["schema"]]}}
        contents[media_type] = content or there or {}
