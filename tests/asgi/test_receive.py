"""What ``receive`` gives: the body in pieces, and then word that the request is over."""

import ast
from collections.abc import Iterator

import pytest
from support.client import chunked, encoded
from support.scenarios import reported
from support.server import Launcher, Server

from asgi.specification import (
    CHUNK_EXTENSIONS,
    CHUNKED_TRAILERS,
    DISCONNECT,
    EVENTS,
    EXPECT,
    PERSISTENCE,
    PRACTICE,
    REQUEST,
    proves,
)

CHUNKED = "Transfer-Encoding: chunked"

Description = tuple[str, str, int, bool]
"""Of a message: its type, the type and the size of its body, and whether more comes."""


@pytest.fixture(scope="module")
def server(serve: Launcher) -> Iterator[Server]:
    with serve("bodies:app") as server:
        yield server


def described(server: Server, request: bytes) -> list[Description]:
    with server.connect() as connection:
        connection.send(request)
        found: list[Description] = ast.literal_eval(connection.read_response().body.decode())
        return found


@proves(REQUEST, "a request without a body is one `http.request` that ends it")
@pytest.mark.parametrize("fields", [(), ("Content-Length: 0",)], ids=["no-length", "zero"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_request_without_a_body(server: Server, method: str, fields: tuple[str, ...]) -> None:
    messages = described(server, encoded(f"{method} /described", b"", *fields))
    assert messages == [("http.request", "bytes", 0, False)]


@proves(REQUEST, "`body` is the content of the request, in `bytes`")
def test_body_is_bytes(server: Server) -> None:
    messages = described(server, encoded("POST /described", b"hello"))
    assert {kind for _, kind, _, _ in messages} == {"bytes"}
    assert sum(size for _, _, size, _ in messages) == 5


@proves(REQUEST, "`more_body` is true in every message but the last")
def test_more_body(server: Server) -> None:
    messages = described(server, encoded("POST /described", b"x" * 3_000_000))
    assert [more for *_, more in messages] == [True] * (len(messages) - 1) + [False]
    assert sum(size for _, _, size, _ in messages) == 3_000_000


@proves(EVENTS, "`receive` gives a dictionary of literals, with `type`")
def test_first_message(server: Server) -> None:
    message = ast.literal_eval(server.request("POST /first-message", b"hello").body.decode())
    assert message["type"] == "http.request"
    assert b"hello".startswith(message["body"])


@proves(REQUEST, "a body comes as it was sent, whatever its size")
@pytest.mark.parametrize("size", [1, 65_535, 65_536, 65_537, 1_000_000, 5_000_000])
def test_body_of_any_size(server: Server, size: int) -> None:
    body = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    assert server.request("POST /echo", body).body == body


@proves(REQUEST, "a chunked body is decoded")
def test_chunked_body_is_decoded(server: Server) -> None:
    with server.connect() as connection:
        connection.send(encoded("POST /echo", b"", CHUNKED) + chunked(b"a", b"bc" * 10, b"\r\n"))
        assert connection.read_response().body == b"a" + b"bc" * 10 + b"\r\n"


@proves(REQUEST, "a chunked body may be empty")
def test_empty_chunked_body(server: Server) -> None:
    with server.connect() as connection:
        connection.send(encoded("POST /echo", b"", CHUNKED) + chunked())
        assert connection.read_response().body == b""


@proves(REQUEST, "chunks may have any size and number")
@pytest.mark.parametrize("size", [1, 100, 70_000])
def test_chunks_of_any_size(server: Server, size: int) -> None:
    chunks = [bytes([n]) * size for n in range(50)]
    with server.connect() as connection:
        connection.send(encoded("POST /echo", b"", CHUNKED) + chunked(*chunks))
        assert connection.read_response().body == b"".join(chunks)


@proves(CHUNK_EXTENSIONS, "chunk extensions are no part of the body")
def test_chunk_extensions_are_no_part_of_the_body(server: Server) -> None:
    with server.connect() as connection:
        body = b"3;a=b\r\nabc\r\n2;c\r\nde\r\n0\r\n\r\n"
        connection.send(encoded("POST /echo", b"", CHUNKED) + body)
        assert connection.read_response().body == b"abcde"


@proves(CHUNKED_TRAILERS, "the trailer section is no part of the body, nor of the next request")
def test_trailer_section_is_no_part_of_the_body(server: Server) -> None:
    body = b"3\r\nabc\r\n0\r\nX-Trailer: 1\r\n\r\n"
    with server.connect() as connection:
        connection.send(encoded("POST /echo", b"", CHUNKED) + body)
        assert connection.read_response().body == b"abc"
        assert connection.request("POST /echo", b"next").body == b"next"


@proves(REQUEST, "a body with `Content-Length` streams: each piece is given as it arrives")
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


@proves(REQUEST, "a chunked body streams: each chunk is given as it arrives")
def test_chunks_are_given_as_they_arrive(server: Server) -> None:
    with server.connect() as connection:
        connection.send(encoded("POST /piece-by-piece", b"", CHUNKED) + b"3\r\none\r\n")
        response = connection.open_response()
        assert response.read_some() == b"one"
        connection.send(b"3\r\ntwo\r\n")
        assert response.read_some() == b"two"
        connection.send(b"0\r\n\r\n")
        assert response.read().body == b""


@proves(REQUEST, "the body can be read after the response has started")
def test_body_can_be_read_after_the_response_has_started(server: Server) -> None:
    assert server.request("POST /read-after-start", b"late").body == b"late"


@proves(PERSISTENCE, "a body that the application leaves unread is not taken for a request")
def test_unread_body_is_not_taken_for_a_request(server: Server) -> None:
    """The server reads and drops it, or closes: in no case does it answer what the body says."""
    request = encoded("POST /unread", encoded("GET /echo"))
    last = encoded("GET /unread", b"", "Connection: close")
    with server.connect() as connection:
        connection.send(request + last)
        received = connection.read_to_end()
    assert received.count(b"HTTP/1.1 200 ") in {1, 2}
    assert received.count(b"unread") == received.count(b"HTTP/1.1 ")


@proves(REQUEST, "a large body that nobody reads does not hold up the response", PRACTICE)
def test_large_unread_body_does_not_keep_the_response_from_the_client(server: Server) -> None:
    with server.connect() as connection:
        connection.send(encoded("POST /unread", b"", "Content-Length: 1000000000") + b"x" * 1000)
        response = connection.read_response()
    assert (response.status, response.body) == (200, b"unread")


@proves(DISCONNECT, "`receive` after the response gives `http.disconnect`")
@pytest.mark.parametrize("body", [b"", b"hello"])
def test_receive_after_the_response_is_a_disconnect(server: Server, body: bytes) -> None:
    """The connection stays open, yet the request is over."""
    with server.connect() as connection:
        assert connection.request("POST /receive-after-end", body).body == body
        assert reported(server, "receive-after-end") == "http.disconnect"


@proves(DISCONNECT, "`receive` after that `http.disconnect` gives another one", PRACTICE)
def test_receive_after_the_disconnect_is_a_disconnect(server: Server) -> None:
    with server.connect() as connection:
        assert connection.request("POST /receive-after-end", b"hello").body == b"hello"
        reported(server, "receive-after-end")
        assert reported(server, "receive-after-end-again") == "http.disconnect"


@proves(
    DISCONNECT, "that `http.disconnect` leaves the connection open for the next request", PRACTICE
)
def test_connection_goes_on_after_the_disconnect(server: Server) -> None:
    with server.connect() as connection:
        assert connection.request("POST /receive-after-end", b"hello").body == b"hello"
        reported(server, "receive-after-end")
        assert connection.request("POST /echo", b"next").body == b"next"


@proves(DISCONNECT, "`receive` after the last `http.request` waits until the response is sent")
def test_receive_after_the_last_message_waits_for_the_response(server: Server) -> None:
    with server.connect() as connection:
        response = connection.request("POST /receive-after-last-message", b"hello")
        assert response.body == b"hello"
        assert reported(server, "before-the-response") is False
        assert reported(server, "after-the-response") == "http.disconnect"


@proves(DISCONNECT, "`receive` after the response to an unread body does not hang", PRACTICE)
def test_receive_after_the_response_to_an_unread_body_does_not_hang(server: Server) -> None:
    with server.connect() as connection:
        assert connection.request("POST /receive-after-end-unread", b"whole").body == b"unread"
        kind = reported(server, "receive-after-end-unread")
    assert kind in {"http.disconnect", "http.request"}


@proves(EXPECT, "`100 (Continue)` is sent when the application asks for the body")
def test_continue_is_sent_when_the_application_reads(server: Server) -> None:
    with server.connect() as connection:
        fields = ("Expect: 100-continue", "Content-Length: 5")
        connection.send(encoded("POST /echo", b"", *fields))
        interim = connection.receive()
        assert interim.startswith(b"HTTP/1.1 100 ")
        assert interim.endswith(b"\r\n\r\n")
        connection.send(b"hello")
        assert connection.read_response().body == b"hello"


@proves(
    EXPECT, "`100 (Continue)` is not sent when the application answers without the body", PRACTICE
)
def test_continue_is_not_sent_when_the_application_does_not_read(server: Server) -> None:
    with server.connect() as connection:
        fields = ("Expect: 100-continue", "Content-Length: 5")
        connection.send(encoded("POST /unread", b"", *fields))
        response = connection.read_response()
    assert (response.interim, response.body) == ([], b"unread")


@proves(EXPECT, "`100 (Continue)` is not sent to HTTP/1.0")
def test_continue_is_not_sent_to_http_1_0(server: Server) -> None:
    with server.connect() as connection:
        fields = ("Expect: 100-continue", "Content-Length: 5")
        connection.send(encoded("POST /echo", b"", *fields, version="1.0") + b"hello")
        response = connection.read_response()
    assert (response.interim, response.body) == ([], b"hello")
