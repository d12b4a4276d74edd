"""Applications that break the rules: the peer is never told a lie, and the server goes on."""

from collections.abc import Iterator

import h11
import pytest
from apps.broken_rules import BAD_HEADERS, WRONG_MESSAGES
from support.client import Connection, Response, encoded
from support.scenarios import reported
from support.server import Launcher, Server
from support.waiting import wait_for


@pytest.fixture(scope="module")
def server(serve: Launcher) -> Iterator[Server]:
    with serve("failures:app") as server:
        yield server


@pytest.fixture(autouse=True)
def still_serves(server: Server) -> Iterator[None]:
    """Whatever an application does, the next request is answered."""
    yield
    assert server.request("GET /plain").body == b"plain"


def complete_response(connection: Connection) -> Response | None:
    """The response, or nothing when the server cut it off."""
    try:
        return connection.read_response()
    except (h11.RemoteProtocolError, ConnectionError):
        return None


def exchanged(server: Server, target: str) -> bytes:
    """Everything that comes back for a request after which the connection closes."""
    with server.connect() as connection:
        connection.send(encoded(f"GET {target}", b"", "Connection: close"))
        return connection.read_to_end()


def test_exception_before_the_start_is_a_500(server: Server) -> None:
    assert server.request("GET /raise-before-start").status == 500
    server.expect_error("ExpectedError: before the start")


def test_exception_tells_the_peer_nothing(server: Server) -> None:
    response = server.request("GET /raise-before-start")
    assert b"ExpectedError" not in response.body
    assert b"before the start" not in response.body


def test_exception_after_reading_is_a_500(server: Server) -> None:
    assert server.request("POST /raise-after-reading", b"body").status == 500
    server.expect_error("ExpectedError: after reading")


def test_exception_before_an_unread_body_is_a_500(server: Server) -> None:
    """What is left of the body must not be taken for a request."""
    body = encoded("GET /plain")
    received = b""
    with server.connect() as connection:
        connection.send(encoded("POST /raise-before-start", body, "Connection: close"))
        received = connection.read_to_end()
    assert received.startswith(b"HTTP/1.1 500 ")
    assert received.count(b"HTTP/1.1 ") == 1


def test_cancelled_error_is_a_500(server: Server) -> None:
    assert server.request("GET /raise-cancelled").status == 500


def test_exception_after_the_start_is_no_success(server: Server) -> None:
    """The start may still be unsent: then a 500 is as good as a response that is cut off."""
    with server.connect() as connection:
        connection.send(encoded("GET /raise-after-start"))
        response = complete_response(connection)
    assert response is None or response.status == 500
    server.expect_error("ExpectedError: after the start")


def test_exception_within_chunks_leaves_out_the_last_chunk(server: Server) -> None:
    received = exchanged(server, "/raise-within-chunks")
    assert received.startswith(b"HTTP/1.1 200 ")
    assert b"chunk\r\n" in received
    assert not received.endswith(b"0\r\n\r\n")
    server.expect_error("ExpectedError: within chunks")


def test_exception_within_a_length_leaves_out_the_rest(server: Server) -> None:
    received = exchanged(server, "/raise-within-length")
    assert received.startswith(b"HTTP/1.1 200 ")
    assert received.endswith(b"\r\n\r\nchunk")
    server.expect_error("ExpectedError: within a length")


def test_exception_after_the_end_leaves_the_response(server: Server) -> None:
    response = server.request("GET /raise-after-end")
    assert (response.status, response.body) == (200, b"complete")
    server.expect_error("ExpectedError: after the end")


def test_no_response_is_a_500_and_is_logged(server: Server) -> None:
    logged = len(server.stderr)
    assert server.request("GET /no-response").status == 500
    wait_for(lambda: len(server.stderr) > logged, "the error to be logged")


@pytest.mark.parametrize("path", ["/unfinished-response", "/start-only"])
def test_unfinished_response_is_no_success_and_is_logged(server: Server, path: str) -> None:
    logged = len(server.stderr)
    with server.connect() as connection:
        connection.send(encoded(f"GET {path}"))
        response = complete_response(connection)
    assert response is None or response.status == 500
    wait_for(lambda: len(server.stderr) > logged, "the error to be logged")


def test_the_announced_length(server: Server) -> None:
    assert server.request("GET /five-bytes?he,llo").body == b"hello"
    assert reported(server, "he,llo") == [True, True]


@pytest.mark.parametrize("parts", ["hel", "h,e", ",", "helloworld", "hel,lo-and-more"])
def test_another_length_than_announced_is_no_success(server: Server, parts: str) -> None:
    with server.connect() as connection:
        connection.send(encoded(f"GET /five-bytes?{parts}"))
        response = complete_response(connection)
    assert response is None or response.status == 500
    assert reported(server, parts)[-1] is False


def test_nothing_is_sent_beyond_the_announced_length(server: Server) -> None:
    received = exchanged(server, "/five-bytes?hello,more")
    assert b"more" not in received
    assert reported(server, "hello,more")[-1] is False


@pytest.mark.parametrize("name", BAD_HEADERS)
def test_bad_headers_are_refused_and_nothing_is_written(server: Server, name: str) -> None:
    """The application recovers: its good response is the only one, and has no trace of the bad."""
    received = exchanged(server, f"/bad-headers?{name}")
    assert reported(server, name) is False
    assert received.startswith(b"HTTP/1.1 200 ")
    assert received.endswith(b"\r\n\r\ngood")
    assert received.count(b"HTTP/1.1 ") == 1
    assert not any(trace in received for trace in (b"x-v", b"x-good", b"x-str", b"evil"))


@pytest.mark.parametrize("name", WRONG_MESSAGES)
def test_wrong_messages_are_refused(server: Server, name: str) -> None:
    with server.connect() as connection:
        connection.send(encoded(f"GET /wrong-messages?{name}"))
        response = complete_response(connection)
    assert response is None or response.status == 500
    assert reported(server, name) == [True] * (len(WRONG_MESSAGES[name]) - 1) + [False]
