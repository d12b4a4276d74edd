"""An ASGI server without sockets: a test says when a message comes, and how many the peer takes."""

import asyncio
import functools
from collections.abc import Awaitable, Callable
from typing import Any

from pyre.server.asgi import ASGIApplication, Message, Scope

LAST = {"type": "http.request"}

TURNS = 1000
"""Turns of the loop after which nothing more will happen."""


class PeerLeftError(OSError):
    """What ``send`` raises when the peer has left (ASGI HTTP 2.4)."""


class AsgiServer:
    """One connection on which an application is called.

    The peer stops reading after ``takes`` messages. ``is_silent`` is a server whose ``send`` does
    nothing when the peer has left.
    """

    def __init__(
        self,
        app: ASGIApplication,
        *,
        takes: int | None = None,
        is_silent: bool = False,
        **scope: object,
    ) -> None:
        self.app = app
        self.scope = http_scope(**scope)
        self.sent: list[Message] = []
        self.reads_again = asyncio.Event()
        self._takes = takes
        self.receiving = 0
        self._is_silent = is_silent
        self._is_gone = False
        self._messages: asyncio.Queue[Message] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    def give(self, *messages: Message) -> None:
        """Let ``receive`` return messages."""
        for message in messages:
            self._messages.put_nowait(message)

    def leave(self) -> None:
        """Let the peer leave."""
        self._is_gone = True
        self.reads_again.set()
        self.give({"type": self.scope["type"] + ".disconnect"})

    async def receive(self) -> Message:
        self.receiving += 1
        try:
            return await self._messages.get()
        finally:
            self.receiving -= 1

    async def send(self, message: Message) -> None:
        if len(self.sent) == self._takes:
            await self.reads_again.wait()
        if not self._is_gone:
            self.sent.append(message)
        elif not self._is_silent:
            raise PeerLeftError("the peer has left")

    def start(self) -> asyncio.Task[None]:
        """Call the application in a task of its own."""

        async def call() -> None:
            await self.app(self.scope, self.receive, self.send)

        self._task = asyncio.create_task(call())
        return self._task

    async def run(self, *messages: Message) -> None:
        """Call the application, with the messages of the peer."""
        self.give(*messages)
        await self.start()

    async def until_sent(self, count: int) -> None:
        """Wait until as many messages have been sent."""
        await until(lambda: len(self.sent) >= count)

    @property
    def types(self) -> list[str]:
        """The types of the messages that were sent."""
        return [message["type"] for message in self.sent]

    @property
    def status(self) -> int:
        status: int = self._start["status"]
        return status

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        return list(self._start["headers"])

    @property
    def _start(self) -> Message:
        return next(each for each in self.sent if each["type"].endswith("response.start"))

    @property
    def body(self) -> bytes:
        """The content that was sent."""
        return b"".join(each.get("body", b"") for each in self.sent)

    @property
    def is_complete(self) -> bool:
        """Whether the last message was the last of a response."""
        return bool(self.sent) and not self.sent[-1].get("more_body", False)


def http_scope(**others: object) -> Scope:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.5"},
        "http_version": "1.1",
        "method": "GET",
        "path": "/",
        "headers": [],
        **others,
    }


def piece(body: bytes) -> Message:
    """A part of a body that goes on."""
    return {"type": "http.request", "body": body, "more_body": True}


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop turn until something is true."""
    for _ in range(TURNS):
        if condition():
            return
        await asyncio.sleep(0)
    raise AssertionError("it has not become true")


async def idle() -> None:
    """Let everything happen that can."""
    for _ in range(50):
        await asyncio.sleep(0)


def in_loop(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """Run a test in an event loop, in which no task may be left over."""

    async def run(*args: Any, **kwargs: Any) -> None:
        await test(*args, **kwargs)
        await idle()
        assert asyncio.all_tasks() == {asyncio.current_task()}

    @functools.wraps(test)
    def run_test(*args: Any, **kwargs: Any) -> None:
        asyncio.run(run(*args, **kwargs))

    return run_test
