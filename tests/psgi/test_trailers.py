"""Trailers of a response: section 3, Trailers."""

import pytest
from support.client import Connection, Response, encoded
from support.scenarios import tally
from support.server import Server

from psgi.asking import begun, is_broken_off, sign
from psgi.hosts import Host
from psgi.log import Log

APP = "psgi_trailers:app"

WANTED = ("TE: trailers", "Connection: TE")

SENT = {
    "pairs": [(b"x-a", b"1"), (b"x-b", b"2"), (b"x-a", b"3")],
    "mapping": [(b"x-a", b"1"), (b"x-b", b"2")],
    "generator": [(b"x-a", b"1"), (b"x-b", b"1")],
    "none": [],
}


def assert_sent(host: Host, response: Response, trailers: list[tuple[bytes, bytes]]) -> None:
    """They came when the host can send them."""
    assert response.trailers == (trailers if "trailers" in host.capabilities else [])


def test_trailers_come_after_the_last_of_the_body(server: Server, host: Host) -> None:
    name = sign()
    response = server.request(f"GET /after-the-body?{name}", b"", *WANTED)
    assert (response.status, response.body) == (200, b"onetwoend")
    assert response.header(b"trailer") == b"x-seen"
    assert_sent(host, response, [(b"x-seen", b"one two end")])
    assert tally(server, name) == ("trailers" in host.capabilities)


@pytest.mark.parametrize("body", ["bytes", "text", "list", "file"])
@pytest.mark.parametrize("trailers", SENT)
def test_bodies_with_trailers(server: Server, host: Host, body: str, trailers: str) -> None:
    with server.connect() as connection:
        for _ in range(2):
            response = connection.request(f"GET /given?{body},{trailers},once", b"", *WANTED)
            assert response.status == 200
            assert len(response.body) == 7
            assert_sent(host, response, SENT[trailers])


def test_trailers_without_a_body(server: Server, host: Host) -> None:
    response = server.request("GET /given?none,pairs,once", b"", *WANTED)
    assert (response.status, response.body) == (200, b"")
    assert_sent(host, response, SENT["pairs"])


@pytest.mark.parametrize("fields", [(), ("TE: deflate", "Connection: TE")], ids=["none", "other"])
@pytest.mark.parametrize("body", ["bytes", "list", "file"])
def test_trailers_that_the_peer_does_not_take(
    server: Server, body: str, fields: tuple[str, ...]
) -> None:
    name = sign()
    response = server.request(f"GET /given?{body},pairs,{name}", b"", *fields)
    assert len(response.body) == 7
    assert response.trailers == []
    assert (response.header(b"content-length") is None) == (body == "list")
    assert tally(server, name) == 0


def test_http_1_0_gets_no_trailers(server: Server) -> None:
    name = sign()
    with server.connect() as connection:
        connection.send(encoded(f"GET /given?bytes,pairs,{name}", b"", *WANTED, version="1.0"))
        received = connection.read_to_end()
    assert received.endswith(b"\r\n\r\ncontent")
    assert tally(server, name) == 0


def test_head_gets_no_trailers(server: Server) -> None:
    name = sign()
    with server.connect() as connection:
        response = connection.request(f"HEAD /given?list,pairs,{name}", b"", *WANTED)
        assert (response.status, response.body, response.trailers) == (200, b"", [])
        assert connection.request("HEAD /given?bytes,none,once").status == 200
    assert tally(server, name) == 0


def broken_off(server: Server, target: str) -> Connection:
    """A connection of whose response trailers are missing."""
    connection = begun(server, f"GET {target}", *WANTED)
    assert is_broken_off(connection)
    return connection


@pytest.mark.capable("trailers")
@pytest.mark.parametrize(
    ("trailers", "kind", "named"),
    [
        ("content-length", "ValueError", ["content-length"]),
        ("transfer-encoding", "ValueError", ["transfer-encoding"]),
        ("trailer", "ValueError", ["trailer"]),
        ("host", "ValueError", ["host"]),
        ("bad-name", "ValueError", ["bad name"]),
        ("bad-value", "ValueError", ["x-a"]),
        ("bad-type", "TypeError", ["x-a", "int"]),
        ("bad-shape", "TypeError", ["trailers", "int"]),
    ],
)
def test_trailers_that_are_not_allowed(
    server: Server, log: Log, trailers: str, kind: str, named: list[str]
) -> None:
    with broken_off(server, f"/given?list,{trailers},once") as connection:
        assert b"evil" not in connection.read_to_end()
    log.expect_error(kind, *named)


@pytest.mark.capable("trailers")
def test_trailers_that_raise(server: Server, log: Log) -> None:
    message = sign()
    broken_off(server, f"/raises?{message}").close()
    log.expect(f"ExpectedError: {message}")


@pytest.mark.capable("trailers")
def test_trailers_that_are_not_callable(server: Server, log: Log) -> None:
    """Known before the head is out."""
    assert server.request("GET /not-callable", b"", *WANTED).status == 500
    log.expect_error("TypeError", "trailers", "list")


def test_trailers_are_not_asked_for_after_a_stream_that_raises(server: Server, log: Log) -> None:
    message = sign()
    broken_off(server, f"/after-a-stream-that-raises?{message}").close()
    log.expect(f"ExpectedError: {message}")
    assert tally(server, message) == 0
