"""Behind a proxy: whom the scope and the access log name, and who may tell."""

import ast
import asyncio
import contextlib
import random
import socket
import struct
from collections.abc import Iterator
from typing import Any

import pytest
from support.client import Connection, Response, encoded
from support.server import Launcher, Server
from support.waiting import wait_for
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

TRUSTED = "127.0.0.1,10.0.0.0/8,fd00::/8"

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"

LINE = b"PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n"

SPOOFED = (
    "X-Forwarded-For: 192.0.2.1",
    "X-Forwarded-Proto: https",
    "X-Forwarded-Host: evil",
    "Forwarded: for=192.0.2.1;proto=https;host=evil",
)


@pytest.fixture(scope="module")
def server(serve: Launcher) -> Iterator[Server]:
    with serve("scope_app:app", "--forwarded-allow-ips", TRUSTED) as server:
        yield server


@pytest.fixture(scope="module")
def proxied(serve: Launcher) -> Iterator[Server]:
    """A server whose connections begin with a header of the PROXY protocol.

    The launcher's look whether it accepts has none, and is a connection that was closed.
    """
    with serve("scope_app:app", "--proxy-protocol") as server:
        yield server


def scope_in(response: Response) -> dict[str, Any]:
    assert response.status == 200, response.body
    scope: dict[str, Any] = ast.literal_eval(response.body.decode())
    return scope


def scope_of(server: Server, *fields: str) -> dict[str, Any]:
    return scope_in(server.request("GET /", b"", *fields))


def binary(source: bytes, destination: bytes, family: int = 0x11, vectors: bytes = b"") -> bytes:
    """A header of version 2; both ends are given as the octets that stand for them."""
    if family == 0x31:
        block = source.ljust(108, b"\0") + destination.ljust(108, b"\0")
    else:
        block = source[:-2] + destination[:-2] + source[-2:] + destination[-2:]
    block += vectors
    return SIGNATURE + struct.pack("!BBH", 0x21, family, len(block)) + block


def ip_end(host: str, port: int) -> bytes:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.inet_pton(family, host) + struct.pack("!H", port)


def test_client_scheme_and_host_are_what_a_trusted_peer_says(server: Server) -> None:
    fields = ("X-Forwarded-For: 192.0.2.1", "X-Forwarded-Proto: https", "X-Forwarded-Host: a.b:1")
    scope = scope_of(server, *fields)
    assert scope["client"] == ("192.0.2.1", 0)
    assert scope["scheme"] == "https"
    assert scope["headers"][0] == (b"host", b"a.b:1")
    assert [name for name, _ in scope["headers"]].count(b"host") == 1
    assert (b"x-forwarded-host", b"a.b:1") in scope["headers"]
    assert scope["server"] == server.address


def test_the_standard_field_says_the_same(server: Server) -> None:
    scope = scope_of(server, 'Forwarded: for="[2001:db8::1]:47011";proto=https;host="a.b:1"')
    assert scope["client"] == ("2001:db8::1", 47011)
    assert scope["scheme"] == "https"
    assert scope["headers"][0] == (b"host", b"a.b:1")


def test_a_websocket_scheme_is_that_of_its_handshake(server: Server) -> None:
    assert scope_of(server, "X-Forwarded-Proto: wss")["scheme"] == "https"
    assert scope_of(server, "X-Forwarded-Proto: ws")["scheme"] == "http"


def test_each_request_of_a_connection_has_its_own_client(server: Server) -> None:
    with server.connect() as connection:
        fields = [("X-Forwarded-For: 192.0.2.1",), (), ("X-Forwarded-For: 192.0.2.2:7",), ()]
        clients = [scope_in(connection.request("GET /", b"", *each))["client"] for each in fields]
        own = ("127.0.0.1", connection.port)
    assert clients == [("192.0.2.1", 0), own, ("192.0.2.2", 7), own]


def test_pipelined_requests_have_their_own_clients(server: Server) -> None:
    with server.connect() as connection:
        hosts = [f"192.0.2.{number}" for number in range(20)]
        connection.send(b"".join(encoded("GET /", b"", f"X-Forwarded-For: {h}") for h in hosts))
        scopes = [scope_in(connection.read_response()) for _ in hosts]
    assert [scope["client"] for scope in scopes] == [(host, 0) for host in hosts]


