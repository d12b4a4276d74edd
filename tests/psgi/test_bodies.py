"""The body of a request: section 2, The body."""

from functools import partial
from typing import Any

import pytest
from support.client import chunked, encoded
from support.scenarios import open_gate, reported, tally
from support.server import Server
from support.waiting import wait_for

from psgi.asking import begun, value_in
from psgi.hosts import Host

APP = "psgi_bodies:app"

CHUNKED = "Transfer-Encoding: chunked"

FRAMINGS = {
    "length": (("Content-Length: 8",), b"one two!"),
    "chunked": ((CHUNKED,), chunked(b"one", b" ", b"two!")),
}


@pytest.fixture(params=FRAMINGS.values(), ids=FRAMINGS)
def framed(request: pytest.FixtureRequest) -> bytes:
    """What follows the method and the path: fields and the body ``one two!``."""
    fields, body = request.param
    return encoded("", b"", *fields).partition(b"\r\n")[2] + body


def asked(server: Server, name: str, framed: bytes) -> Any:
    """What a scenario answers to a request with the body."""
    with server.connect() as connection:
        connection.send(f"POST /{name} HTTP/1.1\r\n".encode() + framed)
        return value_in(connection.read_response())


def test_the_whole_body(server: Server, framed: bytes) -> None:
    with server.connect() as connection:
        connection.send(b"POST /read HTTP/1.1\r\n" + framed)
        assert connection.read_response().body == b"one two!"


def test_the_same_object_when_it_is_read_again(server: Server, framed: bytes) -> None:
    assert asked(server, "read-twice", framed) == (True, True, b"one two!")


def test_the_same_object_of_a_body_in_parts(server: Server) -> None:
    with server.connect() as connection:
        connection.send(encoded("POST /read-twice", b"", "Content-Length: 6") + b"one")
        reported(server, "reads")
        connection.send(b"two")
        assert value_in(connection.read_response()) == (True, True, b"onetwo")


@pytest.mark.parametrize("name", ["read", "read-after-a-while", "digest-after-a-while"])
def test_a_request_without_a_body(server: Server, name: str) -> None:
    with begun(server, f"GET /{name}") as connection:
        if name != "read":
            reported(server, "waits")
            open_gate(server, name.partition("-")[0])
        response = connection.read_response()
    assert response.status == 200


def test_an_empty_body_is_empty_bytes(server: Server) -> None:
    assert value_in(server.request("GET /read-twice")) == (True, True, b"")
    assert value_in(server.request("GET /pieces")) == ([], True)
    assert value_in(server.request("GET /iteration-after-read")) == (b"", [], [])


@pytest.mark.parametrize("name", ["read", "cancelled-read", "next-by-next", "impatient"])
def test_a_body_that_arrives_octet_by_octet(server: Server, name: str) -> None:
    with begun(server, f"POST /{name}", CHUNKED) as connection:
        if name == "cancelled-read":
            reported(server, "reads")
            open_gate(server, "cancel")
        for octet in chunked(b"one", b"two"):
            connection.send(bytes([octet]))
        body = connection.read_response().body
    assert body in {b"onetwo", b"b'onetwo'"}


def test_a_body_that_has_arrived_before_it_is_asked_for(server: Server) -> None:
    with begun(server, "POST /read-after-a-while", body=b"body") as connection:
        reported(server, "waits")
        open_gate(server, "read")
        assert connection.read_response().body == b"body"


def test_pieces_arrive_as_they_are_sent(server: Server) -> None:
    with begun(server, "POST /pieces", "Content-Length: 9") as connection:
        for number, piece in enumerate((b"one", b"two", b"end"), 1):
            connection.send(piece)
            assert reported(server, f"piece-{number}") == piece
        assert value_in(connection.read_response()) == ([b"one", b"two", b"end"], True)


def test_pieces_have_at_least_one_octet(server: Server, framed: bytes) -> None:
    pieces, are_bytes = asked(server, "pieces", framed)
    assert b"".join(pieces) == b"one two!"
    assert b"" not in pieces
    assert are_bytes


def test_iteration_goes_on_where_an_earlier_one_has_stopped(server: Server) -> None:
    with begun(server, "POST /resumed", CHUNKED) as connection:
        connection.send(chunked(b"one")[:-5])
        assert reported(server, "first") == b"one"
        connection.send(chunked(b"two", b"end"))
        assert value_in(connection.read_response()) == (b"onetwoend", [])


def test_iteration_goes_on_with_another_iterator(server: Server, framed: bytes) -> None:
    assert asked(server, "next-by-next", framed) == b"one two!"


@pytest.mark.parametrize("name", ["read-after-iteration", "read-after-whole-iteration"])
def test_reading_after_an_iteration_has_begun_is_an_error(
    server: Server, framed: bytes, name: str
) -> None:
    assert asked(server, name, framed) == "RuntimeError"


def test_iteration_after_reading_yields_the_kept_body_once(server: Server, framed: bytes) -> None:
    assert asked(server, "iteration-after-read", framed) == (b"one two!", [b"one two!"], [])


def test_what_was_kept_can_be_read_after_an_iteration(server: Server, framed: bytes) -> None:
    assert asked(server, "iteration-then-read-after-read", framed) == b"one two!"


@pytest.mark.parametrize("name", ["cancelled-read", "cancelled-iteration"])
def test_a_cancelled_read_keeps_what_it_has(server: Server, name: str) -> None:
    """The first part arrives with the head, so that it has been read when the read is cancelled."""
    with begun(server, f"POST /{name}", "Content-Length: 6") as connection:
        reported(server, "reads")
        open_gate(server, "cancel")
        reported(server, "cancelled")
        connection.send(b"onetwo")
        assert connection.read_response().body == b"onetwo"


