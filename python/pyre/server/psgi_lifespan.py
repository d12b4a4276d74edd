"""PSGI 1.0 lifespan, seen from the server: an asynchronous context manager around all requests."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any, cast

from pyre.server import psgi
from pyre.server.config import LifespanMode
from pyre.server.errors import StartupError
from pyre.server.lifespan import Lifespan
from pyre.server.logs import log_exception


class PSGILifespan(Lifespan):
    """Enters the context manager that ``__psgi_lifespan__`` of the application returns.

    An object without that method has no lifespan.
    """

    def __init__(self, app: object, mode: LifespanMode = "auto") -> None:
        super().__init__()
        self._app = app
        self._mode = mode
        self._state: dict[str, Any] = {}
        self._is_entered = False
        self._exception: BaseException | None = None

    async def startup(self) -> dict[str, Any]:
        """Enter the context; return the state, empty without a lifespan and in mode ``off``.

        Raises ``StartupError`` when entering fails, and in mode ``on`` when there is no lifespan.
        """
        method = psgi.method_of(self._app, "__psgi_lifespan__")
        if self._mode == "on" and method is None:
            raise StartupError(
                "the application has no method __psgi_lifespan__; use --lifespan auto or off"
            )
        if self._mode != "off" and method is not None:
            await self._begin(partial(self._live, method))
            self._check_entered()
        return self._state

    def _check_entered(self) -> None:
        if not self._is_entered:
            reason = _reason(self._exception)
            raise StartupError(f"the application failed to start: {reason}") from self._exception

    async def _live(self, method: Callable[..., Any]) -> None:
        async with _checked_context(method(self._state)):
            self._is_entered = True
            self._startup_answered.set()
            await self._shutdown_wanted.wait()

    def _note(self, exception: BaseException) -> None:
        if self._is_entered:
            log_exception("Exception in the lifespan of the PSGI application", exception)
        else:
            self._exception = exception


def _checked_context(context: object) -> AbstractAsyncContextManager[Any]:
    if not isinstance(context, AbstractAsyncContextManager):
        raise TypeError(
            f"__psgi_lifespan__ returned {type(context).__name__!r}, which is no asynchronous"
            " context manager; contextlib.asynccontextmanager makes one"
        )
    return cast("AbstractAsyncContextManager[Any]", context)


def _reason(exception: BaseException | None) -> str:
    if exception is None:
        return "it was cancelled"
    first_line = str(exception).partition("\n")[0]
    return ": ".join(filter(None, (type(exception).__name__, first_line)))
