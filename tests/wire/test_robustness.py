"""Peers that send nonsense, dawdle or vanish: each only harms itself."""

import contextlib
import random
import socket
from collections.abc import Iterator

import pytest
from support.client import Connection, chunked, connected, encoded
from support.load import leave_abruptly
from support.process import open_descriptors
from support.server import Launcher, Server
from support.waiting import wait_for

ROUNDS = 500

REQUESTS = [
    encoded("GET /plain?a=b"),
    encoded("POST /echo", b"hello"),
    encoded("POST /echo", b"", "Transfer-Encoding: chunked") + chunked(b"hello", b"world"),
    encoded("GET /plain", b"", "Connection: close", "Accept: */*", "X-Long: " + "v" * 200),
]


@pytest.fixture(scope="module")
def server(serve: Launcher) -> Iterator[Server]:
    with serve("loaded:app") as server:
        yield server


@pytest.fixture(autouse=True)
def serves_on_and_keeps_nothing(server: Server) -> Iterator[None]:
    """After each test every connection is gone, and a new one is served."""
    assert server.request("GET /plain").status == 200
    before = open_descriptors(server.pid)
    yield
    wait_for(lambda: open_descriptors(server.pid) <= before, "the connections to be gone")
    assert server.request("GET /plain").body == b"Hello, world!"


def send_and_leave(server: Server, data: bytes) -> bytes:
    """Send ``data``, tell that there is no more, and return the answer."""
    with server.connect() as connection, contextlib.suppress(ConnectionError):
        connection.send(data)
        connection.socket.shutdown(socket.SHUT_WR)
        return connection.read_to_end()
    return b""


def mutated(randomness: random.Random) -> bytes:
    """A request with a few bytes changed, lost, doubled or moved."""
    data = bytearray(randomness.choice(REQUESTS))
    for _ in range(randomness.randint(1, 4)):
        start = randomness.randrange(len(data))
        end = start + randomness.randint(0, 8)
        piece = randomness.choice(
            [randomness.randbytes(3), b"", data[start:end] * 2, b"\r\n", b"\0", b":", b"\xff", b" "]
        )
        data[start:end] = piece
    return bytes(data)


def assert_answers_are_http(received: bytes, sent: bytes) -> None:
    assert not received or received.startswith(b"HTTP/1."), sent


@pytest.mark.parametrize("seed", range(4))
def test_noise(server: Server, seed: int) -> None:
    randomness = random.Random(seed)
    for _ in range(ROUNDS // 4):
        noise = randomness.randbytes(randomness.choice([1, 10, 100, 1000, 10_000]))
        assert_answers_are_http(send_and_leave(server, noise), noise)


@pytest.mark.parametrize("seed", range(4))
def test_requests_with_errors(server: Server, seed: int) -> None:
    randomness = random.Random(seed)
    for _ in range(ROUNDS):
        request = mutated(randomness)
        assert_answers_are_http(send_and_leave(server, request), request)


@pytest.mark.parametrize("request_number", range(len(REQUESTS)))
def test_requests_that_end_anywhere(server: Server, request_number: int) -> None:
    """A request that isn't complete is never answered as if it were."""
    request = REQUESTS[request_number]
    for end in range(len(request)):
        assert b" 200 " not in send_and_leave(server, request[:end])[:20], request[:end]


def test_one_byte_at_a_time(server: Server) -> None:
    """After each byte another connection is served: by then the server has read the byte."""
    with server.connect() as slow, server.connect() as other:
        for byte in b"".join(REQUESTS[:3]):
            slow.send(bytes([byte]))
            assert other.request("GET /plain").status == 200
        bodies = [slow.read_response().body for _ in range(3)]
    assert bodies == [b"Hello, world!", b"hello", b"helloworld"]


def test_many_slow_connections(server: Server) -> None:
    """While all are half-way in their requests another one is served, and in the end they are."""
    request = REQUESTS[1]
    with connected(server.address, 200) as connections:
        for part in (request[:10], request[10:40], request[40:-1]):
            for connection in connections:
                connection.send(part)
            assert server.request("GET /plain").status == 200
        for connection in connections:
            connection.send(request[-1:])
        assert [each.read_response().body for each in connections] == [b"hello"] * 200


def test_10_000_abrupt_disconnects(server: Server) -> None:
    leave_abruptly(server.address, 10_000)


def test_connection_with_an_error_is_closed(server: Server) -> None:
    """What follows an error is not read as a request."""
    with Connection(server.address) as connection:
        connection.send(b"NONSENSE\r\n\r\n" + encoded("GET /plain"))
        received = connection.read_to_end()
    assert b"Hello" not in received
