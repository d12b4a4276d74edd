"""Streams: section 3, Streams."""

import contextlib

import h11
import pytest
from apps.payload import BLOCK, blocks, digest
from support.client import Connection, encoded
from support.scenarios import open_gate, reported, settled_tally, tally
from support.server import Server
from support.waiting import settled

from psgi.asking import Leave, begun, is_broken_off, sign
from psgi.log import Log

APP = "psgi_streams:app"

MEBIBYTE = 1024 * 1024

SIZE = 32 * MEBIBYTE

BOUND = 8 * MEBIBYTE
"""What may be on its way when the peer doesn't read: kernel buffers, and a few pieces."""


@pytest.mark.parametrize("name", ["iterable", "async-iterable"])
def test_iterables_are_asked_for_an_iterator(server: Server, name: str) -> None:
    assert server.request(f"GET /{name}").body == b"onetwo"


@pytest.mark.needs("early-heads")
def test_the_head_is_sent_before_a_piece_that_is_waited_for(server: Server) -> None:
    with begun(server, "GET /step-by-step") as connection:
        response = connection.open_response()
        for _ in range(3):
            open_gate(server, "step")
            assert response.read_some()


def test_each_piece_is_sent_when_it_is_there(server: Server) -> None:
    with begun(server, "GET /step-by-step") as connection:
        open_gate(server, "step")
        response = connection.open_response()
        assert response.read_some() == b"one"
        open_gate(server, "step")
        assert response.read_some() == b"two"
        open_gate(server, "step")
        assert response.read().body == b"end"


@pytest.mark.parametrize("name", ["download", "plain-download"])
def test_a_large_stream(server: Server, name: str) -> None:
    body = server.request(f"GET /{name}?{64 * BLOCK},large").body
    assert digest([body]) == digest(blocks(64 * BLOCK))


@pytest.mark.parametrize("name", ["download", "plain-download"])
def test_a_peer_that_does_not_read_holds_the_stream_back(server: Server, name: str) -> None:
    counted = sign()
    with server.connect(receive_buffer=BLOCK) as connection:
        connection.send(encoded(f"GET /{name}?{SIZE},{counted}"))
        held_back = settled_tally(server, counted)
        assert 0 < held_back < BOUND
        assert tally(server, counted) == held_back
        body = connection.read_response().body
    assert digest([body]) == digest(blocks(SIZE))
    assert tally(server, counted) == SIZE


def test_a_stream_runs_in_the_task_of_the_request(server: Server) -> None:
    assert server.request("GET /in-the-task").body == b"True timed out grouped"