@pytest.mark.parametrize(
    "options",
    [
        ("--forwarded-allow-ips", "10.0.0.0/8"),
        ("--forwarded-allow-ips", "unix,::1"),
        ("--no-proxy-headers",),
    ],
    ids=" ".join,
)
def test_spoofing_is_ignored(serve: Launcher, options: tuple[str, ...]) -> None:
    with serve("scope_app:app", *options) as server, server.connect() as connection:
        scope = scope_in(connection.request("GET /", b"", *SPOOFED))
        assert scope["client"] == ("127.0.0.1", connection.port)
        assert scope["scheme"] == "http"
        assert scope["headers"][0] == (b"host", b"localhost")
        assert len(scope["headers"]) == 1 + len(SPOOFED)


def test_loopback_is_trusted_by_default(serve: Launcher) -> None:
    with serve("scope_app:app") as server:
        assert scope_of(server, "X-Forwarded-For: 192.0.2.1")["client"] == ("192.0.2.1", 0)


@pytest.mark.parametrize(
    ("trusted", "client"), [("unix", ("192.0.2.1", 0)), ("127.0.0.1", None), ("*", ("6.6.6.6", 0))]
)
def test_peers_on_a_unix_socket(
    serve: Launcher, trusted: str, client: tuple[str, int] | None
) -> None:
    with serve("scope_app:app", "--forwarded-allow-ips", trusted, uds=True) as server:
        assert scope_of(server, "X-Forwarded-For: 6.6.6.6, 192.0.2.1")["client"] == client


def test_the_access_log_names_the_client(serve: Launcher) -> None:
    with serve("scope_app:app", "--access-log-format", "json") as server:
        server.request("GET /1", b"", "X-Forwarded-For: 192.0.2.1")
        server.request("GET /2", b"", "Forwarded: for=192.0.2.2")
        server.request("GET /3")
        wait_for(lambda: server.stdout.count("\n") == 3, "three lines")
        lines = server.stdout.splitlines()
    clients = [line.partition('"client":"')[2].partition('"')[0] for line in lines]
    assert clients == ["192.0.2.1", "192.0.2.2", "127.0.0.1"]


@pytest.mark.parametrize(
    "fields",
    [
        (),
        ("X-Forwarded-For: 192.0.2.1",),
        ("X-Forwarded-For: 192.0.2.1:47011",),
        ("X-Forwarded-For: 2001:db8::1",),
        ("X-Forwarded-For: [2001:db8::1]",),
        ("X-Forwarded-For: [2001:db8::1]:47011",),
        ("X-Forwarded-For: 192.0.2.1, 10.0.0.1",),
        ("X-Forwarded-For: 6.6.6.6, 192.0.2.1,10.0.0.1:5 ,fd00::1",),
        ("X-Forwarded-For: 6.6.6.6", "X-Forwarded-For: 192.0.2.1", "X-Forwarded-For: 10.0.0.1"),
        ("X-Forwarded-For: 10.0.0.3, 10.0.0.2",),
        ("X-Forwarded-For:",),
        ("X-Forwarded-Proto: https",),
        ("X-Forwarded-Proto: http",),
        ("X-Forwarded-Proto: ftp",),
        ("X-Forwarded-Proto: http", "X-Forwarded-Proto: https"),
        ("X-Forwarded-For: 192.0.2.1", "X-Forwarded-Proto: https"),
        ("Forwarded:", "X-Real-IP: 6.6.6.6"),
    ],
    ids=" | ".join,
)
def test_usual_fields_mean_what_they_mean_to_uvicorn(
    server: Server, fields: tuple[str, ...]
) -> None:
    with server.connect() as connection:
        scope = scope_in(connection.request("GET /", b"", *fields))
        client = ("127.0.0.1", connection.port)
    expected = dict(scope, client=client, scheme="http")

    async def uvicorn() -> None:
        async def app(*_: object) -> None:
            pass

        await ProxyHeadersMiddleware(app, TRUSTED)(expected, app, app)

    asyncio.run(uvicorn())
    assert (scope["client"], scope["scheme"]) == (expected["client"], expected["scheme"])


