"""How a request becomes the arguments of an endpoint; whatever can be decided before, is.

A plan lays all that is read in a row,

    request, WebSocket, body, session, fields of the query, header section, cookies and form,
    path values

and picks the arguments from it in the order of the signature.
"""

from collections.abc import Callable, Collection, Sequence
from inspect import Parameter
from operator import attrgetter, itemgetter
from types import MappingProxyType
from typing import Final, TypeAlias, cast

from pyre.framework.binding.bound import Bound
from pyre.framework.binding.classification import classify
from pyre.framework.binding.faults import Faults, Unbindable, bad_request
from pyre.framework.binding.fields import Field, FieldSource, read_fields
from pyre.framework.binding.form import read_form
from pyre.framework.binding.interface import Request
from pyre.framework.binding.readers import Binding, BodyReader, reader
from pyre.framework.binding.signature import Signature, read_signature
from pyre.framework.errors import FieldError, RegistrationError

Arguments: TypeAlias = tuple[Sequence[object], dict[str, object]]

_Fields: TypeAlias = tuple[Field, ...]
_Picker: TypeAlias = Callable[[Sequence[object]], Sequence[object]]

# Where a request has the fields that need not be waited for.
_ATTRIBUTES: Final[tuple[tuple[FieldSource, str], ...]] = (
    ("query", "query"),
    ("header", "headers"),
    ("cookie", "cookies"),
)
_JSON: Final = "application/json"
# Request, WebSocket, body and session have a place in every row.
_FIXED: Final = 4


def plan(
    function: Callable[..., object],
    path_names: Collection[str],
    *,
    websocket: bool = False,
    skip_first: bool = False,
) -> "Plan":
    """Plan the arguments of an endpoint whose path has placeholders of these names.

    ``skip_first`` is for the plain function of a method: ``self`` is given by somebody else.
    Raises ``RegistrationError`` that says where the function is, which parameter can't be bound,
    why, and what to write.
    """
    signature = read_signature(function, skip_first=skip_first)
    bindings = [
        _binding(signature, parameter, path_names, websocket=websocket)
        for parameter in signature.parameters
    ]
    _check_together(signature, [binding.bound for binding in bindings], websocket=websocket)
    return Plan(bindings, path_names)


def _binding(
    signature: Signature, parameter: Parameter, path_names: Collection[str], *, websocket: bool
) -> Binding:
    try:
        bound = classify(parameter, path_names, websocket=websocket)
        return Binding(bound, reader(bound))
    except Unbindable as problem:
        raise signature.error(parameter.name, str(problem)) from problem.__cause__


def _check_together(signature: Signature, parameters: Sequence[Bound], *, websocket: bool) -> None:
    bodies = [bound.name for bound in parameters if bound.source == "body"]
    if len(bodies) > 1:
        raise signature.error(
            bodies[1],
            f"{bodies[0]!r} is the JSON body already: write one struct with both as its fields, "
            "or a marker that says where this comes from",
        )
    if bodies and any(bound.source == "form" for bound in parameters):
        raise signature.error(bodies[0], "a request has a JSON body or a form, and never both")
    if websocket and not any(bound.source == "websocket" for bound in parameters):
        raise RegistrationError(
            f"{signature.location}: an endpoint for WebSockets takes one: "
            "add a parameter `websocket: WebSocket`"
        )


