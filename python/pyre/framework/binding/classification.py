"""Which source a parameter is bound to, by its name, its annotation and its marker.

1. The name of a placeholder is the path's.
2. A marker says it: ``Annotated[str, Header()]``.
3. ``Request``, ``WebSocket``, ``Session`` and ``UploadFile`` (a form's) are known by the annotation
   alone.
4. A struct, dataclass, TypedDict or pydantic model, or a union of them, is the JSON body.
5. What text becomes, and lists, sets and tuples of that, is the query's.

Everything else is refused.
"""

from collections.abc import Callable, Collection
from inspect import Parameter
from types import MappingProxyType
from typing import Final, cast

from pyre.framework.binding.annotations import (
    MARKERS,
    Annotation,
    describe,
    given_kind,
    is_model,
    is_union,
    members,
    take_apart,
)
from pyre.framework.binding.bound import Bound, BoundSource
from pyre.framework.binding.faults import Unbindable
from pyre.framework.binding.fields import TEXT_SOURCES, FieldSource, field, required
from pyre.framework.binding.many import element_annotations, is_collection
from pyre.framework.binding.markers import Body, Cookie, Form, Header, Query
from pyre.framework.binding.names import sent_name

_MARKED: Final = MappingProxyType[type, BoundSource](
    {Query: "query", Header: "header", Cookie: "cookie", Form: "form", Body: "body"}
)


def classify(parameter: Parameter, path_names: Collection[str], *, websocket: bool) -> Bound:
    """Where the argument comes from. Raises ``Unbindable``."""
    _check_kind(parameter)
    _check_default(parameter.default)
    if parameter.name in path_names:
        _check_placeholder(parameter)
        return _bound(parameter, "path", parameter.name)
    if parameter.annotation is Parameter.empty:
        raise Unbindable(
            "it has no annotation, and no placeholder of the path has its name: "
            "write `request: Request`, or the type of what it takes"
        )
    parts = take_apart(parameter.annotation)
    source = _source(parts)
    _check_endpoint(source, websocket=websocket)
    alias = parameter.name
    if source in TEXT_SOURCES:
        marked = cast("str | None", getattr(parts.marker, "alias", None))
        alias = sent_name(cast("FieldSource", source), alias, marked)
    return _bound(parameter, source, alias)


def _bound(parameter: Parameter, source: BoundSource, alias: str) -> Bound:
    return Bound(
        parameter.name,
        source,
        parameter.annotation,
        parameter.default,
        alias,
        is_keyword_only=parameter.kind is Parameter.KEYWORD_ONLY,
    )


def _source(parts: Annotation) -> BoundSource:
    marker = parts.marker
    kind = given_kind(parts.type)
    if kind is not None and kind != "upload":
        if marker is not None:
            raise Unbindable(f"{describe(parts.type)} is given as it is: remove the marker")
        return kind
    if marker is not None:
        return _MARKED[type(marker)]
    if _is_upload(parts.type):
        return "form"
    if _is_body(parts.type):
        return "body"
    _check_query(parts.written)
    return "query"


def _is_upload(annotation: object) -> bool:
    if is_collection(annotation):
        return any(map(_is_upload, element_annotations(annotation)))
    return given_kind(annotation) == "upload"


def _is_body(annotation: object) -> bool:
    return is_model(annotation) or _consists_of(annotation, is_model)


def _consists_of(annotation: object, is_it: Callable[[object], bool]) -> bool:
    return is_union(annotation) and all(is_it(member) for member in members(annotation))


def _check_kind(parameter: Parameter) -> None:
    if parameter.kind in {Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD}:
        raise Unbindable(
            "what it would take is not known: write every parameter by its name; "
            "when a decorator has made the function, decorate that with functools.wraps"
        )


def _check_default(default: object) -> None:
    if isinstance(default, MARKERS) or any(default is marker for marker in MARKERS):
        marker = default if isinstance(default, type) else type(default)
        raise Unbindable(
            f"{marker.__name__}() is no default: it belongs into the annotation, "
            f"as Annotated[str, {marker.__name__}()]"
        )


def _check_placeholder(parameter: Parameter) -> None:
    if parameter.annotation is Parameter.empty:
        return
    marker = take_apart(parameter.annotation).marker
    if marker is not None:
        raise Unbindable(
            f"it is a placeholder of the path, and {type(marker).__name__}() says another place: "
            "rename the one, or remove the other"
        )


def _check_endpoint(source: BoundSource, *, websocket: bool) -> None:
    if websocket and source in {"body", "form"}:
        raise Unbindable("a WebSocket handshake has no content: take a message instead")
    if source == "websocket" and not websocket:
        raise Unbindable("this endpoint answers requests: take a Request, or make it a WebSocket's")


def _check_query(annotation: object) -> None:
    """Say what else could have been meant, when it can't be a field of the query."""
    try:
        field("query", "", annotation, required)
    except Unbindable as problem:
        raise Unbindable(f"{problem}. {_advice(take_apart(annotation).type)}") from None


def _advice(annotation: object) -> str:
    name = describe(annotation)
    if isinstance(annotation, type) and any(given_kind(base) for base in annotation.__mro__[1:]):
        return f"Nothing makes a {name}: take the class of the framework that it is derived from"
    if annotation is bytes:
        return "Take a Request, and `await request.body.read()`"
    return f"If it is the JSON body, write Annotated[{name}, Body()]"
