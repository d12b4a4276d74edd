"""How this server stops: its exit status, and what ends the wait for the last request."""

import signal
from collections.abc import Iterator

import pytest
from support.client import encoded
from support.scenarios import reported
from support.server import Launcher, Server


@pytest.fixture
def server(serve: Launcher) -> Iterator[Server]:
    """A server of its own for each test, as each test stops it.

    It would wait for requests for ever, so that a test fails where it waits without a reason.
    """
    with serve("held:app", "--timeout-graceful-shutdown", "none") as server:
        yield server


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_exit_status_of_a_clean_stop(server: Server, number: signal.Signals) -> None:
    with server.connect() as connection:
        connection.send(encoded("POST /held", b"", "Content-Length: 1"))
        reported(server, "held")
        server.begin_stop(number)
        connection.send(b"x")
        assert connection.read_response().body == b"x"
    assert server.wait() == 0


def test_exit_status_of_a_stop_without_connections(server: Server) -> None:
    server.send_signal(signal.SIGTERM)
    assert server.wait() == 0


def test_half_a_head_holds_up_the_stop_for_its_timeout_at_most(serve: Launcher) -> None:
    limit = ("--timeout-header", "1", "--timeout-graceful-shutdown", "none")
    with serve("held:app", *limit) as server, server.connect() as connection:
        connection.send(b"GET /plain HTTP/1.1\r\nHost: loc")
        assert server.request("GET /plain").status == 200
        server.send_signal(signal.SIGTERM)
        connection.read_to_end()
        server.wait()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_second_signal_stops_now(server: Server, number: signal.Signals) -> None:
    with server.connect() as connection:
        connection.send(encoded("GET /forever"))
        reported(server, "forever")
        server.begin_stop(number)
        assert server.is_running()
        server.send_signal(number)
        server.wait()
        connection.read_to_end()


def test_graceful_stop_has_an_end(serve: Launcher) -> None:
    limit = ("--timeout-graceful-shutdown", "1")
    with serve("held:app", *limit) as server, server.connect() as connection:
        connection.send(encoded("GET /forever"))
        reported(server, "forever")
        server.send_signal(signal.SIGTERM)
        server.wait()
        connection.read_to_end()
