"""The lifespan of an application: what it opens before the first request and closes after the last.

One task runs it from the start of the server to its end, so that what the startup opened (a task
group, a connection pool) is closed by the task that opened it.
"""

import asyncio
import contextlib
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Generator
from typing import Any

from pyre.server.own_tasks import concealed


class Lifespan(ABC):
    """Starts an application and shuts it down.

    Call ``startup`` once, then ``shutdown`` once, on the same event loop. An application that
    raises, returns or misbehaves never leaves either of them waiting. One that takes its time does:
    the caller bounds that by cancelling, and the application's task is then cancelled too.
    """

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None
        self._startup_answered = asyncio.Event()
        self._shutdown_wanted = asyncio.Event()
        self._shutdown_answered = asyncio.Event()

    @abstractmethod
    async def startup(self) -> dict[str, Any] | None:
        """Let the application start; return its state, or ``None`` when lifespan does not run.

        Raises ``StartupError`` when the application can't start, and in mode ``on`` also when it
        does not support lifespan.
        """

    async def shutdown(self) -> None:
        """Let the application shut down, if it has started; what goes wrong is logged."""
        self._shutdown_wanted.set()
        if self._task is not None:
            await self._answer_to(self._shutdown_answered)

    @contextlib.contextmanager
    def out_of_reach(self) -> Generator[None]:
        """Keep the task out of ``asyncio.all_tasks`` while requests are answered.

        What the startup has opened is every request's: none may end it by cancelling all tasks.
        """
        with concealed(self._task) if self._task else contextlib.nullcontext():
            yield

    async def _begin(self, live: Callable[[], Awaitable[None]]) -> None:
        """Run ``live`` in the task, up to the answer to the startup."""
        self._task = asyncio.create_task(self._run(live), name="pyre lifespan")
        await self._answer_to(self._startup_answered)

    @abstractmethod
    def _note(self, exception: BaseException) -> None:
        """Take what the application has raised."""

    async def _run(self, live: Callable[[], Awaitable[None]]) -> None:
        try:
            await live()
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as exception:
            # A stop or the end of the loop cancels the task. A cancellation that was not asked for
            # is an exception like any other.
            if isinstance(exception, asyncio.CancelledError) and _is_being_cancelled():
                raise
            self._note(exception)
        finally:
            # Even if it ended without an answer, there will be no other.
            self._startup_answered.set()
            self._shutdown_answered.set()

    async def _answer_to(self, answered: asyncio.Event) -> None:
        try:
            await answered.wait()
        except asyncio.CancelledError:
            if self._task is not None:
                self._task.cancel()
            raise


def _is_being_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
