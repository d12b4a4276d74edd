"""Errors that the framework answers by itself: problem details (RFC 9457), one schema for all."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from pyre.framework.errors import Source
from pyre.framework.openapi.schemas import Schemas
from pyre.framework.responses.problem import PROBLEM_JSON

if TYPE_CHECKING:
    from pyre.framework.route import Route


class FieldProblem(msgspec.Struct):
    """What is wrong with one field of the request."""

    source: Source
    name: str
    detail: str


class Problem(msgspec.Struct):
    """Problem details (RFC 9457)."""

    title: str
    status: int
    detail: str | msgspec.UnsetType = msgspec.UNSET
    errors: list[FieldProblem] | msgspec.UnsetType = msgspec.UNSET


class _Shared(NamedTuple):
    """A response of the document's components."""

    name: str
    description: str


_SHARED: Final = MappingProxyType(
    {
        "400": _Shared("BadRequest", "Fields are missing or wrong: `errors` lists them."),
        "404": _Shared("NotFound", "There is nothing at this path."),
        "413": _Shared("ContentTooLarge", "The content is larger than is allowed."),
        "415": _Shared("UnsupportedMediaType", "The content is of another type."),
    }
)

_OF_CONTENT: Final = frozenset({"body", "form"})
_OF_FIELDS: Final = frozenset({"query", "header", "cookie"}) | _OF_CONTENT


def problem_responses(route: "Route") -> dict[str, Any]:
    """References to the errors that come of what a route takes."""
    sources = {bound.source for bound in route.plan.parameters}
    statuses = [
        *(["400"] if sources & _OF_FIELDS else []),
        *(["404"] if route.parameters else []),
        *(["413", "415"] if sources & _OF_CONTENT else []),
    ]
    return {status: {"$ref": _reference(status)} for status in statuses}


def shared_responses(
    paths: Mapping[str, Mapping[str, Any]], schemas: Schemas
) -> dict[str, dict[str, Any]]:
    """The responses that the operations of a document refer to."""
    used = {
        status
        for item in paths.values()
        for operation in item.values()
        for status in operation["responses"]
    }
    return {
        shared.name: {
            "description": shared.description,
            "content": {PROBLEM_JSON: {"schema": schemas.of(Problem, sent=True)}},
        }
        for status, shared in _SHARED.items()
        if status in used
    }


def _reference(status: str) -> str:
    return f"#/components/responses/{_SHARED[status].name}"
