"""One connection, many requests: who may send the next one, and who closes."""

from collections.abc import Iterator

import pytest
from support.client import encoded
from support.scenarios import open_gate
from support.server import Launcher, Server

from asgi.specification import (
    CONNECTION_CLOSE,
    HTTP_SCOPE,
    PERSISTENCE,
    PIPELINING,
    PRACTICE,
    SHOULD,
    proves,
)


@pytest.fixture(scope="module")
def server(serve: Launcher) -> Iterator[Server]:
    with serve("responses:app") as server:
        yield server


@proves(PERSISTENCE, "an HTTP/1.1 connection persists", SHOULD)
def test_connection_is_kept_alive(server: Server) -> None:
    with server.connect() as connection:
        bodies = [connection.request(f"GET {path}").body for path in ("/plain", "/stream") * 20]
    assert bodies == [b"plain", b"abcdef"] * 20


@proves(PERSISTENCE, "an HTTP/1.0 connection closes after the response")
def test_http_1_0_closes(server: Server) -> None:
    with server.connect() as connection:
        connection.send(encoded("GET /plain", version="1.0"))
        assert connection.read_response().body == b"plain"
        assert connection.read_to_end() == b""


@proves(CONNECTION_CLOSE, "`Connection: close` of the client closes after the response")
def test_client_closes_the_connection(server: Server) -> None:
    with server.connect() as connection:
        assert connection.request("GET /plain", b"", "Connection: close").body == b"plain"
        assert connection.read_to_end() == b""


@proves(CONNECTION_CLOSE, "the last response says `Connection: close`", SHOULD)
def test_last_response_says_close(server: Server) -> None:
    response = server.request("GET /plain", b"", "Connection: close")
    assert response.header(b"connection") == b"close"


@proves(CONNECTION_CLOSE, "`Connection: close` of the application closes after the response")
def test_application_closes_the_connection(server: Server) -> None:
    with server.connect() as connection:
        response = connection.request("GET /asks-to-close")
        assert response.header(b"connection") == b"close"
        assert response.body == b"bye"
        assert connection.read_to_end() == b""


@proves(PIPELINING, "pipelined requests are answered in their order")
def test_pipelined_responses_keep_the_order_of_the_requests(server: Server) -> None:
    """The first one is still waiting in the application when the others arrive."""
    with server.connect() as connection:
        paths = ["/slow", "/plain", "/stream", "/one-message", "/stream-with-length"]
        connection.send(b"".join(encoded(f"GET {path}") for path in paths))
        open_gate(server, "slow")
        bodies = [connection.read_response().body for _ in paths]
    assert bodies == [b"slow", b"plain", b"abcdef", b"one message", b"abcdef"]


@proves(PIPELINING, "a body among pipelined requests is read by its own request")
def test_pipelined_bodies(serve: Launcher) -> None:
    pieces = [b"a" * 10, b"GET / HTTP/1.1\r\n\r\n", b"b" * 70_000]
    with serve("bodies:app") as server, server.connect() as connection:
        connection.send(b"".join(encoded("POST /echo", piece) for piece in pieces))
        assert [connection.read_response().body for _ in pieces] == pieces


@proves(HTTP_SCOPE, "a request that waits holds up no other connection", PRACTICE)
def test_connections_are_served_at_the_same_time(server: Server) -> None:
    with server.connect() as slow:
        slow.send(encoded("GET /slow"))
        assert server.request("GET /plain").body == b"plain"
        open_gate(server, "slow")
        assert slow.read_response().body == b"slow"
