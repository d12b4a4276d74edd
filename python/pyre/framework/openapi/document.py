"""The document: its operations by their paths, and what they share.

OpenAPI can't express all that a route can be (specification 3.1, Paths Object):

- Paths that differ in their placeholders only are one path to it. Their methods come together
  under the path, and the names, of the route that was registered first. A method that is
  there already is left out, which is reported.
- A method is one of the eight that it knows.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias
from urllib.parse import quote

from pyre.framework.openapi.docstrings import summary_and_description
from pyre.framework.openapi.operations import operation
from pyre.framework.openapi.problems import shared_responses
from pyre.framework.openapi.schemas import Schemas

if TYPE_CHECKING:
    from pyre.framework.paths import PathTemplate
    from pyre.framework.route import Route

Document: TypeAlias = dict[str, Any]

_VERSION: Final = "3.1.0"

_METHODS: Final = frozenset(("GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE"))

_FRAMEWORK: Final = "pyre.framework"

# What may stand in a segment of a path as it is (RFC 3986 §3.3); a brace begins a placeholder.
_IN_SEGMENT: Final = "!$&'()*+,;=:@"


class Info(NamedTuple):
    """What no endpoint tells: about the whole, and where it is served."""

    title: str
    version: str
    description: str = ""
    servers: Sequence[str] = ()


class Built(NamedTuple):
    """A document, and what it could not say."""

    document: Document
    problems: Sequence[str]


def build(routes: Iterable["Route"], info: Info, root_path: str = "") -> Built:
    """Describe what answers requests, but for what the framework itself has registered."""
    builder = _Builder()
    for route in routes:
        if not route.endpoint.is_websocket and not _is_frameworks(route):
            builder.add(route)
    document: Document = {"openapi": _VERSION, "info": _info(info)}
    if servers := info.servers or ([quote(root_path)] if root_path else []):
        document["servers"] = [{"url": url} for url in servers]
    document["paths"] = builder.paths
    document |= builder.shared()
    return Built(document, builder.problems)


def _is_frameworks(route: "Route") -> bool:
    """Whether it is a route of static files, or of the description itself."""
    module: str = getattr(route.endpoint.function, "__module__", None) or ""
    return f"{module}.".startswith(f"{_FRAMEWORK}.")


def _info(info: Info) -> dict[str, str]:
    about = {"title": info.title, "version": info.version}
    return about | {"description": info.description} if info.description else about


class _Place(NamedTuple):
    """One path of the document, and the names of its placeholders."""

    path: str
    names: Sequence[str]


class _Builder:
    def __init__(self) -> None:
        self.paths: dict[str, dict[str, Any]] = {}
        self.problems: list[str] = []
        self._places: dict[tuple[str | None, ...], _Place] = {}
        self._operation_ids: set[str] = set()
        self._tags: dict[str, str] = {}
        self._schemas = Schemas()

    def add(self, route: "Route") -> None:
        """Describe the operations of a route."""
        methods = [method for method in route.methods if method in _METHODS]
        if not methods:
            return
        place = self._place(route.template)
        item = self.paths.setdefault(place.path, {})
        names = dict(zip(route.template.names, place.names, strict=True))
        for method in methods:
            if method.lower() in item:
                self._report(route, f"{method} {route.path} is {place.path} once more to OpenAPI")
            else:
                item[method.lower()] = self._operation(route, method, names)
        for problem in self._schemas.reported():
            self._report(route, problem)

    def shared(self) -> Iterator[tuple[str, object]]:
        """The parts of the document that operations refer to."""
        components: dict[str, Mapping[str, object]] = {}
        if responses := shared_responses(self.paths, self._schemas):
            components["responses"] = responses
        if schemas := self._schemas.components:
            components["schemas"] = dict(sorted(schemas.items()))
        if components:
            yield "components", components
        if self._tags:
            yield "tags", [_tag(*tag) for tag in self._tags.items()]

    def _place(self, template: "PathTemplate") -> _Place:
        shape = tuple(each if isinstance(each, str) else None for each in template.segments)
        return self._places.setdefault(shape, _Place(_path(template), template.names))

    def _operation(self, route: "Route", method: str, names: Mapping[str, str]) -> dict[str, Any]:
        owner = None if route.owner is None else type(route.owner)
        about: dict[str, Any] = {}
        if owner is not None:
            self._tags.setdefault(owner.__name__, owner.__doc__ or "")
            about["tags"] = [owner.__name__]
        about["operationId"] = self._operation_id(route.endpoint_name, method)
        return about | operation(route, names, self._schemas)

    def _operation_id(self, name: str, method: str) -> str:
        """A name for itself: what comes later never changes that of what was there before."""
        for candidate in _candidates(name, method.lower()):
            if candidate not in self._operation_ids:
                self._operation_ids.add(candidate)
                return candidate
        raise AssertionError  # there is always another number

    def _report(self, route: "Route", problem: str) -> None:
        self.problems.append(f"{route.location}: {route.endpoint_name}: {problem}")


def _candidates(name: str, method: str) -> Iterator[str]:
    yield name
    yield f"{name}_{method}"
    number = 2
    while True:
        yield f"{name}_{method}_{number}"
        number += 1


def _path(template: "PathTemplate") -> str:
    return "".join(
        f"/{quote(each, _IN_SEGMENT)}" if isinstance(each, str) else f"/{{{each.name}}}"
        for each in template.segments
    )


def _tag(name: str, docstring: str) -> dict[str, str]:
    description = "\n\n".join(filter(None, summary_and_description(docstring)))
    return {"name": name, "description": description} if description else {"name": name}
