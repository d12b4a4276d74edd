"""A side that does not keep up costs the server a bounded amount, however much is on its way."""

from collections.abc import Iterator

import pytest
from apps.payload import BLOCK, blocks
from support.client import Connection, connected, encoded
from support.process import resident_bytes
from support.scenarios import open_gate, reported, settled_tally, tally
from support.server import Launcher, Server
from support.waiting import settled

MEBIBYTE = 1024 * 1024
GIBIBYTE = 1024 * MEBIBYTE

SLOW_CLIENTS = 200

PER_SLOW_CLIENT = 256 * 1024
"""The high-water mark, the block beyond it, and the application's own."""

pytestmark = pytest.mark.soak


@pytest.fixture
def server(serve: Launcher) -> Iterator[Server]:
    """A server that has done each of this once, so that what it keeps for good is there."""
    options = ("--no-access-log", "--timeout-graceful-shutdown", "0.1")
    with serve("flow:app", *options) as server:
        stalled_download(server, 16 * MEBIBYTE, "warm-up").reset()
        stalled_upload(server, 16 * MEBIBYTE).reset()
        open_gate(server, "upload")
        yield server


def stalled_download(server: Server, size: int, name: str) -> Connection:
    """Ask for so many bytes, read none, and wait until the server sends no more."""
    connection = server.connect(receive_buffer=BLOCK)
    connection.send(encoded(f"GET /download?{size},{name}"))
    settled_tally(server, name)
    return connection


def stalled_upload(server: Server, size: int) -> Connection:
    """Send a body of so many bytes until the server takes no more."""
    connection = server.connect()
    connection.send(encoded("POST /upload", b"", f"Content-Length: {size}"))
    reported(server, "upload-waits")
    connection.socket.setblocking(False)
    sent = 0

    def send() -> int:
        nonlocal sent
        try:
            for block in blocks(GIBIBYTE):
                sent += connection.socket.send(block)
        except BlockingIOError:
            return sent
        raise AssertionError("nothing holds the client back")

    settled(send)
    return connection


def test_response_of_a_gibibyte_to_a_client_that_reads_nothing(server: Server) -> None:
    before = resident_bytes(server.pid)
    connection = stalled_download(server, GIBIBYTE, "gibibyte")
    grown = resident_bytes(server.pid) - before
    connection.reset()
    assert tally(server, "gibibyte") > 0
    assert grown < MEBIBYTE


def test_body_of_a_gibibyte_for_an_application_that_reads_nothing(server: Server) -> None:
    before = resident_bytes(server.pid)
    connection = stalled_upload(server, GIBIBYTE)
    grown = resident_bytes(server.pid) - before
    connection.reset()
    open_gate(server, "upload")
    assert grown < MEBIBYTE


def test_slow_clients_are_served_side_by_side(server: Server) -> None:
    """Each reads a little when all others have; each gets everything."""
    size = 16 * BLOCK
    expected = b"".join(blocks(size))
    before = resident_bytes(server.pid)
    with connected(server.address, SLOW_CLIENTS) as connections:
        for connection in connections:
            connection.send(encoded(f"GET /download?{size},slow"))
        responses = [connection.open_response() for connection in connections]
        received = [bytearray() for _ in responses]
        grown = resident_bytes(server.pid) - before
        reading = list(zip(responses, received, strict=True))
        while reading:
            pieces = [(pair, pair[0].read_some()) for pair in reading]
            for (_, content), piece in pieces:
                content.extend(piece)
            reading = [pair for pair, piece in pieces if piece]
    assert all(content == expected for content in received)
    assert grown < SLOW_CLIENTS * PER_SLOW_CLIENT
