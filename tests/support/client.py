"""A raw HTTP/1 client: it sends any bytes, and reads responses with the strict parser of h11."""

import contextlib
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Self

import h11

from support.waiting import PATIENCE

Address = tuple[str, int] | str
"""Host and port, or the path of a unix socket."""

Headers = list[tuple[bytes, bytes]]

RECEIVE_SIZE = 65536


@dataclass
class Response:
    """A response that has been read to its end."""

    status: int
    version: bytes
    headers: Headers
    body: bytes
    interim: list[int] = field(default_factory=list)
    """The statuses of the 1xx responses that came before."""
    trailers: Headers = field(default_factory=list)
    """The fields of the trailer section."""

    def all(self, name: bytes) -> list[bytes]:
        """The values of every field line with this lower-case name, in order."""
        return [value for key, value in self.headers if key == name]

    def header(self, name: bytes) -> bytes | None:
        """The value of the only field line with this lower-case name, or ``None``."""
        values = self.all(name)
        assert len(values) <= 1, f"{name!r} occurs {len(values)} times"
        return values[0] if values else None


class IncomingResponse:
    """A response whose head has been read, and whose content is read piece by piece."""

    def __init__(self, connection: "Connection", method: str) -> None:
        self._connection = connection
        self._parser = h11.Connection(h11.CLIENT)
        self._parser.send(h11.Request(method=method, target="/", headers=[("host", "h")]))
        self._parser.send(h11.EndOfMessage())
        if unread := connection.take_unread():
            self._parser.receive_data(unread)
        self.interim: list[int] = []
        self.trailers: Headers = []
        self.head = self._read_head()

    @property
    def status(self) -> int:
        return self.head.status_code

    def read_some(self) -> bytes:
        """The next piece of the content, or nothing at its end."""
        event = self._next_event()
        if isinstance(event, h11.Data):
            return bytes(event.data)
        assert isinstance(event, h11.EndOfMessage), event
        self.trailers = list(event.headers)
        self._connection.put_back(self._parser.trailing_data[0])
        return b""

    def read(self) -> Response:
        """What is left of the content, with the head."""
        body = b"".join(iter(self.read_some, b""))
        headers = list(self.head.headers)
        version = self.head.http_version
        return Response(self.status, version, headers, body, self.interim, self.trailers)

    def _read_head(self) -> h11.Response:
        while isinstance(event := self._next_event(), h11.InformationalResponse):
            self.interim.append(event.status_code)
        if not isinstance(event, h11.Response):
            raise ConnectionError("the server closed the connection without a response")
        return event

    def _next_event(self) -> h11.Event:
        while (event := self._parser.next_event()) is h11.NEED_DATA:
            self._parser.receive_data(self._connection.receive())
        assert isinstance(event, h11.Event), event
        return event


class Connection:
    """One connection to a server, on which requests are sent as they are."""

    def __init__(
        self,
        address: Address,
        receive_buffer: int | None = None,
        largest_segment: int | None = None,
    ) -> None:
        is_unix = isinstance(address, str)
        self.socket = socket.socket(socket.AF_UNIX if is_unix else socket.AF_INET)
        self.socket.settimeout(PATIENCE)
        if not is_unix:
            # What is sent in pieces shall arrive in pieces.
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if receive_buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        if largest_segment is not None:
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, largest_segment)
        try:
            self.socket.connect(address)
        except OSError:
            self.socket.close()
            raise
        self._unread = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    @property
    def port(self) -> int:
        """The port of this end."""
        return int(self.socket.getsockname()[1])

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def open_response(self, method: str = "GET") -> IncomingResponse:
        """Read the head of the next response; ``method`` is that of its request."""
        return IncomingResponse(self, method)

    def read_response(self, method: str = "GET") -> Response:
        """Read the next response; ``method`` is that of its request."""
        return self.open_response(method).read()

    def request(self, head: str, body: bytes = b"", *fields: str) -> Response:
        """Send a request, such as ``GET /path``, and read its response."""
        self.send(encoded(head, body, *fields))
        return self.read_response(head.partition(" ")[0])

    def read_to_end(self) -> bytes:
        """Every byte up to the moment when the server closes the connection."""
        pieces = [self.take_unread()]
        with contextlib.suppress(ConnectionResetError):
            pieces.extend(iter(self.receive, b""))
        return b"".join(pieces)

    def receive(self) -> bytes:
        """The next bytes as they come, or nothing when the server has closed."""
        return self.socket.recv(RECEIVE_SIZE)

    def take_unread(self) -> bytes:
        unread, self._unread = self._unread, b""
        return unread

    def put_back(self, data: bytes) -> None:
        """Keep what was received beyond the end of a response for the next one."""
        self._unread = data + self._unread

    def close(self) -> None:
        self.socket.close()

    def reset(self) -> None:
        """Leave with a RST instead of a FIN."""
        no_linger = struct.pack("ii", 1, 0)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, no_linger)
        self.socket.close()


def encoded(head: str, body: bytes = b"", *fields: str, version: str = "1.1") -> bytes:
    """The bytes of a request; ``Content-Length`` is added when there is a body."""
    lines = [f"{head} HTTP/{version}", "Host: localhost", *fields]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def chunked(*chunks: bytes) -> bytes:
    """The bytes of a chunked body."""
    framed = [f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n" for chunk in (*chunks, b"")]
    return b"".join(framed)


@contextlib.contextmanager
def connected(address: Address, count: int) -> Iterator[list[Connection]]:
    """Several connections at once."""
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(Connection(address)) for _ in range(count)]
