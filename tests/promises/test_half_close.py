"""A client that ends its side after its request gets the response (RFC 9112 §9.6).

That the application waits for the client to leave makes no difference; one that leaves is noticed.
"""

import socket
from collections.abc import Iterator

import pytest
from support.client import Connection, encoded
from support.scenarios import open_gate, reported
from support.server import Launcher, Server

NAMES = ["answer-unless-gone", "stream-unless-gone", "ask-now-and-then"]


@pytest.fixture(scope="module", params=[False, True], ids=["tcp", "unix"])
def server(serve: Launcher, request: pytest.FixtureRequest) -> Iterator[Server]:
    with serve("disconnects:app", uds=request.param) as server:
        yield server


def begun(server: Server, name: str, version: str) -> Connection:
    connection = server.connect()
    connection.send(encoded(f"POST /{name}", b"body", version=version))
    reported(server, "begun")
    return connection


def turns(server: Server) -> None:
    """Let the server see what has come on other connections."""
    for _ in range(10):
        assert server.request("GET /plain").body == b"plain"


@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("name", NAMES)
def test_client_that_ends_its_side_is_answered(server: Server, name: str, version: str) -> None:
    with begun(server, name, version) as connection:
        connection.socket.shutdown(socket.SHUT_WR)
        turns(server)
        open_gate(server, "answer")
        assert connection.read_response("POST").body.endswith(b"answered")
        assert connection.receive() == b""


def test_client_that_ended_its_side_with_the_request_is_answered(server: Server) -> None:
    with server.connect() as connection:
        connection.send(encoded("POST /answer-unless-gone", b"body"))
        connection.socket.shutdown(socket.SHUT_WR)
        reported(server, "begun")
        turns(server)
        open_gate(server, "answer")
        assert connection.read_response("POST").body == b"answered"


def test_pipelined_requests_before_the_end_are_answered(server: Server) -> None:
    with server.connect() as connection:
        connection.send(encoded("POST /answer-unless-gone", b"body") * 2)
        connection.socket.shutdown(socket.SHUT_WR)
        for _ in range(2):
            reported(server, "begun")
            turns(server)
            open_gate(server, "answer")
            assert connection.read_response("POST").body == b"answered"


@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("name", NAMES)
def test_client_that_leaves_is_noticed(server: Server, name: str, version: str) -> None:
    connection = begun(server, name, version)
    if name == "stream-unless-gone":
        # What is unread would make the end of the connection a reset.
        assert connection.open_response("POST").read_some()
    connection.close()
    what = "ask-now-and-then" if name == "ask-now-and-then" else "answer-unless-gone"
    assert reported(server, what) == "http.disconnect"
