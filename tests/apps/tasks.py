"""Scenarios about the task that an application runs in: context, timeouts, children, afterlife."""

import asyncio
import contextvars
import threading
import time
from pathlib import Path

from scenarios import (
    Message,
    Receive,
    Scenarios,
    Scope,
    Send,
    content,
    query,
    read_body,
    respond,
    start,
)

app = Scenarios()

VISITOR: contextvars.ContextVar[str] = contextvars.ContextVar("VISITOR", default="nobody")

A_MOMENT = 0.001

left_behind: list[asyncio.Task[None]] = []
"""Tasks that nobody awaits: the loop itself keeps none of them alive."""


async def send_chunk(send: Send, body: bytes, *, more_body: bool = True) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": more_body})


@app.add
async def context(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer who was here before according to the context, then leave a name in it."""
    before = VISITOR.get()
    VISITOR.set(query(scope))
    await read_body(receive)
    await asyncio.sleep(0)
    await respond(send, f"{before} {VISITOR.get()}".encode())


@app.add
async def current_task(_scope: Scope, _receive: Receive, send: Send) -> None:
    task = asyncio.current_task()
    known = task in asyncio.all_tasks()
    await asyncio.sleep(0)
    same = task is asyncio.current_task()
    await respond(send, repr([isinstance(task, asyncio.Task), known, same]).encode())


@app.add
async def running_loop(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Take part in the loop in each way that libraries do."""
    loop = asyncio.get_running_loop()
    called = loop.create_future()
    loop.call_soon(called.set_result, "soon")
    later = await asyncio.to_thread(lambda: "thread")
    gathered = await asyncio.gather(called, asyncio.sleep(0, "gather"))
    await respond(send, repr([later, *gathered]).encode())


@app.add
async def timeout_then_body(_scope: Scope, receive: Receive, send: Send) -> None:
    try:
        async with asyncio.timeout(A_MOMENT):
            await receive()
    except TimeoutError:
        app.report("timed-out", None)
    await respond(send, await read_body(receive))


@app.add
async def timeout_in_the_same_tick(scope: Scope, receive: Receive, send: Send) -> None:
    """Let the timeout expire in the very tick in which the body arrives.

    The loop is blocked until the client has sent the body, and longer than the timeout: then it
    finds both at once, and cancels a ``receive`` that may already have its message.
    """
    await start(send)
    await send_chunk(send, b"ready")
    asyncio.get_running_loop().call_soon(block_until_exists, Path(query(scope)))
    message: Message | None = None
    try:
        async with asyncio.timeout(A_MOMENT):
            message = await receive()
    except TimeoutError:
        message = await receive()
    await send_chunk(send, content(message)[0], more_body=False)


def block_until_exists(flag: Path) -> None:
    end = time.monotonic() + 10
    while not flag.exists() and time.monotonic() < end:
        time.sleep(10 * A_MOMENT)


@app.add
async def impatient(_scope: Scope, receive: Receive, send: Send) -> None:
    """Read the body with a timeout that keeps expiring."""
    body = b""
    more_body = True
    while more_body:
        try:
            async with asyncio.timeout(A_MOMENT):
                message = await receive()
        except TimeoutError:
            app.tally["impatient"] += 1
            continue
        piece, more_body = content(message)
        body += piece
    await respond(send, body)


@app.add
async def cancelled_receiver(_scope: Scope, receive: Receive, send: Send) -> None:
    """Cancel a task that waits in ``receive``, then read in this one."""
    receiver = asyncio.ensure_future(receive())
    await asyncio.sleep(0)
    receiver.cancel()
    await asyncio.wait([receiver])
    app.report("cancelled-receiver", receiver.cancelled())
    await respond(send, await read_body(receive))


@app.add
async def task_group(_scope: Scope, receive: Receive, send: Send) -> None:
    """Read and write in two children of a task group, joined by a queue."""
    found: asyncio.Queue[bytes] = asyncio.Queue()

    async def read() -> None:
        await found.put(await read_body(receive))

    async def write() -> None:
        await start(send)
        await send_chunk(send, await found.get(), more_body=False)

    async with asyncio.TaskGroup() as group:
        group.create_task(read())
        group.create_task(write())


@app.add
async def listen_for_disconnect(_scope: Scope, receive: Receive, send: Send) -> None:
    """Stream while a sibling waits for the disconnect: what frameworks do."""
    await read_body(receive)

    async def stream() -> None:
        await start(send)
        await send_chunk(send, b"first")
        await app.gate("listen-for-disconnect")
        await send_chunk(send, b"last", more_body=False)

    async def listen() -> None:
        app.report("heard", (await receive())["type"])
        streaming.cancel()

    async with asyncio.TaskGroup() as group:
        streaming = group.create_task(stream())
        listening = group.create_task(listen())
        await asyncio.wait([streaming])
        listening.cancel()


@app.add
async def calls_in_tasks(_scope: Scope, receive: Receive, send: Send) -> None:
    """Make a task of each call: what they return has to be a coroutine."""
    message = await asyncio.create_task(receive())
    beginning = {"type": "http.response.start", "status": 200, "headers": []}
    await asyncio.create_task(send(beginning))
    end = {"type": "http.response.body", "body": content(message)[0]}
    await asyncio.create_task(send(end))


@app.add
async def calls_from_a_thread(_scope: Scope, receive: Receive, send: Send) -> None:
    """Receive and send from a thread: what adapters of synchronous frameworks do."""
    loop = asyncio.get_running_loop()

    def work() -> None:
        body = asyncio.run_coroutine_threadsafe(read_body(receive), loop).result()
        asyncio.run_coroutine_threadsafe(respond(send, body.upper()), loop).result()

    await asyncio.to_thread(work)


@app.add
async def thread(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Answer whether this is the main thread."""
    is_main = threading.current_thread() is threading.main_thread()
    await respond(send, repr(is_main).encode())


@app.add
async def timers(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Stream from callbacks of the loop while the request is idle otherwise."""
    loop = asyncio.get_running_loop()
    await start(send)
    for letter in (b"a", b"b", b"c"):
        woken = loop.create_future()
        loop.call_later(A_MOMENT, woken.set_result, None)
        await woken
        await send_chunk(send, letter)
    await send_chunk(send, b"", more_body=False)


@app.add
async def background(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Work on after the response."""
    await respond(send, b"response")
    await app.gate("background")
    await asyncio.sleep(0)
    app.report("background", "done")


@app.add
async def background_task(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Leave a task behind, and return."""
    task = asyncio.create_task(app.gate("background-task"))
    task.add_done_callback(lambda _: app.report("background-task", "done"))
    left_behind.append(task)
    await respond(send, b"response")


@app.add
async def both_ways(_scope: Scope, receive: Receive, send: Send) -> None:
    """Receive and send at the same time, in two tasks."""
    await start(send)
    received: asyncio.Queue[bytes | None] = asyncio.Queue()

    async def read() -> None:
        more_body = True
        while more_body:
            piece, more_body = content(await receive())
            await received.put(piece)
        await received.put(None)

    async def write() -> None:
        while (piece := await received.get()) is not None:
            await send_chunk(send, piece.upper())
        await send_chunk(send, b"", more_body=False)

    await asyncio.gather(read(), write())


@app.add
async def two_senders(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Send from two tasks at once: each message stays whole."""
    await start(send)

    async def write(letter: bytes) -> None:
        for _ in range(50):
            await send_chunk(send, letter * 70_000)
            await asyncio.sleep(0)

    await asyncio.gather(write(b"a"), write(b"b"))
    await send_chunk(send, b"", more_body=False)
