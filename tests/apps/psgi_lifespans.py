"""Applications that differ in their lifespan. They tell what happens by ``events.py``."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from events import permitted, tell
from pyre import psgi
from scenarios import ExpectedError

loops: set[asyncio.AbstractEventLoop] = set()
"""Where the application has been entered and called."""


class Told:
    """Tells of each step, and answers with its state."""

    @asynccontextmanager
    async def __psgi_lifespan__(self, state: dict[str, Any]) -> AsyncGenerator[None]:
        loops.add(asyncio.get_running_loop())
        tell(f"enter {type(state).__name__} {state}")
        state.update(number=1, shared=[])
        await asyncio.sleep(0)
        tell("entered")
        yield
        tell("leave")
        await asyncio.sleep(0)
        tell("left")

    async def __psgi__(self, request: psgi.Request) -> psgi.Response:
        loops.add(asyncio.get_running_loop())
        tell(f"request {request.path}")
        found = (dict(request.state), len(loops))
        response = psgi.Response(body=repr(found))
        request.state["number"] += 1
        request.state["mine"] = True
        request.state["shared"].append(request.path)
        return response


class Patient(Told):
    """Answers when the test permits, and tells when the response is out."""

    async def __psgi__(self, request: psgi.Request) -> psgi.Response:
        async def done() -> None:
            tell("done")

        request.after(done)
        tell("request")
        await permitted()
        return psgi.Response(body="response")


class PatientToEnter(Told):
    """Is ready when the test permits."""

    @asynccontextmanager
    async def __psgi_lifespan__(self, state: dict[str, Any]) -> AsyncGenerator[None]:
        tell("enter")
        await permitted()
        async with super().__psgi_lifespan__(state):
            yield


class FailsToEnter(Told):
    @asynccontextmanager
    async def __psgi_lifespan__(self, _state: dict[str, Any]) -> AsyncGenerator[None]:
        tell("enter")
        raise ExpectedError("no database today")
        yield


class FailsToMakeLifespan(Told):
    def __psgi_lifespan__(
        self, _state: dict[str, Any]
    ) -> AbstractAsyncContextManager[None, bool | None]:
        raise ExpectedError("no database today")


class FailsToLeave(Told):
    @asynccontextmanager
    async def __psgi_lifespan__(self, state: dict[str, Any]) -> AsyncGenerator[None]:
        state.update(number=1, shared=[])
        yield
        tell("leave")
        raise ExpectedError("no end today")


class OneTask(Told):
    """Is left by the task that has entered it, as a task group demands."""

    @asynccontextmanager
    async def __psgi_lifespan__(self, state: dict[str, Any]) -> AsyncGenerator[None]:
        async with asyncio.TaskGroup() as group:
            waiting = group.create_task(asyncio.sleep(60))
            state.update(number=1, shared=[])
            yield
            waiting.cancel()
        tell("left")


told = Told()
patient = Patient()
patient_to_enter = PatientToEnter()
fails_to_enter = FailsToEnter()
fails_to_make_lifespan = FailsToMakeLifespan()
fails_to_leave = FailsToLeave()
one_task = OneTask()
