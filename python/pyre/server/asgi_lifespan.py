"""ASGI lifespan 2.0, seen from the server.

The application is called once. Messages tell it when to start and when to stop, and answer that:

    STARTING ──startup.complete──▶ RUNNING ──shutdown()──▶ STOPPING ──shutdown.complete──▶ ENDED
       └───────startup.failed──────────────────────────────────┴──────shutdown.failed──────▶ FAILED
"""

import enum
from typing import Any

from pyre.server.asgi import ASGIApplication, Message, Scope
from pyre.server.config import LifespanMode
from pyre.server.errors import StartupError
from pyre.server.lifespan import Lifespan
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


class ASGILifespan(Lifespan):
    """The conversation with one application about its startup and shutdown."""

    def __init__(self, app: ASGIApplication, mode: LifespanMode = "auto") -> None:
        super().__init__()
        self._app = app
        self._mode = mode
        self._phase = _Phase.STARTING
        self._state: dict[str, Any] = {}
        self._exception: BaseException | None = None
        self._failure = ""
        self._startup_received = False
        self._shutdown_received = False

    async def startup(self) -> dict[str, Any] | None:
        """Let the application start; return its state, or ``None`` when lifespan does not run.

        It does not run in mode ``off``, and in mode ``auto`` when the application raises or returns
        before it has answered: it does not support lifespan then.
        Raises ``StartupError`` when the application reports that it failed, and in mode ``on`` also
        when it does not support lifespan.
        """
        if self._mode == "off":
            return None
        await self._begin(self._converse)
        if self._phase is _Phase.FAILED:
            # Frameworks send a whole traceback; its last line says what it is about.
            reason = self._failure.splitlines()[-1]
            raise StartupError(f"the application failed to start: {reason}")
        if self._phase is _Phase.STARTING:
            self._accept_no_answer()
            return None
        return self._state

    async def shutdown(self) -> None:
        """Let the application shut down, if it has started; what goes wrong is logged."""
        if self._phase is _Phase.RUNNING:
            self._phase = _Phase.STOPPING
            await super().shutdown()

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
        await self._app(scope, self._receive, self._send)

    def _note(self, exception: BaseException) -> None:
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
