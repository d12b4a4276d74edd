"""While a side that doesn't read holds the other one back, memory stays bounded."""

from collections.abc import Iterator

import pytest
from apps.payload import BLOCK, blocks, digest
from support.client import Connection, encoded
from support.load import Upload
from support.process import resident_bytes
from support.scenarios import open_gate, reported, settled_tally, tally
from support.server import Launcher, Server
from support.waiting import settled

MEBIBYTE = 1024 * 1024

SIZE = 64 * MEBIBYTE

BOUND = 8 * MEBIBYTE
"""What may be on its way when one side doesn't read: kernel buffers, and a few blocks."""

SMALL_BUFFER = BLOCK


@pytest.fixture(scope="module")
def server(serve: Launcher) -> Iterator[Server]:
    with serve("flow:app") as server:
        yield server


def download(server: Server, name: str) -> Connection:
    """Ask for much, and read nothing."""
    connection = server.connect(receive_buffer=SMALL_BUFFER)
    connection.send(encoded(f"GET /download?{SIZE},{name}"))
    return connection


def test_slow_clients_cost_little_memory(server: Server) -> None:
    assert server.request(f"GET /download?{SIZE},warm").status == 200
    before = resident_bytes(server.pid)
    connections = [download(server, f"slow-{number}") for number in range(8)]
    for number, _ in enumerate(connections):
        settled_tally(server, f"slow-{number}")
    grown = resident_bytes(server.pid) - before
    for connection in connections:
        connection.reset()
    assert grown < 2 * BOUND


def test_client_that_reads_a_little_gets_a_little_more(server: Server) -> None:
    with download(server, "sips") as connection:
        first = settled_tally(server, "sips")
        response = connection.open_response()
        read = 0
        while read < 2 * BOUND:
            read += len(response.read_some())
        second = settled_tally(server, "sips")
    assert first < BOUND
    assert read <= second < read + BOUND


def test_upload_that_is_held_back_costs_little_memory(server: Server) -> None:
    with server.connect() as connection:
        connection.send(encoded("POST /upload", b"", f"Content-Length: {SIZE}"))
        reported(server, "upload-waits")
        before = resident_bytes(server.pid)
        upload = Upload(connection, blocks(SIZE))
        try:
            held_back = settled(lambda: upload.sent)
            grown = resident_bytes(server.pid) - before
        finally:
            open_gate(server, "upload")
            upload.join()
        response = connection.read_response()
    assert held_back < BOUND
    assert grown < BOUND
    assert response.body.decode() == digest(blocks(SIZE))
    assert tally(server, "largest-message") < BOUND
