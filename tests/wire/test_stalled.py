"""Two hundred connections stall: each ends as documented, and nobody else notices."""

import contextlib
import selectors
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from support.client import Connection, encoded
from support.process import open_descriptors
from support.scenarios import tally
from support.server import Launcher, Server
from support.steady import SteadyClient
from support.waiting import eventually, settled, wait_for

STALLED = 200

PAUSE = 0.05
"""Seconds between two octets of a peer that trickles."""

SHORT = "1"
"""The timeout that ends a stall, in seconds; the others are off."""

TIMEOUTS = ("--timeout-header", "--timeout-body", "--timeout-keep-alive", "--timeout-write")

SMALL_BUFFER = 4096

SMALL_SEGMENT = 1460
"""That of a real network. With the loopback's, the kernel takes 4 MB that nobody reads."""

FOREVER = sys.maxsize

pytestmark = pytest.mark.usefixtures("only_pyre")


def assert_late(connection: Connection) -> None:
    response = connection.read_response()
    assert (response.status, response.header(b"connection")) == (408, b"close")
    assert response.body == b"408 the message did not arrive in time\n"
    assert connection.read_to_end() == b""


def assert_closed_without_a_word(connection: Connection) -> None:
    assert connection.read_to_end() == b""


def assert_cut_off(connection: Connection) -> None:
    """The response has begun, and lacks the chunk that ends it."""
    received = connection.read_to_end()
    assert received.startswith(b"HTTP/1.1 200 ")
    assert not received.endswith(b"0\r\n\r\n")


@dataclass(frozen=True)
class Stall:
    """A way to stall: what the peer sends, whether it reads, and how it must end."""

    timeout: str
    """The option that ends it."""
    assert_ended: Callable[[Connection], None]
    opening: bytes = b""
    drips: int = 0
    """Octets that follow, one now and then."""
    is_answered: bool = False
    """The opening is a whole request, and its response is read before the stall begins."""
    reads: bool = True
    heard: str = ""
    """What the application counts when it learns of the end."""

    def begin(self, server: Server) -> Connection:
        bounds = () if self.reads else (SMALL_BUFFER, SMALL_SEGMENT)
        connection = Connection(server.address, *bounds)
        connection.send(self.opening)
        if self.is_answered:
            assert connection.read_response().status == 200
        return connection


UPLOAD = encoded("POST /upload", b"", "Content-Length: 1000000")

STALLS = {
    "slow-head": Stall(
        "--timeout-header", assert_late, encoded("GET /plain")[:-2] + b"X-Slow: ", FOREVER
    ),
    "slow-body": Stall("--timeout-body", assert_late, UPLOAD, drips=5, heard="upload-ended"),
    "slow-reader": Stall(
        "--timeout-write",
        assert_cut_off,
        encoded("GET /download"),
        reads=False,
        heard="download-ended",
    ),
    "idle": Stall(
        "--timeout-keep-alive",
        assert_closed_without_a_word,
        encoded("GET /plain?idle"),
        is_answered=True,
    ),
    "never-speaking": Stall("--timeout-header", assert_closed_without_a_word),
}

TRICKLED_BODY = Stall("--timeout-body", assert_late, UPLOAD, drips=FOREVER, heard="upload-ended")


class Stalled:
    """A connection that has stalled."""

    def __init__(self, stall: Stall, connection: Connection) -> None:
        self.stall = stall
        self.connection = connection
        self._drips_left = stall.drips

    def drip(self) -> None:
        if self._drips_left:
            self._drips_left -= 1
            self.connection.send(b"x")

    def assert_ended(self) -> None:
        self.stall.assert_ended(self.connection)


@contextlib.contextmanager
def stalled(server: Server, stalls: list[Stall]) -> Iterator[list[Stalled]]:
    """The connections, which stall in each way in turn."""
    ways = [stalls[number % len(stalls)] for number in range(STALLED)]
    with contextlib.ExitStack() as stack:
        yield [Stalled(way, stack.enter_context(way.begin(server))) for way in ways]


def options(stalls: list[Stall]) -> list[str]:
    values = dict.fromkeys(TIMEOUTS, "none") | {stall.timeout: SHORT for stall in stalls}
    # A stop that waited for one of them would never end.
    values["--timeout-graceful-shutdown"] = "none"
    return [word for option in values.items() for word in option]


def drip_until_ended(connections: list[Stalled]) -> None:
    """Let each trickle until it says something, which must be its end."""
    with selectors.DefaultSelector() as selector:
        for each in connections:
            selector.register(each.connection.socket, selectors.EVENT_READ, each)

        def have_ended() -> bool:
            for key, _ in selector.select(PAUSE):
                selector.unregister(key.fileobj)
                key.data.assert_ended()
            for key in list(selector.get_map().values()):
                key.data.drip()
            return not selector.get_map()

        wait_for(have_ended, "the stalled connections to end")


def assert_all_end(server: Server, connections: list[Stalled]) -> None:
    """A peer that doesn't read has to be told by the application that it has been given up."""
    drip_until_ended([each for each in connections if each.stall.reads])
    for heard in {each.stall.heard for each in connections} - {""}:
        count = sum(each.stall.heard == heard for each in connections)
        wait_for(lambda heard=heard, count=count: tally(server, heard) == count, heard)
    for each in connections:
        if not each.stall.reads:
            each.assert_ended()


@contextlib.contextmanager
def size_of(server: Server) -> Iterator[Callable[[], dict[str, int]]]:
    """Tells how large it is, on one connection: others might still be about to close."""
    with server.connect() as connection:

        def look() -> dict[str, int]:
            tasks = int(connection.request("GET /tasks").body)
            return {"tasks": tasks, "descriptors": open_descriptors(server.pid)}

        yield look


def assert_nobody_notices(server: Server, stalls: list[Stall]) -> None:
    """Requests are answered before, during and after; then the server is as it was, and stops."""
    with size_of(server) as look:
        before, logged = settled(look), server.stderr
    with SteadyClient(server.address) as client:
        with stalled(server, stalls) as connections:
            answered = client.answered
            assert_all_end(server, connections)
            assert client.answered > answered
        client.wait_for_answers(STALLED)
    with size_of(server) as look:
        assert eventually(look, before.__eq__) == before
    assert server.stderr == logged
    server.send_signal(signal.SIGTERM)
    assert server.wait() == 0


@pytest.mark.parametrize(
    "stalls", [*([stall] for stall in STALLS.values()), [*STALLS.values()]], ids=[*STALLS, "all"]
)
def test_200_stalled_connections(serve: Launcher, stalls: list[Stall]) -> None:
    with serve("stalled:app", *options(stalls)) as server:
        assert_nobody_notices(server, stalls)


def test_200_bodies_that_trickle(serve: Launcher) -> None:
    """Each octet comes in time, and all of them too slowly."""
    rate = ("--limit-body-rate", "1000")
    with serve("stalled:app", *options([TRICKLED_BODY]), *rate) as server:
        assert_nobody_notices(server, [TRICKLED_BODY])
