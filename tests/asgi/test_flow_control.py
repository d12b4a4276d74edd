"""A side that doesn't read holds the other one back."""

import hashlib
from collections.abc import Iterator

import pytest
from apps.payload import BLOCK, blocks, digest
from support.client import Connection, encoded
from support.load import Upload
from support.scenarios import open_gate, reported, settled_tally, tally
from support.server import Launcher, Server
from support.waiting import settled

from asgi.specification import APPLICATIONS, PIPELINING, PRACTICE, REQUEST, proves

MEBIBYTE = 1024 * 1024

SIZE = 64 * MEBIBYTE

BOUND = 16 * MEBIBYTE
"""What may be on its way when one side doesn't read: buffers, of the kernel and of the server."""

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


@proves(APPLICATIONS, "`send` waits for a peer that does not read", PRACTICE)
def test_send_waits_for_a_client_that_does_not_read(server: Server) -> None:
    with download(server, "unread") as connection:
        assert 0 < settled_tally(server, "unread") < BOUND
        response = connection.open_response()
        assert digest(iter(response.read_some, b"")) == digest(blocks(SIZE))
    assert tally(server, "unread") == SIZE


@proves(REQUEST, "a peer is held back by an application that does not `receive`", PRACTICE)
def test_upload_waits_for_an_application_that_does_not_read(server: Server) -> None:
    with server.connect() as connection:
        connection.send(encoded("POST /upload", b"", f"Content-Length: {SIZE}"))
        reported(server, "upload-waits")
        upload = Upload(connection, blocks(SIZE))
        try:
            held_back = settled(lambda: upload.sent)
        finally:
            open_gate(server, "upload")
            upload.join()
        response = connection.read_response()
    assert held_back < BOUND
    assert response.body.decode() == digest(blocks(SIZE))


@proves(PIPELINING, "pipelined requests are held back by a peer that does not read", PRACTICE)
def test_many_pipelined_requests_are_held_back_too(server: Server) -> None:
    """Requests whose responses nobody reads are not all answered into memory."""
    count, size = 64, 16 * BLOCK
    with server.connect(receive_buffer=SMALL_BUFFER) as connection:
        connection.send(b"".join(encoded(f"GET /download?{size},piped") for _ in range(count)))
        assert 0 < settled_tally(server, "piped") < BOUND
        bodies = [connection.read_response().body for _ in range(count)]
    expected = hashlib.sha256(b"".join(blocks(size))).digest()
    assert {hashlib.sha256(body).digest() for body in bodies} == {expected}
