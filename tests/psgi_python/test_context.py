"""``run_within``: another context, and otherwise ``await``."""

import asyncio
import contextvars
import itertools

import pytest
from pyre.psgi.context import run_within

from psgi_python.asgi_server import idle, in_loop, until

VISITOR = contextvars.ContextVar("VISITOR", default="nobody")


async def visit(name, turns=1):
    before = VISITOR.get()
    for _ in range(turns):
        VISITOR.set(name)
        await asyncio.sleep(0)
        assert VISITOR.get() == name
    return before


@in_loop
@pytest.mark.parametrize("turns", [0, 1, 3])
async def test_what_is_set_stays_there(turns):
    context = contextvars.copy_context()
    assert await run_within(context, visit, "me", turns) == "nobody"
    assert VISITOR.get() == "nobody"
    if turns:
        assert await run_within(context, visit, "you", turns) == "me"


@in_loop
async def test_it_sees_what_was_set_before():
    VISITOR.set("me")
    assert await run_within(contextvars.copy_context(), visit, "you") == "me"
    assert VISITOR.get() == "me"


@in_loop
async def test_the_task_is_the_same():
    async def task():
        await asyncio.sleep(0)
        return asyncio.current_task()

    assert await run_within(contextvars.copy_context(), task) is asyncio.current_task()


@in_loop
async def test_time_limits_and_groups_work():
    async def limited():
        try:
            async with asyncio.timeout(0):
                await asyncio.sleep(60)
        except TimeoutError:
            async with asyncio.TaskGroup() as group:
                group.create_task(asyncio.sleep(0))
            return "timed out"

    assert await run_within(contextvars.copy_context(), limited) == "timed out"
    assert asyncio.current_task().cancelling() == 0


@in_loop
@pytest.mark.parametrize("turns", [0, 2])
async def test_exceptions_pass(turns):
    async def fail():
        for _ in range(turns):
            await asyncio.sleep(0)
        raise LookupError("expected")

    with pytest.raises(LookupError, match="expected"):
        await run_within(contextvars.copy_context(), fail)


@in_loop
async def test_a_cancellation_passes_in_and_out():
    seen = []

    async def wait():
        try:
            await asyncio.get_running_loop().create_future()
        except asyncio.CancelledError:
            seen.append(VISITOR.get())
            raise

    async def call():
        context = contextvars.copy_context()
        context.run(VISITOR.set, "me")
        await run_within(context, wait)

    task = asyncio.create_task(call())
    await idle()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert seen == ["me"]


@in_loop
async def test_a_cancellation_passes_also_where_no_future_carries_it():
    async def turn():
        for _ in itertools.count():
            await asyncio.sleep(0)

    async def call():
        await run_within(contextvars.copy_context(), turn)

    task = asyncio.create_task(call())
    await idle()
    task.cancel()
    await until(task.done)
    assert task.cancelled()


@in_loop
async def test_a_cancellation_may_be_suppressed():
    async def wait():
        try:
            await asyncio.get_running_loop().create_future()
        except asyncio.CancelledError:
            await asyncio.sleep(0)
            return "went on"

    async def call():
        return await run_within(contextvars.copy_context(), wait)

    task = asyncio.create_task(call())
    await idle()
    task.cancel()
    assert await task == "went on"


@in_loop
async def test_what_is_awaitable_and_no_coroutine():
    future = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(future.set_result, "done")
    assert await run_within(contextvars.copy_context(), lambda: future) == "done"
