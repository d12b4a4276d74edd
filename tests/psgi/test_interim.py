"""Interim responses: section 2."""

import pytest
from support.client import Connection, encoded
from support.scenarios import open_gate, reported
from support.server import Server

from psgi.asking import Leave, begun, received, value_in
from psgi.hosts import Host

APP = "psgi_exchanges:app"


def heads_of(raw: bytes) -> list[tuple[int, list[tuple[bytes, bytes]]]]:
    """The status and the fields of each response of which ``raw`` has the head."""
    heads = []
    while raw.startswith(b"HTTP/1.1 "):
        head, _, raw = raw.partition(b"\r\n\r\n")
        line, *fields = head.split(b"\r\n")
        pairs = [field.partition(b":")[::2] for field in fields]
        heads.append((int(line.split()[1]), [(n.lower(), v.strip()) for n, v in pairs]))
    return heads


def links(fields: list[tuple[bytes, bytes]]) -> list[bytes]:
    """The links of some fields, which may be one line or several."""
    values = b",".join(value for name, value in fields if name == b"link")
    return [link.strip() for link in values.split(b",")]


def read_head(connection: Connection) -> bytes:
    """The next head, of which nothing follows yet."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        octets = connection.receive()
        assert octets, f"closed after {head!r}"
        head += octets
    return head


@pytest.mark.capable("informational")
def test_an_interim_response_is_sent_at_once(server: Server) -> None:
    with begun(server, "GET /hint") as connection:
        ((status, fields),) = heads_of(read_head(connection))
        assert status == 103
        assert links(fields) == [
            b"</a.css>; rel=preload; as=style",
            b"</b.js>; rel=preload; as=script",
        ]
        open_gate(server, "hint")
        response = connection.read_response()
    assert (response.status, response.body, response.interim) == (200, b"final", [])
    assert response.header(b"link") is None


def test_several_interim_responses(server: Server, host: Host) -> None:
    raw = received(server, "GET /hints")
    *interim, (status, _) = heads_of(raw)
    assert (status, raw.endswith(b"\r\n\r\nfinal")) == (200, True)
    assert [(each, links(fields)) for each, fields in interim] == (
        [
            (103, [b"</a.css>; rel=preload; as=style"]),
            (103, [b"</c.js>"]),
            (103, [b"</d.js>"]),
        ]
        if "informational" in host.capabilities
        else []
    )


@pytest.mark.capable("informational")
@pytest.mark.needs("any-interim-response")
def test_other_statuses_and_fields(server: Server) -> None:
    *interim, (status, _) = heads_of(received(server, "GET /other-interim-responses"))
    assert status == 200
    assert interim == [
        (102, []),
        (103, [(b"link", b"</a>"), (b"x-a", b"1")]),
        (199, [(b"x-b", b"2")]),
    ]


def test_other_statuses_and_fields_do_no_harm(server: Server) -> None:
    response = server.request("GET /other-interim-responses")
    assert (response.status, response.body) == (200, b"final")


def test_after_the_body_was_read(server: Server, host: Host) -> None:
    with begun(server, "POST /read-then-hint", body=b"body") as connection:
        response = connection.read_response()
    assert response.body == b"body"
    assert response.interim == ([103] if "informational" in host.capabilities else [])


@pytest.mark.parametrize("name", ["hints", "read-then-hint", "other-interim-responses"])
def test_http_1_0_gets_none(server: Server, name: str) -> None:
    with server.connect() as connection:
        connection.send(encoded(f"GET /{name}", version="1.0"))
        raw = connection.read_to_end()
    assert b" 200 " in raw.partition(b"\r\n")[0]
    assert raw.count(b"HTTP/1.") == 1


@pytest.mark.parametrize("what", ["99", "100", "101", "200", "bad-name", "bad-value", "control"])
def test_what_is_refused(server: Server, what: str) -> None:
    """On every host, so that an application that works on one works on all."""
    response = server.request(f"GET /refused-hint?{what}")
    assert value_in(response) == "ValueError"
    assert response.interim == []


def test_none_within_the_response(server: Server) -> None:
    response = server.request("GET /hint-within-the-response")
    assert (response.body, response.interim) == (b"RuntimeError", [])


def test_none_to_a_peer_that_has_left(server: Server, leave: Leave) -> None:
    connection = begun(server, "GET /hint-to-nobody")
    reported(server, "begun")
    leave(connection)
    assert reported(server, "hint-to-nobody") == "Disconnected"
