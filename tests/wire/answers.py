"""Reading what a server sent, with indulgence: the judge has to see the answers of any server.

This is no client: whatever it can't make sense of becomes an answer with the status ``JUNK``.
"""

import json
from dataclasses import dataclass

HTTP_1 = b"HTTP/1."

JUNK = 0
SWITCHING_PROTOCOLS = 101
WITHOUT_CONTENT = (204, 304)

Fields = dict[bytes, bytes]


@dataclass
class Answer:
    """One response, as far as it has been received."""

    status: int
    body: bytes

    @property
    def is_final(self) -> bool:
        return not 100 <= self.status < 200 or self.status == SWITCHING_PROTOCOLS

    @property
    def seen(self) -> dict[str, object]:
        """What the application saw, if it is the one that answered."""
        try:
            seen = json.loads(self.body)
        except ValueError:
            return {}
        return seen if isinstance(seen, dict) else {}


def read_answers(received: bytes, method: bytes) -> list[Answer]:
    """Split what came back for a first request with this method."""
    answers: list[Answer] = []
    while b"\r\n\r\n" in received:
        head, rest = received.split(b"\r\n\r\n", 1)
        try:
            status, fields = read_head(head)
            body, received = read_body(status, fields, rest, method)
        except ValueError:
            break
        answers.append(Answer(status, body))
        if answers[-1].is_final:
            method = b"GET"
    if received and not HTTP_1.startswith(received[: len(HTTP_1)]):
        answers.append(Answer(JUNK, received))
    return answers


def read_head(head: bytes) -> tuple[int, Fields]:
    status_line, *field_lines = head.split(b"\r\n")
    version, status, *_ = status_line.split(b" ")
    if not version.startswith(HTTP_1):
        raise ValueError(version)
    pairs = (line.partition(b":") for line in field_lines)
    return int(status), {name.lower(): value.strip() for name, _, value in pairs}


def read_body(status: int, fields: Fields, rest: bytes, method: bytes) -> tuple[bytes, bytes]:
    """The content of a response, and what follows it. RFC 9112, section 6.3."""
    if 100 <= status < 200 or status in WITHOUT_CONTENT or method == b"HEAD":
        return b"", rest
    if fields.get(b"transfer-encoding") == b"chunked":
        return read_chunks(rest)
    if b"content-length" in fields:
        length = int(fields[b"content-length"])
        return rest[:length], rest[length:]
    return rest, b""


def read_chunks(rest: bytes) -> tuple[bytes, bytes]:
    body = b""
    while b"\r\n" in rest:
        size, rest = rest.split(b"\r\n", 1)
        length = int(size, 16)
        if length == 0:
            return body, rest.removeprefix(b"\r\n")
        body, rest = body + rest[:length], rest[length + 2 :]
    return body, rest
