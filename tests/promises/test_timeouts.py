"""Peers that are late: none holds a connection for longer than its timeout."""

from collections.abc import Iterator

import pytest
from support.client import Connection, encoded
from support.scenarios import reported
from support.server import Launcher, Server

SHORT = "0.5"
"""Seconds; long enough for a client that has to send what it sends before, on a busy machine."""

TIMEOUTS = ("--timeout-header", SHORT, "--timeout-keep-alive", SHORT, "--timeout-write", SHORT)

HALF_A_HEAD = encoded("GET /plain")[:-10]


@pytest.fixture(scope="module")
def server(serve: Launcher) -> Iterator[Server]:
    with serve("held:app", *TIMEOUTS) as server:
        yield server


def assert_late(connection: Connection) -> None:
    response = connection.read_response()
    assert response.status == 408
    assert response.header(b"connection") == b"close"
    assert connection.read_to_end() == b""


def test_half_a_head_is_answered_with_408(server: Server) -> None:
    with server.connect() as connection:
        connection.send(HALF_A_HEAD)
        assert_late(connection)


def test_half_a_second_head_is_answered_with_408(server: Server) -> None:
    with server.connect() as connection:
        assert connection.request("GET /plain").body == b"plain"
        connection.send(HALF_A_HEAD)
        assert_late(connection)


def test_silence_is_answered_with_silence(server: Server) -> None:
    with server.connect() as connection:
        assert connection.read_to_end() == b""


def test_idle_connection_is_closed(server: Server) -> None:
    with server.connect() as connection:
        assert connection.request("GET /plain").body == b"plain"
        assert connection.read_to_end() == b""


def test_no_timeout_is_forgotten(server: Server) -> None:
    """One connection after the other, with nothing else that would wake the server.

    An event loop may call back a little early: then the server has to ask it again.
    """
    for _ in range(10):
        with server.connect() as connection:
            connection.send(HALF_A_HEAD)
            assert connection.read_response().status == 408


def test_request_may_take_longer_than_every_timeout(server: Server) -> None:
    """The body is waited for while another connection runs into its timeout, twice."""
    with server.connect() as connection:
        connection.send(encoded("POST /held", b"", "Content-Length: 1"))
        reported(server, "held")
        for _ in range(2):
            with server.connect() as late:
                late.send(HALF_A_HEAD)
                assert_late(late)
        connection.send(b"x")
        assert connection.read_response().body == b"x"


def test_client_that_does_not_read_is_given_up(serve: Launcher) -> None:
    with (
        serve("disconnects:app", *TIMEOUTS) as server,
        server.connect(receive_buffer=65_536) as connection,
    ):
        connection.send(encoded("GET /send-on"))
        assert reported(server, "send-on") == "OSError"