@pytest.mark.parametrize(
    ("header", "client", "server_end"),
    [
        (LINE, ("192.0.2.1", 56324), ("198.51.100.1", 443)),
        (b"PROXY TCP6 2001:db8::1 ::2 1 65535\r\n", ("2001:db8::1", 1), ("::2", 65535)),
        (
            binary(ip_end("192.0.2.1", 56324), ip_end("198.51.100.1", 443)),
            ("192.0.2.1", 56324),
            ("198.51.100.1", 443),
        ),
        (
            binary(ip_end("2001:db8::1", 1), ip_end("::2", 2), 0x21, b"\x04\0\x03xyz"),
            ("2001:db8::1", 1),
            ("::2", 2),
        ),
        (binary(b"/run/a", b"/run/b", 0x31), ("/run/a", None), ("/run/b", None)),
    ],
    ids=["v1-tcp4", "v1-tcp6", "v2-tcp4", "v2-tcp6-vectors", "v2-unix"],
)
def test_the_proxy_protocol_names_client_and_server(
    proxied: Server, header: bytes, client: tuple[str, int], server_end: tuple[str, int]
) -> None:
    with proxied.connect() as connection:
        connection.send(header)
        for _ in range(2):
            scope = scope_in(connection.request("GET /", b"", "X-Forwarded-For: 6.6.6.6"))
            assert (scope["client"], scope["server"]) == (client, server_end)


@pytest.mark.parametrize(
    "header",
    [b"PROXY UNKNOWN\r\n", SIGNATURE + b"\x20\0\0\0", SIGNATURE + b"\x21\0\0\x02ab"],
    ids=["v1-unknown", "v2-local", "v2-unspecified"],
)
def test_a_proxy_may_ask_for_itself(proxied: Server, header: bytes) -> None:
    with proxied.connect() as connection:
        connection.send(header)
        scope = scope_in(connection.request("GET /"))
        assert scope["client"] == ("127.0.0.1", connection.port)
        assert scope["server"] == proxied.address
        scope = scope_in(connection.request("GET /", b"", "X-Forwarded-For: 192.0.2.1"))
        assert scope["client"] == ("192.0.2.1", 0)


def test_the_proxy_protocol_on_a_unix_socket(serve: Launcher) -> None:
    options = ("--proxy-protocol", "--forwarded-allow-ips", "unix")
    with serve("scope_app:app", *options, uds=True) as server:
        for header in (LINE, binary(ip_end("192.0.2.1", 56324), ip_end("198.51.100.1", 443))):
            with server.connect() as connection:
                connection.send(header)
                scope = scope_in(connection.request("GET /"))
                assert scope["client"] == ("192.0.2.1", 56324)
                assert scope["server"] == ("198.51.100.1", 443)


def closing_answer(server: Server, data: bytes) -> bytes:
    """What a server that does not like how a connection begins says before it closes it."""
    with server.connect() as connection:
        connection.send(data)
        return connection.read_to_end()


def test_a_connection_without_a_header_is_closed_and_not_logged(serve: Launcher) -> None:
    with serve("scope_app:app", "--proxy-protocol") as server:
        for data in (encoded("GET /"), b"PROXY TCP4 a b c d\r\n", SIGNATURE + b"\x31\x11\0\0"):
            assert closing_answer(server, data) == b""
        with server.connect() as connection:
            connection.send(LINE)
            connection.request("GET /logged")
        wait_for(lambda: "/logged" in server.stdout, "the line of the only request")
        (line,) = server.stdout.splitlines()
    assert line.startswith("192.0.2.1 - - [")


def test_a_header_from_a_peer_that_is_not_trusted_is_not_taken(serve: Launcher) -> None:
    options = ("--proxy-protocol", "--forwarded-allow-ips", "10.0.0.0/8")
    with serve("scope_app:app", *options) as server, Connection(server.address) as connection:
        assert connection.read_to_end() == b""


@pytest.mark.parametrize("seed", range(3))
def test_noise_in_place_of_a_header_harms_nobody(proxied: Server, seed: int) -> None:
    randomness = random.Random(seed)
    headers = [LINE, binary(ip_end("::1", 1), ip_end("::2", 2), 0x21, b"\x04\0\x03xyz")]
    for _ in range(100):
        data = bytearray(randomness.choice(headers))
        for _ in range(randomness.randint(1, 3)):
            data[randomness.randrange(len(data))] = randomness.randrange(256)
        with proxied.connect() as connection:
            connection.send(bytes(data) + encoded("GET /"))
            # It may be closed already.
            with contextlib.suppress(OSError):
                connection.socket.shutdown(socket.SHUT_WR)
            answer = connection.read_to_end()
            assert not answer or answer.startswith(b"HTTP/1.1 "), data
    with proxied.connect() as connection:
        connection.send(LINE)
        assert scope_in(connection.request("GET /"))["client"] == ("192.0.2.1", 56324)
