"""The lifespan of the application under test (ASGI lifespan 2.0)."""

import asyncio
from typing import Any

from pyre.framework.testing.changes import Changes
from pyre.framework.testing.errors import LifespanError
from pyre.server.asgi import ASGIApplication, Message, Scope
from pyre.server.config import LifespanMode


class Lifespan:
    """One task runs the application from its start to its stop.

    In mode ``auto`` an application that raises or returns before it has answered knows no lifespan,
    and is served without; in mode ``on`` that is an error.
    """

    def __init__(self, app: ASGIApplication, mode: LifespanMode, patience: float | None) -> None:
        self._app = app
        self._mode = mode
        self._patience = patience
        self._changes = Changes()
        self._state: dict[str, Any] = {}
        self._task: asyncio.Task[None] | None = None
        self._is_to_stop = False
        self._messages_received = 0
        self._answers: dict[str, Message] = {}
        self._error: Exception | None = None

    async def start(self) -> dict[str, Any] | None:
        """Let the application start; return its state, or ``None`` when it has no lifespan.

        Raises ``LifespanError``.
        """
        if self._mode == "off":
            return None
        self._task = asyncio.create_task(self._run(), name="lifespan")
        try:
            await self._answered("startup", self._task)
        except BaseException:
            await self._cancel(self._task)
            raise
        if "startup" in self._answers:
            return self._state
        if self._mode == "on":
            raise LifespanError("the application has no lifespan") from self._error
        self._task = None
        return None

    async def stop(self) -> None:
        """Let the application stop, if it has started. Raises ``LifespanError``."""
        task, self._task = self._task, None
        if task is None:
            return
        self._is_to_stop = True
        self._changes.tell()
        try:
            await self._answered("shutdown", task)
            await asyncio.wait([task], timeout=self._patience)
        finally:
            await self._cancel(task)
        if self._error:
            raise LifespanError("the lifespan of the application has raised") from self._error

    async def _answered(self, phase: str, task: asyncio.Task[None]) -> None:
        """Wait for the answer, or for a lifespan that ends without."""
        try:
            async with asyncio.timeout(self._patience):
                await self._changes.until(lambda: phase in self._answers or task.done())
        except TimeoutError:
            raise LifespanError(
                f"the application has not answered lifespan.{phase} in {self._patience} s"
            ) from None
        answer = self._answers.get(phase, {"type": ""})
        if answer["type"].endswith(".failed"):
            # What the application raises after it has said that it failed is the reason.
            await asyncio.wait([task], timeout=self._patience)
            raise LifespanError(_reason(answer)) from self._error

    async def _run(self) -> None:
        scope: Scope = {
            "type": "lifespan",
            "asgi": {"version": "3.0", "spec_version": "2.0"},
            "state": self._state,
        }
        try:
            await self._app(scope, self._receive, self._send)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is an answer
            self._error = error
        finally:
            # They look again when this task is done.
            asyncio.get_running_loop().call_soon(self._changes.tell)

    async def _receive(self) -> Message:
        self._messages_received += 1
        if self._messages_received == 1:
            return {"type": "lifespan.startup"}
        await self._changes.until(lambda: self._is_to_stop)
        return {"type": "lifespan.shutdown"}

    async def _send(self, message: Message) -> None:
        phase = "shutdown" if self._is_to_stop else "startup"
        known = {f"lifespan.{phase}.complete", f"lifespan.{phase}.failed"}
        if phase in self._answers or message["type"] not in known:
            raise RuntimeError(f"{message['type']!r} was sent in a wrong place")
        self._answers[phase] = message
        self._changes.tell()

    async def _cancel(self, task: asyncio.Task[None]) -> None:
        task.cancel()
        await asyncio.wait([task], timeout=self._patience)


def _reason(answer: Message) -> str:
    # Frameworks send a whole traceback; its last line says what it is about.
    lines = str(answer.get("message", "")).strip().splitlines() or ["no reason given"]
    return f"{answer['type']}: {lines[-1]}"
