"""h11 as a client that is handed what a server sent, in pieces of any size.

It refuses whatever is no response to one of its requests. So it also judges whether the connection
is kept: where it may ask again the next response has to come, where it may not nothing may come.
"""

from collections.abc import Iterable, Iterator

import h11
from support.client import Response

LARGEST_HEAD = 256 * 1024

BYTEWISE = 600
"""How far from both ends octets are fed one by one; what lies between comes in larger pieces."""

STEP = 997


class StrictClient:
    """The responses to requests with these methods, and nothing else, until the server closes."""

    def __init__(self, methods: Iterable[str]) -> None:
        self.responses: list[Response] = []
        self.interim: list[int] = []
        """The statuses of the 1xx responses since the last final one."""
        self.is_closed = False
        self._methods = iter(methods)
        self._h11 = h11.Connection(h11.CLIENT, max_incomplete_event_size=LARGEST_HEAD)
        self._head: h11.Response | None = None
        self._body = b""
        self._ask()

    def feed(self, data: bytes) -> None:
        """Take what the server sent next; nothing means that it has closed the connection."""
        self._h11.receive_data(data)
        while not self.is_closed and isinstance(event := self._h11.next_event(), h11.Event):
            self._take(event)
        unread, _ = self._h11.trailing_data
        assert self._h11.their_state is not h11.DONE or not unread, f"nobody asked for {unread!r}"

    def _take(self, event: h11.Event) -> None:
        match event:
            case h11.InformationalResponse():
                self.interim.append(event.status_code)
            case h11.Response():
                self._head = event
            case h11.Data():
                self._body += event.data
            case h11.EndOfMessage():
                self._end_response()
            case h11.ConnectionClosed():
                self.is_closed = True

    def _end_response(self) -> None:
        head = self._head
        assert head is not None
        self.responses.append(
            Response(
                head.status_code, head.http_version, list(head.headers), self._body, self.interim
            )
        )
        self._head, self._body, self.interim = None, b"", []
        if self._h11.their_state is h11.DONE:
            self._ask()

    def _ask(self) -> None:
        """Make the next request, if there is one, for h11 to know what it reads the response to.

        It says nothing of persistence: a server that closes has to say so by itself.
        """
        method = next(self._methods, None)
        if method is None:
            return
        if self._h11.their_state is h11.DONE:
            self._h11.start_next_cycle()
        self._h11.send(h11.Request(method=method, target="/", headers=[("host", "localhost")]))
        self._h11.send(h11.EndOfMessage())


def judged(received: bytes, methods: Iterable[str]) -> list[Response]:
    """The responses in all that a server sent: the same fed whole and byte by byte."""
    methods = list(methods)
    whole, bytewise = StrictClient(methods), StrictClient(methods)
    whole.feed(received)
    whole.feed(b"")
    for piece in pieces(received):
        bytewise.feed(piece)
    bytewise.feed(b"")
    assert whole.responses == bytewise.responses
    return whole.responses


def pieces(received: bytes) -> Iterator[bytes]:
    """Single octets, and larger pieces in the middle of much."""
    start = 0
    while start < len(received):
        is_near_an_end = start < BYTEWISE or start >= len(received) - BYTEWISE
        end = start + (1 if is_near_an_end else STEP)
        yield received[start:end]
        start = end