def test_a_cancelled_read_keeps_its_first_part(server: Server) -> None:
    with server.connect() as connection:
        connection.send(encoded("POST /cancelled-read", b"", "Content-Length: 6") + b"one")
        reported(server, "reads")
        open_gate(server, "cancel")
        reported(server, "cancelled")
        connection.send(b"two")
        assert connection.read_response().body == b"onetwo"


def test_a_read_may_be_cancelled_again_and_again(server: Server) -> None:
    before = tally(server, "impatient")
    with begun(server, "POST /impatient", "Content-Length: 3") as connection:
        for count, octet in enumerate((b"a", b"b", b"c"), 1):
            wait_for(partial(has_timed_out, server, before + count), "a read to time out")
            connection.send(octet)
        assert connection.read_response().body == b"abc"


def has_timed_out(server: Server, count: int) -> bool:
    return tally(server, "impatient") >= count


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ("8", [8]),
        ("9", [8]),
        ("none", [8]),
        ("7", ["refused 413"]),
        ("0", ["refused 413"]),
        ("7,8", ["refused 413", 8]),
        ("1,2,none", ["refused 413", "refused 413", 8]),
        ("8,7,8", [8, "refused 413", 8]),
    ],
)
def test_limits(server: Server, framed: bytes, limits: str, expected: list[object]) -> None:
    assert asked(server, f"limits?{limits}", framed) == expected


def test_a_limit_of_nothing_is_met_by_an_empty_body(server: Server) -> None:
    assert value_in(server.request("GET /limits?0")) == [0]
    assert value_in(server.request("POST /limits?0", b"", "Content-Length: 0")) == [0]


def test_a_length_above_the_limit_is_refused_at_once(server: Server) -> None:
    with begun(server, "POST /limits?7,8", "Content-Length: 8") as connection:
        assert reported(server, "limit-7") == "refused 413"
        connection.send(b"one two!")
        assert value_in(connection.read_response()) == ["refused 413", 8]


def test_chunks_above_the_limit_are_refused_when_they_arrive(server: Server) -> None:
    with begun(server, "POST /limits?3,8", CHUNKED) as connection:
        connection.send(b"4\r\none \r\n")
        assert reported(server, "limit-3") == "refused 413"
        connection.send(chunked(b"two!"))
        assert value_in(connection.read_response()) == ["refused 413", 8]


def test_iteration_after_a_limit_yields_everything(server: Server, framed: bytes) -> None:
    assert asked(server, "iteration-after-a-limit", framed) == ("refused 413", b"one two!")


def test_the_application_answers_a_body_above_its_limit(server: Server, framed: bytes) -> None:
    with server.connect() as connection:
        connection.send(b"POST /answered-after-a-limit HTTP/1.1\r\n" + framed)
        response = connection.read_response()
    assert (response.status, response.body) == (413, b"in its own words")


@pytest.mark.parametrize("name", ["read", "pieces", "limited?4", "echo-stream"])
def test_the_peer_is_told_to_go_on_by_the_first_wait(server: Server, name: str) -> None:
    """Also by the first wait of a stream, as long as no part of the response is out."""
    fields = ("Content-Length: 4", "Expect: 100-continue")
    with begun(server, f"POST /{name}", *fields) as connection:
        interim = b"HTTP/1.1 100 Continue\r\n\r\n"
        received = connection.receive()
        assert received.startswith(interim)
        connection.put_back(received.removeprefix(interim))
        connection.send(b"body")
        assert b"body" in connection.read_response().body


@pytest.mark.parametrize("name", ["unread", "limited?3", "answered-after-a-limit"])
def test_the_peer_is_not_told_to_go_on_for_a_body_that_nobody_waits_for(
    server: Server, name: str
) -> None:
    fields = ("Content-Length: 4", "Expect: 100-continue", "Connection: close")
    with begun(server, f"POST /{name}", *fields) as connection:
        assert b"HTTP/1.1 100" not in connection.read_to_end()


def test_the_peer_is_not_told_to_go_on_by_a_wait_for_its_leaving(server: Server) -> None:
    fields = ("Content-Length: 4", "Expect: 100-continue", "Connection: close")
    with begun(server, "POST /unread-after-a-vain-wait", *fields) as connection:
        reported(server, "waits")
        open_gate(server, "unread")
        assert b"HTTP/1.1 100" not in connection.read_to_end()


def test_nobody_is_told_to_go_on_who_does_not_ask(server: Server) -> None:
    with begun(server, "POST /read", "Content-Length: 4", "Connection: close") as connection:
        connection.send(b"body")
        assert b"HTTP/1.1 100" not in connection.read_to_end()


def test_trailers_are_there_when_the_body_was_read(server: Server, host: Host) -> None:
    with begun(server, "POST /trailers", CHUNKED) as connection:
        connection.send(chunked(b"body").removesuffix(b"\r\n") + b"X-Sum: 1\r\n\r\n")
        found = value_in(connection.read_response())
    trailers = [] if "trailers-of-requests" in host.lacks else [("x-sum", "1")]
    assert found == ([], b"body", trailers)


def test_a_stream_may_read(server: Server, framed: bytes) -> None:
    with server.connect() as connection:
        connection.send(b"POST /echo-stream HTTP/1.1\r\n" + framed)
        assert connection.read_response().body == b"one two!"


def test_a_stream_reads_what_arrives_while_it_is_sent(server: Server) -> None:
    with begun(server, "POST /echo-stream", CHUNKED) as connection:
        connection.send(b"3\r\none\r\n")
        response = connection.open_response("POST")
        assert response.read_some() == b"one"
        connection.send(chunked(b"two"))
        assert response.read().body == b"two"
