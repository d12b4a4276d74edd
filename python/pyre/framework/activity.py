"""What runs on behalf of one part of an app, so that it can be ended: handlers, streams, tasks."""

import asyncio
import inspect
from collections.abc import Collection, Coroutine, Generator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

from pyre import loggers, psgi
from pyre.framework.errors import HTTPError
from pyre.framework.followed_streams import Followed, followed
from pyre.framework.responses import problem

if TYPE_CHECKING:
    from pyre.framework.route import Answer, Respond
    from pyre.framework.websocket import WebSocket

_Task: TypeAlias = asyncio.Task[Any]
_Result = TypeVar("_Result")

_LOG = loggers.named("pyre.framework")

_PATIENCE: Final = 1.0
"""Seconds that what was cancelled has for its end."""

_GOING_AWAY: Final = 1001  # RFC 6455 §7.4.1

_WHOLE: Final = frozenset((bytes, str, type(None)))
"""Bodies that are no streams, as nearly all are."""


class Activity:
    """The running handlers, streams, WebSockets and tasks of one part of an app."""

    def __init__(self) -> None:
        self.handlers: set[_Task | None] = set()
        self._streams: set[Followed] = set()
        self._websockets: set[WebSocket] = set()
        self._tasks: set[_Task] = set()
        self._cancelled: set[_Task] = set()
        self.is_over = False
        self._is_hurried = False
        self._timeout: asyncio.Timeout | None = None
        self.ending: asyncio.Event | None = None
        """Set whenever something has ended; there is none before all of it is to end."""

    def create_task(
        self, coroutine: Coroutine[Any, Any, _Result], name: str | None
    ) -> asyncio.Task[_Result]:
        """Run a coroutine until it ends, or ``cancel_tasks`` is called. What it raises is logged.

        Raises ``RuntimeError`` where no loop runs, and after ``cancel_tasks``.
        """
        if self.is_over:
            coroutine.close()
            raise RuntimeError("what was unloaded can't create tasks any more")
        try:
            task = asyncio.get_running_loop().create_task(coroutine, name=name)
        except RuntimeError:
            coroutine.close()
            raise
        self._tasks.add(task)
        task.add_done_callback(self._on_task_done)
        return task

    async def cancel_tasks(self) -> None:
        """Cancel the tasks of ``create_task``, and wait for them, but not for long."""
        self.is_over = True
        for task in await _cancelled(tuple(self._tasks)):
            _LOG.error("%r ignores that it was cancelled", task)

    def following(self, respond: "Respond") -> "Respond":
        """The same responder, whose handlers and streams ``end`` knows."""
        if not inspect.iscoroutinefunction(respond):
            return self._following_plain(respond)
        running = self.handlers

        async def follow(host: psgi.Request, values: tuple[Any, ...]) -> psgi.Response | None:
            task = asyncio.current_task()
            running.add(task)
            try:
                response = await respond(host, values)
                return None if response is None else self.with_stream(response)
            except asyncio.CancelledError:
                if not self.was_cancelled(task):
                    raise
                return unavailable()
            finally:
                running.discard(task)
                if self.ending is not None:
                    self.ending.set()

        return follow

    @contextmanager
    def conversing(self, websocket: "WebSocket") -> Generator[None]:
        """Have ``end`` close a WebSocket, as long as the current task serves it.

        There is nothing left to answer when the task is cancelled for it.
        """
        task = asyncio.current_task()
        self._websockets.add(websocket)
        try:
            yield
        except asyncio.CancelledError:
            if not websocket.is_accepted or not self.was_cancelled(task):
                raise
        finally:
            self._websockets.discard(websocket)

    async def end(self, drain: float, but: _Task | None) -> None:
        """End handlers, streams and WebSockets, except what runs in ``but``.

        WebSockets are closed and endless streams ended at once; what else runs has ``drain``
        seconds. Then it is cancelled, and what ignores that is left to itself.
        """
        for stream in tuple(self._streams):
            stream.end()
        closing = [
            asyncio.ensure_future(_close(websocket))
            for websocket in self._websockets
            if websocket.is_accepted
        ]
        if not await self._is_idle(drain, but):
            self._cancel(but)
            if not await self._is_idle(_PATIENCE, but):
                for task in self._running(but):
                    _LOG.error("%r ignores that its handler was cancelled", task)
        if closing:
            await asyncio.wait(closing, timeout=_PATIENCE)
            await _cancelled(closing)

    def hurry(self) -> None:
        """Have ``end`` wait no longer."""
        self._is_hurried = True
        if self._timeout is not None and not self._timeout.expired():
            self._timeout.reschedule(0.0)

    def _following_plain(self, respond: "Respond") -> "Respond":
        """The same for one that has most responses at once."""

        async def rest(answer: Any, _: tuple[Any, ...]) -> Any:  # noqa: ANN401 - what respond gives
            return await answer

        follow_rest = self.following(rest)

        def follow(host: psgi.Request, values: tuple[Any, ...]) -> "Answer":
            answer: Any = respond(host, values)
            if isinstance(answer, psgi.Response):
                return self.with_stream(answer)
            return follow_rest(answer, ())

        return follow

    def with_stream(self, response: psgi.Response) -> psgi.Response:
        """The same response; if it is a stream, ``end`` knows it."""
        body = response.body
        if type(body) not in _WHOLE and (stream := followed(body, self._on_stream_end)):
            self._streams.add(stream)
            response.body = stream
        return response

    def _on_stream_end(self, stream: Followed) -> None:
        self._streams.discard(stream)
        if self.ending is not None:
            self.ending.set()

    def _on_task_done(self, task: _Task) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            _LOG.fault("%r has failed", task, exc_info=error)

    def was_cancelled(self, task: _Task | None) -> bool:
        """Whether it was by ``end``; if so, it counts as never cancelled from now on."""
        if task is None or task not in self._cancelled:
            return False
        self._cancelled.discard(task)
        task.uncancel()
        return True

    def _running(self, but: _Task | None) -> set[_Task]:
        return {task for task in self.handlers if task and task is not but}

    def _cancel(self, but: _Task | None) -> None:
        for task in self._running(but):
            self._cancelled.add(task)
            task.cancel()
        for stream in tuple(self._streams):
            stream.cancel()

    async def _is_idle(self, seconds: float, but: _Task | None) -> bool:
        """Wait until nothing runs any more, but not for longer; whether nothing does."""
        has_changed = self.ending = asyncio.Event()
        with suppress(TimeoutError):
            async with asyncio.timeout(0.0 if self._is_hurried else seconds) as self._timeout:
                while self._running(but) or self._streams:
                    has_changed.clear()
                    await has_changed.wait()
        return not (self._running(but) or self._streams)


async def _cancelled(tasks: Collection[_Task]) -> set[_Task]:
    """Cancel tasks, and wait for their end, but not for long; those that go on."""
    for task in tasks:
        task.cancel()
    return (await asyncio.wait(tasks, timeout=_PATIENCE))[1] if tasks else set()


async def _close(websocket: "WebSocket") -> None:
    with suppress(psgi.Disconnected):
        await websocket.close(_GOING_AWAY)


def unavailable() -> psgi.Response:
    """What answers for a handler that ``end`` has cancelled."""
    error = HTTPError(HTTPStatus.SERVICE_UNAVAILABLE, "What answers this was unloaded.")
    response = problem(error)
    return psgi.Response(response.status, response.lines, response.body)
