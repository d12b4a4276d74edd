"""The lifespan of an ASGI application as a context manager (ASGI lifespan 2.0)."""

import asyncio
import logging
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Any

from pyre.server.asgi import ASGIApplication, Message, Scope

logger = logging.getLogger("pyre.psgi")


class Lifespan(AbstractAsyncContextManager[None, None]):
    """Entering it is the startup, leaving it the shutdown; what goes wrong is raised.

    One task runs the application from the one to the other. An application that raises or returns
    before it has answered the startup knows no lifespan, and is served without.
    """

    def __init__(self, app: ASGIApplication, state: dict[str, Any]) -> None:
        self._app = app
        self._state = state
        self._task: asyncio.Task[None] | None = None
        self._failure: Exception | None = None
        self._has_received_startup = False
        self._has_started = asyncio.Event()
        self._is_to_stop = asyncio.Event()
        self._has_stopped = asyncio.Event()

    async def __aenter__(self) -> None:
        self._task = asyncio.create_task(self._run())
        await self._wait_until(self._has_started)

    async def __aexit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._is_to_stop.set()
        await self._wait_until(self._has_stopped)

    async def _wait_until(self, answered: asyncio.Event) -> None:
        try:
            await answered.wait()
        except asyncio.CancelledError:
            if self._task:
                self._task.cancel()
            raise
        if self._failure:
            raise self._failure

    async def _run(self) -> None:
        scope: Scope = {
            "type": "lifespan",
            "asgi": {"version": "3.0", "spec_version": "2.0"},
            "state": self._state,
        }
        try:
            await self._app(scope, self._receive, self._send)
        except Exception as error:  # noqa: BLE001 - whatever the application raises is an answer
            self._note(error)
        finally:
            self._has_started.set()
            self._has_stopped.set()

    def _note(self, error: Exception) -> None:
        if not self._has_started.is_set():
            logger.debug("The ASGI application does not support lifespan", exc_info=error)
        elif self._failure is None:  # what the application has said itself is the better message
            self._failure = error

    async def _receive(self) -> Message:
        if not self._has_received_startup:
            self._has_received_startup = True
            return {"type": "lifespan.startup"}
        await self._is_to_stop.wait()
        return {"type": "lifespan.shutdown"}

    async def _send(self, message: Message) -> None:
        match message["type"]:
            case "lifespan.startup.complete":
                self._has_started.set()
            case "lifespan.shutdown.complete":
                self._has_stopped.set()
            case "lifespan.startup.failed":
                self._fail(message)
                self._has_started.set()
            case "lifespan.shutdown.failed":
                self._fail(message)
                self._has_stopped.set()
            case kind:
                raise RuntimeError(f"{kind!r} is no message of a lifespan")

    def _fail(self, message: Message) -> None:
        reason = str(message.get("message", "")).strip() or "no reason given"
        logger.error("%s: %s", message["type"], reason)
        # Frameworks send a whole traceback; its last line says what it is about.
        self._failure = RuntimeError(f"{message['type']}: {reason.splitlines()[-1]}")
