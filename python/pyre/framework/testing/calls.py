"""The calls of the application that are under way, and what they have raised unseen."""

import asyncio
import logging
import warnings
from collections.abc import Coroutine
from typing import Any

from pyre.psgi.disconnects import tells_of_leaving

logger = logging.getLogger("pyre.framework.testing")


class Calls:
    """Each call runs in a task of its own, with a copy of its caller's context."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._errors: list[Exception] = []

    def start(self, call: Coroutine[Any, Any, None], name: str) -> None:
        """Run a call in a task."""
        task = asyncio.create_task(call, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def keep(self, error: Exception) -> None:
        """Keep what was raised when nobody waited for it any more."""
        self._errors.append(error)

    async def idle(self) -> None:
        """Wait until no call is under way, and raise what was kept."""
        while self._tasks:
            await asyncio.wait(self._tasks)
        self.raise_errors()

    async def end(self, patience: float | None) -> None:
        """Give the calls time to end; cancel those that don't, and warn of them."""
        try:
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=patience)
        finally:
            left = set(self._tasks)
            for task in left:
                task.cancel()
        if left:
            await asyncio.wait(left, timeout=patience)
            names = ", ".join(sorted(task.get_name() for task in left))
            message = f"the application was cancelled, as it did not end: {names}"
            warnings.warn(message, ResourceWarning, stacklevel=2)

    def raise_errors(self) -> None:
        """Raise what was kept: an exception, or a group of several."""
        errors, self._errors = self._errors, []
        if len(errors) == 1:
            raise errors[0]
        if errors:
            raise ExceptionGroup("the application has raised after its responses", errors)


def only_tells_of_leaving(error: Exception) -> bool:
    """Whether an error is how an application ends when the client has left it.

    Frameworks name theirs after it: ``ClientDisconnect``, ``WebSocketDisconnect``.
    """
    return tells_of_leaving(error) or "Disconnect" in type(error).__name__