@pytest.mark.parametrize("name", ["fails", "fails-short-of-its-length", "plain-fails"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_stream_that_raises_is_broken_off_and_logged(
    server: Server, log: Log, method: str, name: str
) -> None:
    """At once, or when the beginning has arrived (only the asynchronous ones can wait)."""
    message = sign()
    with begun(server, f"{method} /{name}?{message}") as connection:
        if method == "POST" and not name.startswith("plain"):
            response = connection.open_response(method)
            assert response.read_some() == b"one"
            open_gate(server, "fail")
            with pytest.raises((h11.RemoteProtocolError, ConnectionError)):
                response.read()
        else:
            assert is_broken_off(connection, method)
    log.expect(f"ExpectedError: {message}", f"{method} /{name}?{message}", "psgi_streams.py")


def test_a_stream_that_raises_before_its_first_piece(server: Server, log: Log) -> None:
    """Whether the head is out already is the host's affair; nobody takes it for a success."""
    message = sign()
    connection = begun(server, f"GET /fails-at-once?{message}")
    with connection, contextlib.suppress(h11.RemoteProtocolError, ConnectionError):
        assert connection.read_response().status == 500
    log.expect(f"ExpectedError: {message}")


@pytest.mark.needs("resets")
def test_a_peer_of_http_1_0_sees_that_the_stream_is_not_whole(server: Server, log: Log) -> None:
    """Where the end of the connection ends the content, only a reset tells."""
    message = sign()
    with server.connect() as connection:
        connection.send(encoded(f"GET /fails?{message}", version="1.0"))
        was_reset = ends_with_a_reset(connection)
    log.expect(f"ExpectedError: {message}")
    assert was_reset


def ends_with_a_reset(connection: Connection) -> bool:
    try:
        while connection.receive():
            pass
    except ConnectionResetError:
        return True
    return False


@pytest.mark.parametrize("name", ["wrong-piece", "plain-wrong-piece"])
def test_a_piece_of_a_wrong_type_breaks_the_stream_off(server: Server, log: Log, name: str) -> None:
    with begun(server, f"GET /{name}") as connection:
        assert is_broken_off(connection)
    assert reported(server, name) == "GeneratorExit"
    log.expect_error("TypeError", "NoneType" if "plain" in name else "int")


def test_more_than_the_length_that_was_given(server: Server, log: Log) -> None:
    with begun(server, "GET /longer-than-its-length", "Connection: close") as connection:
        received = connection.read_to_end()
    assert reported(server, "longer-than-its-length") == "GeneratorExit"
    log.expect_error("ValueError", "content-length", "4", "7")
    assert received.partition(b"\r\n\r\n")[2] in {b"", b"one"}


def test_less_than_the_length_that_was_given(server: Server, log: Log) -> None:
    with begun(server, "GET /shorter-than-its-length") as connection:
        assert is_broken_off(connection)
    log.expect_error("ValueError", "content-length", "4", "3")


@pytest.mark.parametrize("name", ["leave-at-a-yield", "leave-at-a-plain-yield"])
def test_the_peer_leaves_while_the_stream_is_at_a_yield(
    server: Server, leave: Leave, log: Log, name: str
) -> None:
    connection = server.connect(receive_buffer=BLOCK)
    connection.send(encoded(f"GET /{name}"))
    assert connection.open_response().read_some()
    leave(connection)
    assert reported(server, name) == "GeneratorExit"
    log.assert_quiet()


def test_the_peer_leaves_while_the_stream_awaits(server: Server, leave: Leave, log: Log) -> None:
    before = tally(server, "leave-at-an-await-ended")
    connection = begun(server, "GET /leave-at-an-await")
    assert connection.open_response().read_some() == b"begun"
    leave(connection)
    assert reported(server, "leave-at-an-await") == "CancelledError"
    log.assert_quiet()
    assert tally(server, "leave-at-an-await-ended") == before + 1


@pytest.mark.parametrize("name", ["watched", "plain-watched"])
def test_iterators_are_closed_when_the_peer_leaves(server: Server, leave: Leave, name: str) -> None:
    connection = begun(server, f"GET /{name}?200")
    assert connection.open_response().read_some()
    leave(connection)
    assert reported(server, name) == ["next", "close"]


def test_an_iterator_that_can_not_be_closed_is_not_asked_again(
    server: Server, leave: Leave, log: Log
) -> None:
    connection = begun(server, "GET /without-close")
    assert connection.open_response().read_some()
    leave(connection)
    settled(lambda: tally(server, "endless"))
    log.assert_quiet()


@pytest.mark.parametrize("name", ["watched", "plain-watched"])
@pytest.mark.parametrize(
    ("method", "status"), [("HEAD", 200), ("HEAD", 404), ("GET", 204), ("GET", 205), ("GET", 304)]
)
def test_a_stream_that_is_not_sent_is_closed_without_being_begun(
    server: Server, name: str, method: str, status: int
) -> None:
    with server.connect() as connection:
        response = connection.request(f"{method} /{name}?{status}")
        assert (response.status, response.body) == (status, b"")
        assert connection.request("GET /iterable").body == b"onetwo"
    assert reported(server, name) == ["close"]


def test_a_stream_is_closed_when_its_response_is_refused(server: Server, log: Log) -> None:
    assert server.request("GET /watched-with-a-bad-field").status == 500
    log.expect_error("ValueError", "bad name")
    assert reported(server, "watched-with-a-bad-field") == ["close"]
