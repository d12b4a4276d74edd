"""Send the bytes of a case, and collect what comes back until the server has nothing more to say.

How does one know that nothing more comes? By asking something else: after the first final answer a
last request follows, and all that arrives before its answer belongs to the case.
"""

import contextlib
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto

from support.client import RECEIVE_SIZE, Address, Connection
from support.waiting import PATIENCE

from wire.answers import SWITCHING_PROTOCOLS, Answer, read_answers
from wire.cases import Case

SILENCE = 3.0
"""Seconds without a byte after which the server is taken to wait for more, where it may."""

LAST_PATH = "/the-last-request"
LAST_REQUEST = f"GET {LAST_PATH} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()

PIECES = 500
"""Into how many pieces a payload is split, at most, when it isn't sent whole."""

HTTP2_SETTINGS = b"\x04\x00"
"""Type and flags of the first frame that an HTTP/2 server sends; its length comes before."""


class End(Enum):
    """What the server did last."""

    CLOSED = auto()
    SILENT = auto()
    ANSWERED = auto()


@dataclass
class Exchange:
    """Everything that came back for one case."""

    method: bytes
    end: End = End.SILENT
    received: bytes = b""
    answers: list[Answer] = field(default_factory=list)

    @property
    def final(self) -> list[Answer]:
        """The final answers to the case itself."""
        return [each for each in self.answers if each.is_final and not is_last(each)]

    @property
    def interim(self) -> list[Answer]:
        return [each for each in self.answers if not each.is_final]

    @property
    def is_last_answered(self) -> bool:
        return any(is_last(each) for each in self.answers)

    @property
    def token(self) -> str:
        """What came first, in the words of the case table."""
        if self.received[3:5] == HTTP2_SETTINGS:
            return "h2"
        if self.final:
            return str(self.final[0].status)
        if self.interim:
            return "100"
        return "close" if self.end is End.CLOSED else "timeout"

    def add(self, data: bytes) -> None:
        self.received += data
        self.answers = read_answers(self.received, self.method)


def is_last(answer: Answer) -> bool:
    return answer.seen.get("path") == LAST_PATH


def exchange(case: Case, address: Address, *, in_pieces: bool) -> Exchange:
    """Send a case to the server at ``address``, and the last request where the case allows one."""
    result = Exchange(case.method)
    with Connection(address) as client:
        connection = client.socket
        connection.settimeout(SILENCE if "timeout" in case.expect else PATIENCE)
        with contextlib.suppress(OSError):
            send(connection, case, in_pieces=in_pieces or case.send == "bytewise")
        result.end = receive(connection, result, lambda: is_answered(case, result))
        if result.end is End.ANSWERED and may_ask_again(result):
            with contextlib.suppress(OSError):
                connection.sendall(LAST_REQUEST)
            result.end = receive(connection, result, lambda: result.is_last_answered)
    return result


def send(connection: socket.socket, case: Case, *, in_pieces: bool) -> None:
    payload = case.payload
    size = -(-len(payload) // PIECES) if in_pieces else len(payload)
    for start in range(0, len(payload), size):
        connection.sendall(payload[start : start + size])
    if case.half_close:
        connection.shutdown(socket.SHUT_WR)


def receive(connection: socket.socket, result: Exchange, is_enough: Callable[[], bool]) -> End:
    while not is_enough():
        try:
            data = connection.recv(RECEIVE_SIZE)
        except TimeoutError:
            return End.SILENT
        except OSError:
            return End.CLOSED
        if not data:
            return End.CLOSED
        result.add(data)
    return End.ANSWERED


def is_answered(case: Case, result: Exchange) -> bool:
    """Whether the case is decided, but for what a last request may bring to light."""
    if "100" in case.expect and result.interim:
        return True
    return bool(result.final) and case.close != "yes"


def may_ask_again(result: Exchange) -> bool:
    return bool(result.final) and result.final[0].status != SWITCHING_PROTOCOLS
