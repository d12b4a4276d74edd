"""Blueprints: classes whose methods are endpoints, and whose instances know their app."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from pyre.framework.endpoint import Endpoint
from pyre.framework.error_handlers import ErrorHandler, ErrorHandlers, Kind
from pyre.framework.middleware import Middleware

if TYPE_CHECKING:
    from pyre.framework.app import App
    from pyre.framework.contribution import Contribution

_Result = TypeVar("_Result")


class Blueprint:
    """Endpoints that belong together.

    ``prefix`` stands before the path of each, ``middleware`` runs around each, within that of the
    app. A subclass needs not call ``__init__``: ``app`` is set when the instance is added.

        class Books(Blueprint, prefix="/books", middleware=[only_members]):
            @endpoint("/{number:int}")
            async def show(self, number: int): ...

        app.add_blueprint(Books())
    """

    app: "App"
    prefix: ClassVar[str] = ""
    middleware: ClassVar[Iterable[Middleware]] = ()

    def __init_subclass__(
        cls,
        *,
        prefix: str | None = None,
        middleware: Iterable[Middleware] | None = None,
        **kwargs: Any,  # noqa: ANN401 - another base's
    ) -> None:
        super().__init_subclass__(**kwargs)
        if prefix is not None:
            cls.prefix = prefix
        if middleware is not None:
            cls.middleware = tuple(middleware)

    def on_unload(self) -> Awaitable[None] | None:
        """Called when the blueprint goes: its extension is unloaded, or the app ends.

        A subclass may have it, plain or as a coroutine function; its handlers have ended by then,
        and its tasks have not.
        """

    def create_task(
        self, coroutine: Coroutine[Any, Any, _Result], *, name: str | None = None
    ) -> asyncio.Task[_Result]:
        """Run a coroutine in the background; it is cancelled when the blueprint goes.

        What it raises is logged. Raises ``RuntimeError`` for a blueprint that was not added to an
        app, or that has gone, and where no event loop runs.
        """
        contribution: Contribution | None = getattr(self, _CONTRIBUTION, None)
        if contribution is None:
            coroutine.close()
            raise RuntimeError("add the blueprint to an app before it creates tasks")
        return contribution.activity.create_task(coroutine, name)

    @staticmethod
    def error(*kinds: Kind) -> Callable[[ErrorHandler], ErrorHandler]:
        """Have a method ``async def handle(self, request, error)`` answer errors of the endpoints.

        ``kinds`` are classes of exceptions, or statuses of ``HTTPError``; 500 is any defect.

            @Blueprint.error(LookupError)
            async def is_missing(self, request: Request, error: LookupError) -> Response: ...
        """
        checking = ErrorHandlers().adding(kinds)

        def mark(handler: ErrorHandler) -> ErrorHandler:
            checking(handler)
            setattr(handler, _HANDLED, kinds)
            return handler

        return mark


_HANDLED = "__pyre_handled__"
_CONTRIBUTION = "__pyre_contribution__"


def place(blueprint: Blueprint, contribution: "Contribution") -> None:
    """Tell a blueprint what part of its app it is of."""
    setattr(blueprint, _CONTRIBUTION, contribution)


def endpoints(blueprint: Blueprint) -> Iterator[Endpoint[..., Any]]:
    """The endpoints of a blueprint's class and its bases, in the order of their definition."""
    for value in _attributes(blueprint):
        if isinstance(value, Endpoint):
            yield value


def error_handlers(blueprint: Blueprint) -> ErrorHandlers:
    """The error handlers of a blueprint's class and its bases, bound to it."""
    handlers = ErrorHandlers()
    for value in _attributes(blueprint):
        handlers.add(getattr(value, _HANDLED, ()), value)
    return handlers.bound_to(blueprint)


def _attributes(blueprint: Blueprint) -> Iterator[Any]:
    """What the names of a class stand for: that of a subclass hides that of a base."""
    found: dict[str, Any] = {}
    for cls in reversed(type(blueprint).__mro__):
        found.update(vars(cls))
    return iter(found.values())
