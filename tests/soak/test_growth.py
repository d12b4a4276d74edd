"""After many requests, the server is as small as it was after some.

By default each test takes a few seconds. ``PYRE_SOAK=full`` asks for a million requests and ten
thousand abrupt disconnects.
"""

import ast
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from support.client import chunked, encoded
from support.load import PLAIN, answer_all_at_once, leave_abruptly
from support.process import open_descriptors, resident_bytes
from support.server import Launcher, Server
from support.waiting import eventually

IS_FULL = os.environ.get("PYRE_SOAK") == "full"

REQUESTS = 1_000_000 if IS_FULL else 200_000
DISCONNECTS = 10_000 if IS_FULL else 5_000
WARM_UP = 10

GROWN_BYTES = 4 * 1024 * 1024
"""What the resident set may vary by, for reasons of the allocator."""

GROWN_OBJECTS = 100
"""What the number of Python objects may vary by, for reasons of the standard library."""

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3600 if IS_FULL else 600)]

TRAFFIC = {
    "plain": PLAIN,
    "suspended": encoded("GET /suspended"),
    "echo": encoded("POST /echo", b"x" * 100),
    "chunked": encoded("POST /echo", b"", "Transfer-Encoding: chunked") + chunked(b"abc", b"def"),
    "pieces": encoded("GET /pieces"),
}


@dataclass
class Size:
    """What must not grow."""

    descriptors: int
    tasks: int
    objects: int
    resident: int

    def fits(self, before: "Size") -> bool:
        return (
            self.descriptors <= before.descriptors
            and self.tasks <= before.tasks
            and self.objects <= before.objects + GROWN_OBJECTS
            and self.resident <= before.resident + GROWN_BYTES
        )


@pytest.fixture
def server(serve: Launcher) -> Iterator[Server]:
    with serve("loaded:app", "--no-access-log") as server:
        yield server


def size_of(server: Server) -> Size:
    body = server.request("GET /objects").body
    tasks, objects = ast.literal_eval(body.decode())
    return Size(open_descriptors(server.pid), tasks, objects, resident_bytes(server.pid))


def assert_no_growth(server: Server, load: Callable[[int], None], count: int) -> None:
    """Apply the load to warm up, measure, apply it in full, and measure again."""
    load(count // WARM_UP)
    before = size_of(server)
    load(count)
    after = eventually(lambda: size_of(server), lambda size: size.fits(before))
    assert after.fits(before), f"{before} has become {after}"


@pytest.mark.parametrize("kind", TRAFFIC)
def test_requests(server: Server, kind: str) -> None:
    share = REQUESTS if kind == "plain" else REQUESTS // 4
    request = TRAFFIC[kind]
    assert_no_growth(server, lambda n: answer_all_at_once(server.address, request, n), share)


def test_connections(server: Server) -> None:
    """One request for each connection."""

    def connect_and_ask(count: int) -> None:
        for _ in range(count):
            assert server.request("GET /plain", b"", "Connection: close").status == 200

    assert_no_growth(server, connect_and_ask, DISCONNECTS)


def test_abrupt_disconnects(server: Server) -> None:
    assert_no_growth(server, lambda n: leave_abruptly(server.address, n), DISCONNECTS)
