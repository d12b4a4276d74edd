"""What clients speak that is not served: a line each, once per process, and an answer."""

import pytest
from support.client import encoded
from support.server import Launcher, Server
from support.waiting import wait_for

TLS_HELLO = bytes.fromhex("16030100c1010000bd0303") + bytes(185)

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

HANDSHAKE = encoded(
    "GET /plain",
    b"",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
)


def answer(server: Server, request: bytes) -> bytes:
    with server.connect() as connection:
        connection.send(request)
        return connection.read_to_end().partition(b"\r\n")[0]


@pytest.mark.parametrize(
    ("request_", "status", "sign"),
    [
        (TLS_HELLO, b"HTTP/1.1 400 Bad Request", "write http:// in the URL"),
        (PREFACE, b"HTTP/1.1 505 HTTP Version Not Supported", "to HTTP/1.1"),
        (HANDSHAKE, b"HTTP/1.1 403 Forbidden", "does not serve WebSockets"),
    ],
    ids=["tls", "http2", "websocket"],
)
def test_foreign_protocol_is_named_once(
    serve: Launcher, request_: bytes, status: bytes, sign: str
) -> None:
    with serve("heads:app") as server:
        for _ in range(3):
            assert answer(server, request_) == status
        wait_for(lambda: sign in server.stderr, "the line")
        assert answer(server, b"no request\r\n\r\n") == b"HTTP/1.1 400 Bad Request"
        assert server.request("GET /plain").status == 200
        assert server.stderr.count(sign) == 1
        assert server.stderr.count("warning: ") == 1
