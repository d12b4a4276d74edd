"""The lifespan of an application: ASGI lifespan 2.0, seen from the server.

One task runs the application with the lifespan scope from the start of the server to its end, so
that what the startup opened (a task group, a connection pool) is closed by the task that opened it.

    STARTING ──startup.complete──▶ RUNNING ──shutdown()──▶ STOPPING ──shutdown.complete──▶ ENDED
       └───────startup.failed──────────────────────────────────┴──────shutdown.failed──────▶ FAILED
"""

import asyncio
import enum
from typing import Any

from pyre.server.asgi import ASGIApplication, Message, Scope
from pyre.server.config import LifespanMode
from pyre.server.errors import StartupError
from pyre.server.logs import log_exception, logger


class _Phase(enum.Enum):
    STARTING = enum.auto()
    RUNNING = enum.auto()
    STOPPING = enum.auto()
    ENDED = enum.auto()
    FAILED = enum.auto()


_NEXT_PHASE = {
    (_Phase.STARTING, "lifespan.startup.complete"): _Phase.RUNNING,
    (_Phase.STARTING, "lifespan.startup.failed"): _Phase.FAILED,
    (_Phase.STOPPING, "lifespan.shutdown.complete"): _Phase.ENDED,
    (_Phase.STOPPING, "lifespan.shutdown.failed"): _Phase.FAILED,
}


class Lifespan:
    """The conversation with one application about its startup and shutdown.

    Call ``startup`` once, then ``shutdown`` once, on the same event loop. An application that
    raises, returns or misbehaves never leaves either of them waiting. One that takes its time does:
    the caller bounds that by cancelling, and the application's task is then cancelled too.
    """

    def __init__(self, app: ASGIApplication, mode: LifespanMode = "auto") -> None:
        self._app = app
        self._mode = mode
        self._phase = _Phase.STARTING
        self._state: dict[str, Any] = {}
        self._task: asyncio.Task[None] | None = None
        self._exception: Exception | None = None
        self._failure = ""
        self._startup_received = False
        self._shutdown_received = False
        self._startup_answered = asyncio.Event()
        self._shutdown_wanted = asyncio.Event()
        self._shutdown_answered = asyncio.Event()

    async def startup(self) -> dict[str, Any] | None:
        """Let the application start; return its state, or ``None`` when lifespan does not run.

        It does not run in mode ``off``, and in mode ``auto`` when the application raises or returns
        before it has answered: it does not support lifespan then.
        Raises ``StartupError`` when the application reports that it failed, and in mode ``on`` also
        when it does not support lifespan.
        """
        if self._mode == "off":
            return None
        self._task = asyncio.create_task(self._converse(), name="pyre lifespan")
        await self._answer_to(self._startup_answered)
        if self._phase is _Phase.FAILED:
            # Frameworks send a whole traceback; its last line says what it is about.
            reason = self._failure.splitlines()[-1]
            raise StartupError(f"the application failed to start: {reason}")
        if self._phase is _Phase.STARTING:
            self._accept_no_answer()
            return None
        return self._state

    async def shutdown(self) -> None:
        """Let the application shut down; what goes wrong is logged."""
        if self._phase is not _Phase.RUNNING:
            return
        self._phase = _Phase.STOPPING
        self._shutdown_wanted.set()
        await self._answer_to(self._shutdown_answered)

    async def _answer_to(self, answered: asyncio.Event) -> None:
        try:
            await answered.wait()
        except asyncio.CancelledError:
            if self._task is not None:
                self._task.cancel()
            raise

    def _accept_no_answer(self) -> None:
        if self._mode == "on":
            raise StartupError(
                "the application did not answer lifespan.startup; use --lifespan auto or off"
            ) from self._exception
        logger.debug("The application does not support lifespan", exc_info=self._exception)

    async def _converse(self) -> None:
        scope: Scope = {
            "type": "lifespan",
            "asgi": {"version": "3.0", "spec_version": "2.0"},
            "state": self._state,
        }
        try:
            await self._app(scope, self._receive, self._send)
        except Exception as exception:  # noqa: BLE001 - whatever the application raises is an answer
            self._note(exception)
        finally:
            # Even if it ended without an answer, there will be no other.
            self._startup_answered.set()
            self._shutdown_answered.set()

    def _note(self, exception: Exception) -> None:
        if self._phase is _Phase.STARTING:
            self._exception = exception
        elif self._phase is not _Phase.FAILED:  # its message has been logged, and is the better one
            log_exception("Exception in the lifespan of the ASGI application", exception)

    async def _receive(self) -> Message:
        if not self._startup_received:
            self._startup_received = True
            return {"type": "lifespan.startup"}
        if self._shutdown_received:
            raise RuntimeError("receive() was called again after lifespan.shutdown")
        await self._shutdown_wanted.wait()
        self._shutdown_received = True
        return {"type": "lifespan.shutdown"}

    async def _send(self, message: Message) -> None:
        kind = message["type"]
        phase = _NEXT_PHASE.get((self._phase, kind))
        if phase is None:
            raise RuntimeError(f"{kind!r} was sent while the lifespan was {self._phase.name}")
        if phase is _Phase.FAILED:
            self._failure = str(message.get("message", "")).strip() or "no reason given"
            logger.error("%s: %s", kind, self._failure)
        starting = self._phase is _Phase.STARTING
        self._phase = phase
        (self._startup_answered if starting else self._shutdown_answered).set()
