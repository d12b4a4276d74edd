"""Who answers errors: handlers of the endpoint, then of its blueprint, then of the app."""

from collections.abc import Awaitable, Callable, Iterable
from http import HTTPStatus
from types import MethodType
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from pyre import loggers
from pyre.framework.errors import HTTPError, RegistrationError
from pyre.framework.locations import location
from pyre.framework.responses import Response, problem, respond
from pyre.psgi import BodyError, Disconnected

if TYPE_CHECKING:
    from pyre.framework.request import Request
    from pyre.framework.sessions.keeping import Load

Kind: TypeAlias = type[Exception] | int
"""What a handler is for: a class of exceptions, or the status of an ``HTTPError``."""

ErrorHandler = TypeVar("ErrorHandler", bound=Callable[..., Awaitable[object]])

Respond: TypeAlias = Callable[["Request", Exception], Awaitable[object]]
"""A handler, bound to its blueprint if it has one."""

_LOG = loggers.named("pyre.framework")

PASSED_ON = (Disconnected, BodyError)
"""What is the host's affair: nobody is there to be answered, or they have been answered already."""


class ErrorHandlers:
    """The handlers of one level, each for a kind of error."""

    def __init__(self) -> None:
        self._handlers: dict[Kind, Callable[..., Awaitable[object]]] = {}

    def adding(self, kinds: Iterable[Kind]) -> Callable[[ErrorHandler], ErrorHandler]:
        """A decorator that adds a handler."""
        wanted = tuple(kinds)
        for kind in wanted:
            _check(kind)
        if not wanted:
            raise RegistrationError("name what is handled: error(ValueError), error(404)")

        def add(handler: ErrorHandler) -> ErrorHandler:
            self.add(wanted, handler)
            return handler

        return add

    def add(self, kinds: Iterable[Kind], handler: Callable[..., Awaitable[object]]) -> None:
        """Add a handler. Raises ``RegistrationError`` where there is one already."""
        for kind in kinds:
            if kind in self._handlers:
                raise RegistrationError(
                    f"{location(handler)}: {_name(kind)} is handled already,"
                    f" at {location(self._handlers[kind])}"
                )
            self._handlers[kind] = handler

    def update(self, others: "ErrorHandlers") -> None:
        """Add all handlers of others. Raises ``RegistrationError`` as ``add`` does."""
        for kind, handler in others.items():
            self.add((kind,), handler)

    def items(self) -> Iterable[tuple[Kind, Callable[..., Awaitable[object]]]]:
        """Each kind, and its handler."""
        return self._handlers.items()

    def bound_to(self, owner: object | None) -> "ErrorHandlers":
        """The same handlers as methods of ``owner``, if there is one."""
        if owner is None or not self._handlers:
            return self
        bound = ErrorHandlers()
        bound._handlers = {
            kind: MethodType(handler, owner) for kind, handler in self._handlers.items()
        }
        return bound

    def find(self, error: Exception) -> tuple[Respond | None, bool]:
        """The handler for an error, and whether it was meant for it, and not for any defect.

        A status counts before a class, a class before those that it is derived from, and 500 last.
        """
        if isinstance(error, HTTPError) and error.status in self._handlers:
            return self._handlers[error.status], True
        for kind in type(error).__mro__:
            if kind in self._handlers:
                return self._handlers[kind], True
        if isinstance(error, HTTPError):
            return None, True
        return self._handlers.get(HTTPStatus.INTERNAL_SERVER_ERROR), False

    def __bool__(self) -> bool:
        return bool(self._handlers)


class ErrorResponder:
    """Makes a response of an exception, by the handlers of all levels, innermost first."""

    def __init__(self, *levels: ErrorHandlers, load_session: "Load | None" = None) -> None:
        self._levels = levels
        self._load_session = load_session if levels else None

    async def respond(self, request: "Request", error: Exception) -> Response:
        """The response to an error; what a handler raises is answered by the next level."""
        try:
            if isinstance(error, PASSED_ON):
                raise error
            request.error = error
            if self._load_session is not None:
                await self._load_session(request)
            for level in self._levels:
                handler, is_expected = level.find(error)
                if handler is None:
                    continue
                if not is_expected:
                    _log(request, error)
                try:
                    return respond(await handler(request, error))
                except PASSED_ON:
                    raise
                except Exception as raised:  # noqa: BLE001 - answered by the next level
                    request.error = error = raised
            return self._by_default(request, error)
        finally:
            del error  # its traceback refers to this frame

    @staticmethod
    def _by_default(request: "Request", error: Exception) -> Response:
        """Problem details (RFC 9457), which tell nothing of what is no ``HTTPError``."""
        if isinstance(error, HTTPError):
            return problem(error)
        _log(request, error)
        return problem(HTTPError(HTTPStatus.INTERNAL_SERVER_ERROR))


def _log(request: "Request", error: Exception) -> None:
    _LOG.fault("%s %s failed", request.method, request.path, exc_info=error)


def _check(kind: Any) -> None:  # noqa: ANN401 - a programmer may pass anything
    if isinstance(kind, int):
        HTTPError(kind)
    elif not (isinstance(kind, type) and issubclass(kind, Exception)):
        raise RegistrationError(f"{kind!r} is neither a class of exceptions nor a status")


def _name(kind: Kind) -> str:
    return str(kind) if isinstance(kind, int) else kind.__name__
