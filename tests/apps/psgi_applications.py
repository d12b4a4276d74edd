"""Scenarios about how an application is called, and what it may do there."""

import asyncio
import contextlib
import contextvars
import sys
import threading
from collections.abc import Awaitable, Generator

import anyio
from psgi_scenarios import ExpectedError, Scenarios, query
from pyre import psgi

app = Scenarios()

VISITOR: contextvars.ContextVar[str] = contextvars.ContextVar("VISITOR", default="nobody")

kept: list[asyncio.Task[None] | None] = []


def text(value: object) -> psgi.Response:
    return psgi.Response(body=repr(value))


def visit(request: psgi.Request) -> psgi.Response:
    before = VISITOR.get()
    VISITOR.set(query(request))
    return text(before)


@app.add
def plain_visit(request: psgi.Request) -> psgi.Response:
    """Answer who was here before according to the context, and leave a name in it."""
    return visit(request)


@app.add
async def visit_at_once(request: psgi.Request) -> psgi.Response:
    return visit(request)


@app.add
async def visit_after_a_while(request: psgi.Request) -> psgi.Response:
    response = visit(request)
    await asyncio.sleep(0)
    assert VISITOR.get() == query(request)
    return response


@app.add
async def meet(request: psgi.Request) -> psgi.Response:
    """Be one of two visitors at the same time."""
    VISITOR.set(query(request))
    app.tally["met"] += 1
    if app.tally["met"] == 2:
        app._open("met")  # noqa: SLF001 - the second one lets the first one go on
    else:
        await app.gate("met")
    return text(VISITOR.get())


@app.add
async def current_task(_request: psgi.Request) -> psgi.Response:
    task = asyncio.current_task()
    facts = [isinstance(task, asyncio.Task), task in asyncio.all_tasks()]
    return text([*facts, task is asyncio.current_task()])


@app.add
async def current_task_after_a_while(_request: psgi.Request) -> psgi.Response:
    task = asyncio.current_task()
    await asyncio.sleep(0)
    return text(task is asyncio.current_task())


@app.add
async def keep_task(_request: psgi.Request) -> psgi.Response:
    """Keep the task, and answer in which states those of the requests before are."""
    before = [task.done() for task in kept if task]
    kept.append(asyncio.current_task())
    return text([before, len(set(map(id, kept)))])


@app.add
async def name_task(request: psgi.Request) -> psgi.Response:
    """Answer whether the task has the name of another request, and name it."""
    task = asyncio.current_task()
    assert task
    was_named = task.get_name().startswith("mine")
    task.set_name(f"mine: {query(request)}")
    return text(was_named)


@app.add
async def call_back(request: psgi.Request) -> psgi.Response:
    """Have it reported when the task is done."""
    task = asyncio.current_task()
    assert task
    name = query(request)
    task.add_done_callback(lambda _: app.report(name, "done"))
    return psgi.Response()


@app.add
async def timeout(_request: psgi.Request) -> psgi.Response:
    """Let a time limit expire before anything else has suspended."""
    try:
        async with asyncio.timeout(0):
            await asyncio.sleep(60)
    except TimeoutError:
        return text("timed out")
    return text("went on")


@app.add
async def timeout_that_is_not_needed(_request: psgi.Request) -> psgi.Response:
    async with asyncio.timeout(60):
        return await answer("in time")


@app.add
async def task_group(_request: psgi.Request) -> psgi.Response:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(asyncio.sleep(0, number)) for number in range(3)]
    return text([task.result() for task in tasks])


@app.add
async def task_group_that_fails(_request: psgi.Request) -> psgi.Response:
    async def fail() -> None:
        raise ExpectedError("in the group")

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(fail())
            await asyncio.sleep(60)
    except* ExpectedError:
        found = "the error of the child"
    return text(found)


@app.add
async def cancel_scope(_request: psgi.Request) -> psgi.Response:
    with anyio.move_on_after(0) as scope:
        await anyio.sleep(60)
    async with anyio.create_task_group() as group:
        group.start_soon(anyio.sleep, 0)
    return text(scope.cancelled_caught)


@app.add
async def worker_thread(_request: psgi.Request) -> psgi.Response:
    main = threading.main_thread()
    found = await asyncio.to_thread(threading.current_thread)
    return text([threading.current_thread() is main, found is main])


@app.add
def plain_thread(_request: psgi.Request) -> psgi.Response:
    is_main = threading.current_thread() is threading.main_thread()
    return text([is_main, asyncio.get_running_loop().is_running()])


async def answer(how: str) -> psgi.Response:
    await asyncio.sleep(0)
    return text(how)


@app.add
def returns_coroutine(_request: psgi.Request) -> Awaitable[psgi.Response]:
    return answer("coroutine")


@app.add
def returns_task(_request: psgi.Request) -> Awaitable[psgi.Response]:
    return asyncio.ensure_future(answer("task"))


@app.add
def returns_future(_request: psgi.Request) -> Awaitable[psgi.Response]:
    loop = asyncio.get_running_loop()
    future: asyncio.Future[psgi.Response] = loop.create_future()
    loop.call_soon(future.set_result, text("future"))
    return future


@app.add
def returns_done_future(_request: psgi.Request) -> Awaitable[psgi.Response]:
    future: asyncio.Future[psgi.Response] = asyncio.get_running_loop().create_future()
    future.set_result(text("done future"))
    return future


class Awaited:
    """An awaitable that is nothing else."""

    def __await__(self) -> Generator[object, object, psgi.Response]:
        return answer("awaitable").__await__()


@app.add
def returns_awaitable(_request: psgi.Request) -> Awaitable[psgi.Response]:
    return Awaited()


@app.add
def raises_before(request: psgi.Request) -> psgi.Response:
    raise ExpectedError(query(request))


@app.add
async def raises_at_once(request: psgi.Request) -> psgi.Response:
    raise ExpectedError(query(request))


@app.add
async def raises_after_a_while(request: psgi.Request) -> psgi.Response:
    await asyncio.sleep(0)
    raise ExpectedError(query(request))


@app.add
def exits_before(request: psgi.Request) -> psgi.Response:
    sys.exit(query(request))


@app.add
async def exits_at_once(request: psgi.Request) -> psgi.Response:
    sys.exit(query(request))


@app.add
async def exits_after_a_while(request: psgi.Request) -> psgi.Response:
    await asyncio.sleep(0)
    sys.exit(query(request))


@app.add
async def raises_in_a_group(request: psgi.Request) -> psgi.Response:
    async with asyncio.TaskGroup():
        raise ExpectedError(query(request))


@app.add
async def cancels_itself(_request: psgi.Request) -> psgi.Response:
    task = asyncio.current_task()
    assert task
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.sleep(60)
    task.uncancel()
    return text(task.cancelling())


@app.add
async def not_cancelled(_request: psgi.Request) -> psgi.Response:
    """Go on with something else than the connection while the peer leaves."""
    app.report("begun", None)
    await app.gate("not-cancelled")
    app.report("not-cancelled", "went on")
    return text("to nobody")
