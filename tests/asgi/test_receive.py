"""What ``receive`` gives: the body in pieces, and then word that the request is over."""

import ast
from collections.abc import Iterator

import pytest
from support.client import chunked, encoded
from support.scenarios import reported
from support.server import Launcher, Server

CHUNKED = "Transfer-Encoding: chunked"


@pytest.fixture(scope="module")
def server(serve: Launcher) -> Iterator[Server]:
    with serve("bodies:app") as server:
        yield server


@pytest.mark.parametrize(
    ("head", "fields", "body"),
    [
        ("GET", (), b""),
        ("POST", (), b""),
        ("POST", ("Content-Length: 0",), b""),
        ("POST", ("Content-Length: 5",), b"hello"),
    ],
)
def test_first_message(server: Server, head: str, fields: tuple[str, ...], body: bytes) -> None:
    with server.connect() as connection:
        connection.send(encoded(f"{head} /first-message", b"", *fields) + body)
        message = ast.literal_eval(connection.read_response().body.decode())
    assert message == {"type": "http.request", "body": body, "more_body": False}


def test_empty_chunked_body(server: Server) -> None:
    with server.connect() as connection:
        connection.send(encoded("POST /echo", b"", CHUNKED) + chunked())
        assert connection.read_response().body == b""


def test_chunked_body_is_decoded(server: Server) -> None:
    with server.connect() as connection:
        connection.send(encoded("POST /echo", b"", CHUNKED) + chunked(b"a", b"bc" * 10, b"\r\n"))
        assert connection.read_response().body == b"a" + b"bc" * 10 + b"\r\n"


def test_trailer_section_is_no_part_of_the_body(server: Server) -> None:
    body = b"3\r\nabc\r\n0\r\nX-Trailer: 1\r\n\r\n"
    with server.connect() as connection:
        connection.send(encoded("POST /echo", b"", CHUNKED) + body)
        assert connection.read_response().body == b"abc"
        assert connection.request("POST /echo", b"next").body == b"next"


@pytest.mark.parametrize("size", [1, 65_535, 65_536, 65_537, 1_000_000, 5_000_000])
def test_body_of_any_size(server: Server, size: int) -> None:
    body = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    assert server.request("POST /echo", body).body == body


@pytest.mark.parametrize("size", [1, 100, 70_000])
def test_chunks_of_any_size(server: Server, size: int) -> None:
    chunks = [bytes([n]) * size for n in range(50)]
    with server.connect() as connection:
        connection.send(encoded("POST /echo", b"", CHUNKED) + chunked(*chunks))
        assert connection.read_response().body == b"".join(chunks)


def test_body_is_given_as_it_arrives(server: Server) -> None:
    """Each piece comes back before the next one is sent."""
    with server.connect() as connection:
        connection.send(encoded("POST /piece-by-piece", b"", "Content-Length: 9") + b"one")
        response = connection.open_response()
        assert response.read_some() == b"one"
        for piece in (b"two", b"six"):
            connection.send(piece)
            assert response.read_some() == piece
        assert response.read_some() == b""


def test_chunks_are_given_as_they_arrive(server: Server) -> None:
    with server.connect() as connection:
        connection.send(encoded("POST /piece-by-piece", b"", CHUNKED) + b"3\r\none\r\n")
        response = connection.open_response()
        assert response.read_some() == b"one"
        connection.send(b"3\r\nt")
        assert response.read_some() == b"t"
        connection.send(b"wo\r\n0\r\n\r\n")
        assert response.read().body == b"wo"


def test_body_can_be_read_after_the_response_has_started(server: Server) -> None:
    assert server.request("POST /read-after-start", b"late").body == b"late"


def test_unread_body_is_not_taken_for_a_request(server: Server) -> None:
    """The server reads and drops it, or closes: in no case does it answer what the body says."""
    request = encoded("POST /unread", encoded("GET /echo"))
    last = encoded("GET /unread", b"", "Connection: close")
    with server.connect() as connection:
        connection.send(request + last)
        received = connection.read_to_end()
    assert received.count(b"HTTP/1.1 200 ") in {1, 2}
    assert received.count(b"unread") == received.count(b"HTTP/1.1 ")


def test_large_unread_body_does_not_keep_the_response_from_the_client(server: Server) -> None:
    with server.connect() as connection:
        connection.send(encoded("POST /unread", b"", "Content-Length: 1000000000") + b"x" * 1000)
        response = connection.read_response()
    assert (response.status, response.body) == (200, b"unread")


@pytest.mark.parametrize("body", [b"", b"hello"])
def test_receive_after_the_response_is_a_disconnect(server: Server, body: bytes) -> None:
    """The connection stays open, yet the request is over."""
    with server.connect() as connection:
        assert connection.request("POST /receive-after-end", body).body == body
        assert reported(server, "receive-after-end") == [{"type": "http.disconnect"}] * 2
        assert connection.request("POST /echo", b"next").body == b"next"


def test_receive_after_the_response_to_an_unread_body_does_not_hang(server: Server) -> None:
    with server.connect() as connection:
        connection.send(encoded("POST /receive-after-end-unread", b"whole"))
        assert connection.read_response().body == b"unread"
        kind = reported(server, "receive-after-end-unread")["type"]
    assert kind in {"http.disconnect", "http.request"}


def test_continue_is_sent_when_the_application_reads(server: Server) -> None:
    with server.connect() as connection:
        fields = ("Expect: 100-continue", "Content-Length: 5")
        connection.send(encoded("POST /echo", b"", *fields))
        interim = connection.receive()
        assert interim.startswith(b"HTTP/1.1 100 ")
        assert interim.endswith(b"\r\n\r\n")
        connection.send(b"hello")
        assert connection.read_response().body == b"hello"
        assert connection.request("POST /echo", b"next").body == b"next"


def test_continue_is_not_sent_when_the_application_does_not_read(server: Server) -> None:
    with server.connect() as connection:
        fields = ("Expect: 100-continue", "Content-Length: 5")
        connection.send(encoded("POST /unread", b"", *fields))
        response = connection.read_response()
    assert (response.interim, response.body) == ([], b"unread")


def test_continue_is_not_sent_to_http_1_0(server: Server) -> None:
    """RFC 9110, section 10.1.1: the expectation of an HTTP/1.0 client MUST be ignored."""
    with server.connect() as connection:
        fields = ("Expect: 100-continue", "Content-Length: 5")
        connection.send(encoded("POST /echo", b"", *fields, version="1.0") + b"hello")
        response = connection.read_response()
    assert (response.interim, response.body) == ([], b"hello")