class Plan:
    """How a request becomes the arguments of one endpoint.

    ``parameters`` are all, as the signature has them; ``path_parameters`` the placeholders among
    them, and ``path_annotations`` theirs (``inspect.Parameter.empty`` for none).

    ``is_path_only`` means that ``function(*values)`` is the whole call, ``is_request_then_path``
    that ``function(request, *values)`` is; nothing has to be planned for these. ``needs_request``
    says whether anything but path values is needed, ``is_sync`` that ``arguments_sync`` will do,
    as nothing of the body is.
    """

    __slots__ = (
        "_body",
        "_form",
        "_groups",
        "_keywords",
        "_pick",
        "_takes_session",
        "is_path_only",
        "is_request_then_path",
        "is_sync",
        "needs_request",
        "parameters",
        "path_annotations",
        "path_parameters",
    )

    def __init__(self, bindings: Sequence[Binding], path_names: Collection[str]) -> None:
        self.parameters = tuple(binding.bound for binding in bindings)
        on_path = [bound for bound in self.parameters if bound.source == "path"]
        self.path_parameters = tuple(bound.name for bound in on_path)
        self.path_annotations = MappingProxyType({bound.name: bound.type for bound in on_path})

        self._groups = tuple(
            (attrgetter(attribute), fields)
            for source, attribute in _ATTRIBUTES
            if (fields := _fields(bindings, source))
        )
        self._form = _fields(bindings, "form")
        self._body = _body(bindings)
        self._takes_session = any(bound.source == "session" for bound in self.parameters)
        self._pick, self._keywords = _picks(self.parameters)

        sources = [bound.source for bound in self.parameters if not bound.is_keyword_only]
        takes_all = len(sources) == len(self.parameters) and len(on_path) == len(path_names)
        of_path = ["path"] * len(on_path)
        self.is_path_only = takes_all and sources == of_path
        self.is_request_then_path = takes_all and sources == ["request", *of_path]
        self.needs_request = len(on_path) < len(self.parameters)
        self.is_sync = self._body is None and not self._form

    def arguments_sync(
        self, request: Request, values: Sequence[object], websocket: object = None
    ) -> Arguments:
        """The arguments, when ``is_sync``.

        ``values`` are those of the path's placeholders: first ``path_parameters``, then any others.
        Raises ``HTTPError`` with status 400 that lists all fields that are wrong.
        """
        row: list[object] = [request, websocket, None, self._session(request)]
        errors: list[FieldError] = []
        for values_of, fields in self._groups:
            read_fields(fields, values_of(request), row, errors)
        if errors:
            raise bad_request(errors)
        row += values
        return self._pick(row), self._keyword_arguments(row) if self._keywords else {}

    async def arguments(
        self, request: Request, values: Sequence[object], websocket: object = None
    ) -> Arguments:
        """The arguments, whatever they are made from.

        Raises what ``arguments_sync`` does, and what reading the body does: ``HTTPError`` with
        status 413 or 415, PSGI's ``Disconnected`` and ``BodyError``.
        """
        row: list[object] = [request, websocket, None, self._session(request)]
        errors: list[FieldError] = []
        for values_of, fields in self._groups:
            read_fields(fields, values_of(request), row, errors)
        if self._body is not None:
            content_type = request.headers.get("content-type")
            if content_type != _JSON:
                self._body.check(content_type)
            octets = await request.body.read()
            try:
                row[2] = self._body.value(octets, content_type)
            except Faults as faults:
                errors += faults.errors
        elif self._form:
            read_fields(self._form, await read_form(request), row, errors)
        if errors:
            raise bad_request(errors)
        row += values
        return self._pick(row), self._keyword_arguments(row) if self._keywords else {}

    def _session(self, request: Request) -> object:
        return request.session if self._takes_session else None

    def _keyword_arguments(self, row: Sequence[object]) -> dict[str, object]:
        return {name: row[place] for name, place in self._keywords}


def _fields(bindings: Sequence[Binding], source: FieldSource) -> _Fields:
    return tuple(
        cast("Field", binding.reader) for binding in bindings if binding.bound.source == source
    )


def _body(bindings: Sequence[Binding]) -> BodyReader | None:
    for bound, body in bindings:
        if bound.source == "body":
            return cast("BodyReader", body)
    return None


def _picks(
    parameters: Sequence[Bound],
) -> tuple[_Picker, tuple[tuple[str, int], ...]]:
    """What picks the positional arguments from a row, and where the others stand in it."""
    places = _places(parameters)
    positional = [places[bound.name] for bound in parameters if not bound.is_keyword_only]
    keywords = [(bound.name, places[bound.name]) for bound in parameters if bound.is_keyword_only]
    return _picker(positional), tuple(keywords)


def _places(parameters: Sequence[Bound]) -> dict[str, int]:
    """Where each argument stands in the row."""
    given = {"request": 0, "websocket": 1, "body": 2, "session": 3}
    places = {bound.name: given[bound.source] for bound in parameters if bound.source in given}
    place = _FIXED
    for source in ("query", "header", "cookie", "form", "path"):
        for bound in parameters:
            if bound.source == source:
                places[bound.name] = place
                place += 1
    return places


def _picker(places: Sequence[int]) -> _Picker:
    """What takes these places out of a row."""
    first = places[0] if places else 0
    behind = first + len(places)
    if list(places) == list(range(first, behind)):
        return cast("_Picker", itemgetter(slice(first, behind)))
    # Places that are not side by side are two or more, and so it gives a tuple.
    return cast("_Picker", itemgetter(*places))
