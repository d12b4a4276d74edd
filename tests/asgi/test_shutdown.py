"""How a server stops: what is under way is finished, what is idle closed, nothing new taken."""

import signal
from collections.abc import Iterator

import pytest
from support.client import Connection, connected, encoded
from support.scenarios import reported
from support.server import Launcher, Server

SOON = 10.0
"""Seconds in which a server must end that waits for nobody. To wait for all may take thrice."""


@pytest.fixture
def server(serve: Launcher) -> Iterator[Server]:
    """A server of its own for each test, as each test stops it."""
    with serve("held:app") as server:
        yield server


def hold(connection: Connection, path: str = "/held") -> None:
    """Begin a request that ends when one more byte is sent."""
    connection.send(encoded(f"POST {path}", b"", "Content-Length: 1"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_request_in_flight_is_finished(server: Server, number: signal.Signals) -> None:
    with server.connect() as connection:
        hold(connection)
        reported(server, "held")
        server.begin_stop(number)
        connection.send(b"x")
        response = connection.read_response()
        assert (response.status, response.body) == (200, b"x")
        assert connection.read_to_end() == b""
    assert server.wait() in server.clean_exits


def test_response_under_way_is_finished(server: Server) -> None:
    with server.connect() as connection:
        hold(connection, "/held-within-response")
        response = connection.open_response()
        assert response.read_some() == b"started "
        server.begin_stop()
        connection.send(b"x")
        assert response.read().body == b"x"
        assert connection.read_to_end() == b""


def test_response_that_is_being_written_is_finished(server: Server) -> None:
    """The application is done; the client has yet to read most of what it sent."""
    with server.connect(receive_buffer=65_536) as connection:
        connection.send(encoded("GET /large"))
        response = connection.open_response()
        server.begin_stop()
        assert response.read().body == b"x" * 20_000_000


def test_response_tells_that_the_connection_will_close(server: Server) -> None:
    with server.connect() as connection:
        hold(connection)
        reported(server, "held")
        server.begin_stop()
        connection.send(b"x")
        assert connection.read_response().header(b"connection") == b"close"


def test_idle_connections_are_closed_at_once(server: Server) -> None:
    """At once: while another request is still held."""
    with server.connect() as busy, connected(server.address, 5) as idle:
        for connection in idle[1:]:
            assert connection.request("GET /plain").body == b"plain"
        hold(busy)
        reported(server, "held")
        server.send_signal(signal.SIGTERM)
        assert [connection.read_to_end() for connection in idle] == [b""] * 5
        assert server.is_running()
        busy.send(b"x")
        assert busy.read_response().body == b"x"


@pytest.mark.usefixtures("only_pyre")
def test_half_a_head_holds_up_the_stop_for_its_timeout_at_most(serve: Launcher) -> None:
    limit = ("--timeout-header", "1")
    with serve("held:app", *limit) as server, server.connect() as connection:
        connection.send(b"GET /plain HTTP/1.1\r\nHost: loc")
        assert server.request("GET /plain").status == 200
        server.send_signal(signal.SIGTERM)
        connection.read_to_end()
        server.wait(SOON)


def test_work_after_the_response_is_finished(server: Server) -> None:
    with server.connect() as connection:
        hold(connection, "/held-after-response")
        reported(server, "held")
        server.begin_stop()
        connection.send(b"x")
        assert connection.read_response().body == b"x"
        server.wait()
    assert "<worked on>" in server.stdout


def test_stop_without_connections(server: Server) -> None:
    server.send_signal(signal.SIGTERM)
    assert server.wait(SOON) in server.clean_exits


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_second_signal_stops_now(server: Server, number: signal.Signals) -> None:
    with server.connect() as connection:
        connection.send(encoded("GET /forever"))
        reported(server, "forever")
        server.begin_stop(number)
        assert server.is_running()
        server.send_signal(number)
        server.wait(SOON)
        connection.read_to_end()


def test_graceful_stop_has_an_end(serve: Launcher) -> None:
    limit = ("--timeout-graceful-shutdown", "1")
    with serve("held:app", *limit) as server, server.connect() as connection:
        connection.send(encoded("GET /forever"))
        reported(server, "forever")
        server.send_signal(signal.SIGTERM)
        server.wait(SOON)
        connection.read_to_end()
