"""The task of a request."""

import asyncio
from collections.abc import Callable
from contextvars import Context
from typing import Any, Protocol, Self, cast


class Driver(Protocol):
    """The coroutine of a ``RequestTask``, as the core makes it."""

    def mark(self) -> None:
        """Note that somebody has left a mark on the task."""


class RequestTask(asyncio.Task[None]):
    """A task that tells when something is left on it: it is nobody else's then.

    The core lets a coroutine that never suspends run as the current one of a task that serves the
    next request, too, if nothing was left on it.
    """

    __slots__ = ()

    def __setattr__(self, name: str, value: object) -> None:
        self._mark()
        super().__setattr__(name, value)

    def set_name(self, value: object, /) -> None:
        """Set the name that logs show."""
        self._mark()
        super().set_name(value)

    def add_done_callback(
        self, fn: Callable[[Self], object], /, *, context: Context | None = None
    ) -> None:
        """Have ``fn`` called when the request is over."""
        self._mark()
        super().add_done_callback(fn, context=context)

    def cancel(self, msg: Any | None = None) -> bool:  # noqa: ANN401 - the signature of a task
        """Cancel the request."""
        self._mark()
        return super().cancel(msg)

    def _mark(self) -> None:
        cast("Driver", self.get_coro()).mark()
