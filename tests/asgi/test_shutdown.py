"""How a server stops: what is under way is finished, what is idle closed, nothing new taken."""

import signal
from collections.abc import Iterator

import pytest
from support.client import Connection, connected, encoded
from support.scenarios import reported
from support.server import Launcher, Server

from asgi.specification import CONNECTION_CLOSE, GRACEFUL, PRACTICE, SHOULD, proves


@pytest.fixture
def server(serve: Launcher) -> Iterator[Server]:
    """A server of its own for each test, as each test stops it."""
    with serve("held:app") as server:
        yield server


def hold(connection: Connection, path: str = "/held") -> None:
    """Begin a request that ends when one more byte is sent."""
    connection.send(encoded(f"POST {path}", b"", "Content-Length: 1"))


SIGNALS = [
    pytest.param(number, marks=proves(GRACEFUL, f"{number.name} {rule}", PRACTICE))
    for number, rule in [
        (signal.SIGTERM, "lets a request in flight finish"),
        (signal.SIGINT, "lets a request in flight finish"),
    ]
]


@pytest.mark.parametrize("number", SIGNALS)
def test_request_in_flight_is_finished(server: Server, number: signal.Signals) -> None:
    with server.connect() as connection:
        hold(connection)
        reported(server, "held")
        server.begin_stop(number)
        connection.send(b"x")
        response = connection.read_response()
        assert (response.status, response.body) == (200, b"x")
    server.wait()


@proves(GRACEFUL, "a response under way is finished", PRACTICE)
def test_response_under_way_is_finished(server: Server) -> None:
    with server.connect() as connection:
        hold(connection, "/held-within-response")
        response = connection.open_response()
        assert response.read_some() == b"started "
        server.begin_stop()
        connection.send(b"x")
        assert response.read().body == b"x"


@proves(GRACEFUL, "a response that the application has sent is written to its end", PRACTICE)
def test_response_that_is_being_written_is_finished(server: Server) -> None:
    """The application is done; the client has yet to read most of what it sent."""
    with server.connect(receive_buffer=65_536) as connection:
        connection.send(encoded("GET /large"))
        response = connection.open_response()
        server.begin_stop()
        assert response.read().body == b"x" * 20_000_000


@proves(GRACEFUL, "the connection closes after its last response", PRACTICE)
def test_connection_closes_after_its_last_response(server: Server) -> None:
    with server.connect() as connection:
        hold(connection)
        reported(server, "held")
        server.begin_stop()
        connection.send(b"x")
        assert connection.read_response().status == 200
        assert connection.read_to_end() == b""


@proves(
    CONNECTION_CLOSE, "the last response of a server that stops says `Connection: close`", SHOULD
)
def test_response_tells_that_the_connection_will_close(server: Server) -> None:
    with server.connect() as connection:
        hold(connection)
        reported(server, "held")
        server.begin_stop()
        connection.send(b"x")
        assert connection.read_response().header(b"connection") == b"close"


@proves(GRACEFUL, "idle connections are closed at once, while others are busy", PRACTICE)
def test_idle_connections_are_closed_at_once(server: Server) -> None:
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


@proves(GRACEFUL, "work after the response is finished", PRACTICE)
def test_work_after_the_response_is_finished(server: Server) -> None:
    with server.connect() as connection:
        hold(connection, "/held-after-response")
        reported(server, "held")
        server.begin_stop()
        connection.send(b"x")
        assert connection.read_response().body == b"x"
        server.wait()
    assert server.events == ["worked on"]


@proves(GRACEFUL, "a server without connections ends when it is told to stop", PRACTICE)
def test_stop_without_connections(server: Server) -> None:
    assert server.request("GET /plain").body == b"plain"
    server.send_signal(signal.SIGTERM)
    server.wait()
