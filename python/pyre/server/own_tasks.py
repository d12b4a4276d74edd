"""Tasks of the server itself, which are not the application's to see, to cancel or to make.

Programs end with ``for task in asyncio.all_tasks(): task.cancel()``, and some do so while they are
served. The server's own tasks are not registered, so ``all_tasks`` does not list them ("Extending
asyncio" of the standard library), and no task factory makes them.
"""

import asyncio
import contextlib
from collections.abc import Coroutine, Generator
from typing import Any, TypeVar

_T = TypeVar("_T")


def own_task(coroutine: Coroutine[Any, Any, _T]) -> asyncio.Task[_T]:
    """Run ``coroutine`` in a task of the server. The caller keeps a reference to it."""
    task = asyncio.Task(coroutine, loop=asyncio.get_running_loop())
    _conceal(task)
    return task


async def as_own_task(coroutine: Coroutine[Any, Any, _T]) -> _T:
    """Run ``coroutine`` in the current task, which becomes one of the server.

    It is the last one of its loop: a task factory of the application makes none of those that end
    the loop.
    """
    task = asyncio.current_task()
    if task is not None:
        _conceal(task)
    try:
        return await coroutine
    finally:
        asyncio.get_running_loop().set_task_factory(None)


@contextlib.contextmanager
def concealed(task: asyncio.Task[Any]) -> Generator[None]:
    """Keep a task out of ``all_tasks`` for a while. The end of the loop cancels those it lists."""
    _conceal(task)
    try:
        yield
    finally:
        if not task.done():
            asyncio.tasks._register_task(task)  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - documented


def _conceal(task: asyncio.Task[Any]) -> None:
    asyncio.tasks._unregister_task(task)  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - documented
