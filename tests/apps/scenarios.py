"""An application made of scenarios: one path for each, so that one server serves many tests.

A scenario talks to its test over three paths that every such application has:

- ``/report/NAME`` gives what the scenario reported under that name, once it has: 404 until then.
- ``/open/NAME`` opens a gate, at which the scenario waits.
- ``/tally/NAME`` gives a count that the scenario keeps.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from typing import Any

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Scenario = Callable[[Scope, Receive, Send], Awaitable[None]]


class ExpectedError(Exception):
    """What a scenario raises on purpose."""


class Scenarios:
    """Calls the scenario that the path names."""

    def __init__(self) -> None:
        self.tally: Counter[str] = Counter()
        self._scenarios: dict[str, Scenario] = {}
        self._reports: dict[str, object] = {}
        self._waiting_at: defaultdict[str, list[asyncio.Future[None]]] = defaultdict(list)
        self._open_gates: set[str] = set()

    def add(self, scenario: Scenario) -> Scenario:
        """Serve a coroutine function at its name: ``no_body`` at ``/no-body``."""
        self._scenarios[path_of(scenario)] = scenario
        return scenario

    def report(self, name: str, value: object) -> None:
        """Let the test have a value that ``repr`` and ``ast.literal_eval`` carry across."""
        self._reports[name] = value

    async def gate(self, name: str) -> None:
        """Wait until the test opens the gate, which lets those through who wait, or the next one.

        Whoever comes after that finds it closed, also before those who waited have gone on.
        """
        if name in self._open_gates:
            self._open_gates.remove(name)
            return
        waiter = asyncio.get_running_loop().create_future()
        self._waiting_at[name].append(waiter)
        await waiter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await no_lifespan_events(receive, send)
            return
        _, first, *rest = scope["path"].split("/", 2)
        service = {"report": self._report, "open": self._open, "tally": self._tally}.get(first)
        if service and rest:
            status, value = service(rest[0])
            await respond(send, repr(value).encode(), status)
        elif scenario := self._scenarios.get(scope["path"]):
            await scenario(scope, receive, send)
        else:
            await respond(send, b"no such scenario", 404)

    def _report(self, name: str) -> tuple[int, object]:
        if name in self._reports:
            return 200, self._reports.pop(name)
        return 404, None

    def _open(self, name: str) -> tuple[int, object]:
        waiting = [each for each in self._waiting_at.pop(name, ()) if not each.done()]
        for each in waiting:
            each.set_result(None)
        if not waiting:
            self._open_gates.add(name)
        return 200, None

    def _tally(self, name: str) -> tuple[int, object]:
        return 200, self.tally[name]


def path_of(scenario: Scenario) -> str:
    return "/" + scenario.__name__.replace("_", "-")


async def no_lifespan_events(receive: Receive, send: Send) -> None:
    """Answer the lifespan protocol without doing anything."""
    while True:
        message = await receive()
        await send({"type": message["type"] + ".complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def respond(send: Send, body: bytes, status: int = 200) -> None:
    """Send a complete response with ``Content-Length``."""
    await start(send, (b"content-length", b"%d" % len(body)), status=status)
    await send({"type": "http.response.body", "body": body})


async def start(send: Send, *headers: tuple[bytes, bytes], status: int = 200) -> None:
    await send({"type": "http.response.start", "status": status, "headers": list(headers)})


async def read_body(receive: Receive) -> bytes:
    """The whole body of the request."""
    pieces: list[bytes] = []
    more_body = True
    while more_body:
        piece, more_body = content(await receive())
        pieces.append(piece)
    return b"".join(pieces)


def content(message: Message) -> tuple[bytes, bool]:
    """What a message has of the body, and whether more comes. A server may leave out both."""
    assert message["type"] == "http.request", message
    return message.get("body", b""), message.get("more_body", False)


def query(scope: Scope) -> str:
    """The query string as text."""
    return bytes(scope["query_string"]).decode()
