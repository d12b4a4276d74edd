"""Leaves something on the task of a request, and never suspends."""

import asyncio
import contextvars
import weakref
from collections.abc import Awaitable, Callable
from typing import Any

Message = dict[str, Any]

VARIABLE: contextvars.ContextVar[bool] = contextvars.ContextVar("VARIABLE", default=False)

kept: list[object] = []
known: weakref.WeakSet[asyncio.Task[Any]] = weakref.WeakSet()
ended: list[object] = []


def leave(kind: str) -> None:
    task = asyncio.current_task()
    assert task is not None
    match kind:
        case "name":
            task.set_name("marked")
        case "attribute":
            task.mark = True  # type: ignore[attr-defined]
        case "callback":
            task.add_done_callback(ended.append)
        case "reference":
            kept.append(task)
        case "weak-reference":
            known.add(task)
        case "cancellation":
            task.cancel()
        case "variable":
            VARIABLE.set(True)


def found() -> list[str]:
    """What is left on the current task."""
    task = asyncio.current_task()
    assert task is not None
    traces = {
        "name": task.get_name() == "marked",
        "attribute": hasattr(task, "mark"),
        "reference": any(task is other for other in kept),
        "weak-reference": task in known,
        "cancellation": task.cancelling() > 0,
        "variable": VARIABLE.get(),
    }
    return [name for name, is_there in traces.items() if is_there]


async def app(scope: Message, _receive: object, send: Callable[[Message], Awaitable[None]]) -> None:
    """``/leave?kind`` leaves something, ``/found`` and ``/ended`` tell what is there."""
    if scope["type"] != "http":
        raise NotImplementedError
    answers = {"/leave": leave, "/found": lambda _: found(), "/ended": lambda _: len(ended)}
    answer = answers[scope["path"]](scope["query_string"].decode())
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": repr(answer).encode()})
