"""What an application may leave running when its server stops: each path is one of them.

``GET /held`` and the others answer ``begun `` and go on for longer than a test takes.
"""

import asyncio
import atexit
import hashlib
import os
import signal
import sys
import threading
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

VERY_LONG = 600.0

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


def say(word: str) -> None:
    print(f"<{word}>", flush=True)  # noqa: T201


atexit.register(say, "atexit")


async def app(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await live(receive, send)
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"begun ", "more_body": True})
    await asyncio.sleep(0)
    await ENDPOINTS[scope["path"]]()
    await send({"type": "http.response.body"})


async def live(receive: Receive, send: Send) -> None:
    await receive()
    if "HANG_IN_STARTUP" in os.environ:
        say("starting")
        await deaf()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    say("shutdown")
    if "HANG_IN_SHUTDOWN" in os.environ:
        await deaf()
    await send({"type": "lifespan.shutdown.complete"})


async def in_executor() -> None:
    await asyncio.to_thread(time.sleep, VERY_LONG)


async def in_thread() -> None:
    threading.Thread(target=time.sleep, args=[VERY_LONG], name="sleeper").start()


async def in_brief_thread() -> None:
    def work() -> None:
        threading.main_thread().join()
        say("thread ended")

    threading.Thread(target=work).start()


async def deaf() -> None:
    while True:
        try:
            await asyncio.sleep(VERY_LONG)
        except asyncio.CancelledError:
            continue


async def blocking() -> None:
    time.sleep(VERY_LONG)  # noqa: ASYNC251 - that is the fault it shows


async def computing() -> None:
    hashlib.pbkdf2_hmac("sha256", b"", b"", 2**31 - 1)


async def endless() -> AsyncGenerator[int]:
    try:
        yield 0
    finally:
        await deaf()


async def generating() -> None:
    async for _ in endless():
        await asyncio.sleep(VERY_LONG)


async def forking() -> None:
    """Let a child end by ``sys.exit``, and tell how."""
    if (child := os.fork()) == 0:
        sys.exit(5)
    _, status = await asyncio.to_thread(os.waitpid, child, 0)
    say(f"child {os.waitstatus_to_exitcode(status)}")


async def forking_and_ending() -> None:
    """Send SIGTERM to a child that has no handler of its own, once it is there."""
    reader, writer = os.pipe()
    if (child := os.fork()) == 0:
        os.write(writer, b"x")
        time.sleep(VERY_LONG)  # noqa: ASYNC251
        os._exit(0)
    await asyncio.to_thread(os.read, reader, 1)  # CPython drops a signal that comes in the fork
    os.close(reader)
    os.close(writer)
    os.kill(child, signal.SIGTERM)
    _, status = await asyncio.to_thread(os.waitpid, child, 0)
    say(f"child {os.waitstatus_to_exitcode(status)}")


async def quick() -> None:
    """Nothing is left running."""


ENDPOINTS: dict[str, Callable[[], Awaitable[None]]] = {
    "/executor": in_executor,
    "/thread": in_thread,
    "/brief-thread": in_brief_thread,
    "/deaf": deaf,
    "/blocking": blocking,
    "/computing": computing,
    "/generating": generating,
    "/forking": forking,
    "/forking-and-ending": forking_and_ending,
    "/": quick,
}
