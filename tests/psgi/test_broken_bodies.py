"""Bodies that do not come to their end: section 2, The body, and section 6."""

import pytest
from apps.payload import BLOCK, blocks, digest
from support.client import encoded
from support.load import Upload
from support.scenarios import open_gate, reported, tally
from support.server import Server
from support.waiting import settled

from psgi.asking import Leave, begun
from psgi.hosts import Host
from psgi.log import Log

APP = "psgi_bodies:app"

MEBIBYTE = 1024 * 1024

SIZE = 32 * MEBIBYTE

BOUND = 8 * MEBIBYTE
"""What may be on its way when the application doesn't read: kernel buffers, and a few windows."""

CHUNKED = "Transfer-Encoding: chunked"

BAD_CHUNK = b"4\r\nbody\r\nnot a chunk\r\n"


@pytest.mark.parametrize("name", ["digest", "digest-at-once"])
def test_a_large_body(server: Server, name: str) -> None:
    with server.connect() as connection:
        connection.send(encoded(f"POST /{name}", b"".join(blocks(64 * BLOCK))))
        assert connection.read_response().body.decode() == digest(blocks(64 * BLOCK))


@pytest.mark.parametrize("name", ["digest-after-a-while", "digest-after-a-vain-wait"])
def test_what_is_not_asked_for_holds_the_peer_back(server: Server, name: str) -> None:
    with begun(server, f"POST /{name}", f"Content-Length: {SIZE}") as connection:
        reported(server, "waits")
        upload = Upload(connection, blocks(SIZE))
        try:
            held_back = settled(lambda: upload.sent)
        finally:
            open_gate(server, "digest")
            upload.join()
        response = connection.read_response()
    assert held_back < BOUND
    assert response.body.decode() == digest(blocks(SIZE))
    assert tally(server, "largest-piece") < BOUND


@pytest.mark.parametrize("name", ["fault-of-read", "fault-of-iteration"])
@pytest.mark.parametrize(
    "beginning",
    [
        encoded("", b"", "Content-Length: 8") + b"one",
        encoded("", b"", CHUNKED) + b"3\r\none\r\n",
        encoded("", b"", CHUNKED) + b"8\r\none",
    ],
    ids=["length", "between-chunks", "within-a-chunk"],
)
def test_the_peer_leaves_within_the_body(
    server: Server, leave: Leave, name: str, beginning: bytes
) -> None:
    connection = server.connect()
    connection.send(f"POST /{name}".encode() + beginning)
    reported(server, "begun")
    leave(connection)
    assert reported(server, "fault") == ("Disconnected", True, None)
    if name == "fault-of-read":
        assert reported(server, "fault-again") == ("Disconnected", True, None)
    else:
        assert b"one".startswith(reported(server, "found"))


@pytest.mark.parametrize("name", ["fault-that-escapes", "fault-that-escapes-from-a-group"])
def test_a_disconnect_that_escapes_is_not_logged(
    server: Server, leave: Leave, log: Log, name: str
) -> None:
    connection = server.connect()
    connection.send(encoded(f"POST /{name}", b"", "Content-Length: 8") + b"one")
    reported(server, "begun")
    leave(connection)
    reported(server, "over")
    log.assert_quiet()


@pytest.mark.parametrize("limit", [0, 3])
@pytest.mark.parametrize("field", ["Content-Length: 4", CHUNKED])
def test_a_body_error_that_escapes_is_its_status_and_not_logged(
    server: Server, log: Log, field: str, limit: int
) -> None:
    body = b"body" if field != CHUNKED else b"4\r\nbody\r\n0\r\n\r\n"
    with begun(server, f"POST /limited?{limit}", field) as connection:
        connection.send(body)
        assert connection.read_response().status == 413
    log.assert_quiet()


@pytest.mark.parametrize("status", [400, 408, 413, 422])
def test_a_body_error_of_the_application_is_its_status(server: Server, status: int) -> None:
    assert server.request(f"GET /refused-by-the-application?{status}").status == status


@pytest.mark.parametrize("name", ["fault-of-read", "fault-of-iteration"])
def test_the_host_refuses_a_broken_body(server: Server, host: Host, name: str) -> None:
    """It has answered already; what the application returns is dropped."""
    assert refused(server, name, encoded("", b"", CHUNKED), BAD_CHUNK).startswith(b"HTTP/1.1 400 ")
    assert reported(server, "fault") == refusal(host, 400)


@pytest.mark.needs("limits-of-bodies")
@pytest.mark.parametrize(
    ("option", "value", "beginning", "status"),
    [
        ("--limit-body-size", "3", encoded("", b"", CHUNKED) + b"4\r\nbody\r\n", 413),
        ("--timeout-body", "0.1", encoded("", b"", "Content-Length: 4") + b"bo", 408),
    ],
    ids=["too-large", "too-slow"],
)
def test_the_host_refuses_a_body_beyond_its_limits(
    host: Host, option: str, value: str, beginning: bytes, status: int
) -> None:
    with host.serve(APP, option, value) as server:
        received = refused(server, "fault-of-read", beginning, b"")
        assert received.startswith(f"HTTP/1.1 {status} ".encode())
        assert reported(server, "fault") == refusal(host, status)


def refused(server: Server, name: str, beginning: bytes, rest: bytes) -> bytes:
    """What comes for a body that the host refuses, once the application waits for it."""
    with server.connect() as connection:
        connection.send(f"POST /{name}".encode() + beginning)
        reported(server, "begun")
        connection.send(rest)
        received = connection.read_to_end()
    assert b"dropped" not in received
    assert received.count(b"HTTP/1.1 ") == 1
    return received


def refusal(host: Host, status: int) -> tuple[str, bool, int | None]:
    """What the application is told of a refused body."""
    if "refusals" in host.lacks:
        return ("Disconnected", True, None)
    return ("BodyError", False, status)
