"""The few requests that the harness makes itself."""

import contextlib
import http.client
import socket

from harness.errors import PeerError

TIMEOUT = 60.0
"""Seconds; generous, as only a peer that hangs needs them."""


def connect(port: int) -> socket.socket:
    """Open a connection whose every call has a time limit."""
    return socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT)


def request(connection: socket.socket, path: str, content_length: int) -> None:
    """Ask for `path` and read the whole answer, which has to have as many bytes."""
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    answer = b""
    while len(answer.partition(b"\r\n\r\n")[2]) < content_length:
        received = connection.recv(4096)
        if not received:
            raise PeerError(f"closed the connection after {answer!r}")
        answer += received
    if not answer.startswith(b"HTTP/1.1 200 "):
        raise PeerError(f"answered {answer!r}")


def cookie_of(port: int, path: str) -> str:
    """Ask for `path`; return the cookie that the answer sets, as a client sends it back."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, TIMEOUT)) as client:
        client.request("GET", path)
        field = client.getresponse().getheader("Set-Cookie")
    if field is None:
        raise PeerError(f"sets no cookie at {path}")
    return field.partition(";")[0]


def unused_port() -> int:
    """Let the kernel choose a port, so that no run meets the connections of the one before."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
