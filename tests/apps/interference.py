"""Applications that reach for what is not theirs: other tasks, task factories, the loop."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from pyre import psgi

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

waiting: dict[str, asyncio.Task[Any]] = {}
"""Tasks of requests that wait for an event that never comes, by the query of each."""

background: set[asyncio.Task[Any]] = set()


async def wait(name: str) -> str:
    """Wait for what never comes."""
    task = asyncio.current_task()
    assert task is not None
    waiting[name] = task
    await asyncio.Event().wait()
    return "never"


async def sleep(_query: str) -> str:
    await asyncio.sleep(0.001)
    return "slept"


async def at_once(_query: str) -> str:
    return "at once"


async def list_waiting(_query: str) -> str:
    return " ".join(sorted(waiting))


async def interfere(how: str) -> str:
    """Do to all other tasks what ``how`` says, when this request is over."""
    task = asyncio.create_task(INTERFERENCES[how]())
    background.add(task)
    return "begun"


async def list_background(_query: str) -> str:
    return str(sum(not task.done() for task in background))


async def all_tasks(_query: str) -> str:
    return " ".join(sorted(coroutine_name(task) for task in asyncio.all_tasks()))


def coroutine_name(task: asyncio.Task[Any]) -> str:
    return getattr(task.get_coro(), "__qualname__", "?")


def others() -> set[asyncio.Task[Any]]:
    return asyncio.all_tasks() - {asyncio.current_task()}


async def cancel_all_tasks() -> None:
    await asyncio.sleep(0)
    for task in others():
        task.cancel()


async def cancel_all_tasks_repeatedly() -> None:
    for _ in range(20):
        await asyncio.sleep(0)
        for task in others():
            task.cancel("again")


async def close_coroutines() -> None:
    await asyncio.sleep(0)
    for task in waiting.values():
        task.get_coro().close()  # type: ignore[union-attr]


async def throw_into_coroutines() -> None:
    await asyncio.sleep(0)
    for task in waiting.values():
        # It ends, or has ended.
        with contextlib.suppress(StopIteration, RuntimeError, LookupError):
            task.get_coro().throw(LookupError("thrown"))  # type: ignore[union-attr]


async def gather_all_tasks() -> None:
    await asyncio.sleep(0)
    gathered = asyncio.gather(*others(), return_exceptions=True)
    gathered.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await gathered


async def time_all_tasks_out() -> None:
    await asyncio.sleep(0)
    await asyncio.wait(others(), timeout=0)
    for task in others():
        with contextlib.suppress(TimeoutError, asyncio.CancelledError):
            await asyncio.wait_for(task, timeout=0)


INTERFERENCES: dict[str, Callable[[], Coroutine[Any, Any, None]]] = {
    each.__name__: each
    for each in (
        cancel_all_tasks,
        cancel_all_tasks_repeatedly,
        close_coroutines,
        throw_into_coroutines,
        gather_all_tasks,
        time_all_tasks_out,
    )
}


def plain_factory(loop: asyncio.AbstractEventLoop, coro: Any, **options: Any) -> Any:
    return asyncio.Task(coro, loop=loop, **options)


def wrapping_factory(loop: asyncio.AbstractEventLoop, coro: Any, **options: Any) -> Any:
    """Wrap each coroutine, as instrumentation does."""

    async def wrapped() -> Any:
        return await coro

    return asyncio.Task(wrapped(), loop=loop, **options)


def cancelling_factory(loop: asyncio.AbstractEventLoop, coro: Any, **options: Any) -> Any:
    """Cancel the task of each request before its first step."""
    task = asyncio.Task(coro, loop=loop, **options)
    if coro.__qualname__ == "run_asgi":
        task.cancel()
    return task


def failing_factory(loop: asyncio.AbstractEventLoop, coro: Any, **options: Any) -> Any:
    """Make no tasks for requests."""
    if coro.__qualname__ == "run_asgi":
        raise RuntimeError("no task today")
    return asyncio.Task(coro, loop=loop, **options)


# uvloop calls factories with arguments that this one does not take.
EAGER = "eager_task_factory"

FACTORIES: dict[str, Any] = {
    each.__name__: each
    for each in (
        plain_factory,
        wrapping_factory,
        cancelling_factory,
        failing_factory,
    )
} | {"none": None, EAGER: getattr(asyncio, EAGER, plain_factory)}


async def set_task_factory(name: str) -> str:
    asyncio.get_running_loop().set_task_factory(FACTORIES[name])
    return name


async def interrupt(query: str) -> str:
    """Raise what Ctrl+C raises in a program without handlers."""
    if query == "late":
        await asyncio.sleep(0)
    raise KeyboardInterrupt


async def debug(_query: str) -> str:
    asyncio.get_running_loop().set_debug(True)
    return "debug"


PATHS: dict[str, Callable[[str], Awaitable[str]]] = {
    "/wait": wait,
    "/sleep": sleep,
    "/at-once": at_once,
    "/waiting": list_waiting,
    "/interfere": interfere,
    "/background": list_background,
    "/all-tasks": all_tasks,
    "/task-factory": set_task_factory,
    "/debug": debug,
    "/interrupt": interrupt,
}


async def app(scope: Message, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await live(receive, send)
        return
    text = await PATHS[scope["path"]](scope["query_string"].decode())
    await respond(send, text)


async def live(receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "lifespan.startup.complete"})
    print((await receive())["type"], flush=True)  # noqa: T201 - the test reads it
    await send({"type": "lifespan.shutdown.complete"})


class PSGIApp:
    async def __psgi__(self, request: psgi.Request) -> psgi.Response:
        return psgi.Response(200, [], await PATHS[request.path](request.query.decode()))


psgi_app = PSGIApp()


async def respond(send: Send, text: str) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": text.encode()})
