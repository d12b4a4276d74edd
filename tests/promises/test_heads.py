"""The head of a response is on the wire when the application suspends, also without a body."""

from collections.abc import Iterator

import h11
import pytest
from support.client import Response, encoded
from support.scenarios import open_gate
from support.server import Launcher, Server


@pytest.fixture(scope="module")
def server(serve: Launcher) -> Iterator[Server]:
    with serve("heads:app") as server:
        yield server


def in_two_steps(server: Server, head: str, *fields: str, version: str = "1.1") -> Response:
    """The response to a request, whose body is sent when its head has been read."""
    with server.connect() as connection:
        connection.send(encoded(head, b"", *fields, version=version))
        response = connection.open_response(head.partition(" ")[0])
        open_gate(server, "body")
        return response.read()


@pytest.mark.parametrize("name", ["at-once", "from-a-timer", "from-another-task"])
def test_head_comes_before_the_body(server: Server, name: str) -> None:
    response = in_two_steps(server, f"GET /{name}")
    assert response.header(b"transfer-encoding") == b"chunked"
    assert response.body == b"body"


def test_head_of_a_body_with_a_length(server: Server) -> None:
    response = in_two_steps(server, "GET /with-length")
    assert response.header(b"content-length") == b"4"
    assert response.header(b"transfer-encoding") is None
    assert response.body == b"body"


def test_head_for_http_1_0_ends_with_the_connection(server: Server) -> None:
    response = in_two_steps(server, "GET /at-once", version="1.0")
    assert response.header(b"transfer-encoding") is None
    assert response.header(b"connection") == b"close"
    assert response.body == b"body"


@pytest.mark.parametrize("head", ["HEAD /at-once", "HEAD /with-length", "GET /not-modified"])
def test_head_of_a_response_without_content(server: Server, head: str) -> None:
    assert in_two_steps(server, head).body == b""


def test_head_of_a_body_with_trailers(server: Server) -> None:
    response = in_two_steps(server, "GET /with-trailers", "TE: trailers")
    assert response.body == b"body"
    assert response.trailers == [(b"x-sum", b"1")]


def test_head_comes_before_the_body_of_the_request(server: Server) -> None:
    with server.connect() as connection:
        connection.send(encoded("POST /after-receive", b"", "Content-Length: 4"))
        response = connection.open_response("POST")
        connection.send(b"sent")
        assert response.read().body == b"sent"


def test_failure_after_the_head_cuts_the_response_off(server: Server) -> None:
    with server.connect() as connection:
        connection.send(encoded("GET /fails"))
        response = connection.open_response()
        open_gate(server, "failure")
        with pytest.raises((h11.RemoteProtocolError, ConnectionError)):
            response.read()
    server.expect_error("ExpectedError: after the head")


def test_body_that_follows_at_once_is_counted(server: Server) -> None:
    response = server.request("GET /plain")
    assert response.header(b"content-length") == b"4"
    assert response.header(b"transfer-encoding") is None
