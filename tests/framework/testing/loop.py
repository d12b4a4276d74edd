"""Running a test in a loop, in which nothing may be left over."""

import asyncio
import functools
import gc
from collections.abc import Awaitable, Callable
from typing import Any


def in_loop(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """Run a test; no task may be pending in the end, and no exception may be nobody's."""

    async def run(*args: Any, **kwargs: Any) -> None:
        complaints: list[dict[str, Any]] = []
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: complaints.append(context))
        await test(*args, **kwargs)
        assert asyncio.all_tasks() == {asyncio.current_task()}
        gc.collect()
        assert complaints == []

    @functools.wraps(test)
    def run_test(*args: Any, **kwargs: Any) -> None:
        asyncio.run(run(*args, **kwargs))

    return run_test


async def turns() -> None:
    """Let everything happen that can."""
    for _ in range(50):
        await asyncio.sleep(0)
