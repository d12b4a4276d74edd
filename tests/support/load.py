"""Much traffic from little code: pipelined requests, and clients that leave at the worst moment."""

import contextlib
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from support.client import Address, Connection, encoded

BATCH = 100
"""Requests that are sent before the first of their responses is read."""

CLIENTS = 4
"""Threads that make traffic at the same time."""

OK = b"HTTP/1.1 200 "

PLAIN = encoded("GET /plain")

CHUNKED = "Transfer-Encoding: chunked"


class Phase(NamedTuple):
    """What a client has sent when it leaves, and whether it has seen the beginning of an answer."""

    sent: bytes
    answered: bool = False


PHASES = [
    Phase(b""),
    Phase(PLAIN[:5]),
    Phase(PLAIN[:-10]),
    Phase(PLAIN[:-1]),
    Phase(PLAIN),
    Phase(PLAIN, answered=True),
    Phase(PLAIN + PLAIN[:20], answered=True),
    Phase(PLAIN * 20),
    Phase(PLAIN * 20, answered=True),
    Phase(encoded("POST /echo", b"", "Content-Length: 100")),
    Phase(encoded("POST /echo", b"", "Content-Length: 100") + b"x" * 50),
    Phase(encoded("POST /echo", b"", "Content-Length: 9999999") + b"x" * 70_000),
    Phase(encoded("POST /echo", b"", CHUNKED) + b"ff\r\nx"),
    Phase(encoded("POST /echo", b"", CHUNKED) + b"not a chunk\r\n"),
    Phase(encoded("GET /stream?10000000")),
    Phase(encoded("GET /stream?10000000"), answered=True),
]

LEAVES = (Connection.close, Connection.reset)


def answer_all(address: Address, request: bytes, count: int) -> None:
    """Send ``count`` equal requests, pipelined on one connection, and check that each is answered.

    The responses must all be of one length, as they are when only the date differs.
    """
    with Connection(address) as connection:
        length = response_length(connection, request)
        for done in range(0, count, BATCH):
            size = min(BATCH, count - done)
            connection.send(request * size)
            received = exactly(connection, size * length)
            assert received.count(OK) == size, received[:1000]


def response_length(connection: Connection, request: bytes) -> int:
    """How many bytes the server sends for a request, found with one that is pipelined after it."""
    connection.send(request * 2)
    received = b""
    while received.count(OK) < 2:
        received += connection.receive()
    length = received.index(OK, 1)
    exactly(connection, 2 * length - len(received))
    return length


def exactly(connection: Connection, length: int) -> bytes:
    received = bytearray()
    while len(received) < length:
        data = connection.receive()
        assert data, f"closed after {len(received)} of {length} bytes"
        received += data
    assert len(received) == length, f"{len(received)} bytes instead of {length}"
    return bytes(received)


def answer_all_at_once(address: Address, request: bytes, count: int) -> None:
    """The same from several clients; each of them sends its share."""
    share = -(-count // CLIENTS)
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(lambda _: answer_all(address, request, share), range(CLIENTS)))


def leave_abruptly(address: Address, count: int) -> None:
    """Leave ``count`` times, in each phase and in each way in turn."""

    def leave_once(number: int) -> None:
        turn, phase = divmod(number, len(PHASES))
        connection = Connection(address)
        with contextlib.suppress(ConnectionError):
            connection.send(PHASES[phase].sent)
            if PHASES[phase].answered:
                connection.receive()
        LEAVES[turn % len(LEAVES)](connection)

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(leave_once, range(count)))


class Upload:
    """Sends a body in a thread of its own, since the server will hold it back."""

    def __init__(self, connection: Connection, body: Iterable[bytes]) -> None:
        self.sent = 0
        self._connection = connection
        self._body = body
        self._thread = threading.Thread(target=self._send)
        self._thread.start()

    def join(self) -> None:
        self._thread.join()

    def _send(self) -> None:
        for piece in self._body:
            self._connection.send(piece)
            self.sent += len(piece)
