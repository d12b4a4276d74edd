"""What ``instructed.py`` is told to answer. The tests write it, the application reads it."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import accumulate, pairwise
from typing import Any

FIELD = b"instruction"
"""The header field of the request that carries an instruction."""

MISLEADING = b"0\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n" + bytes(range(256))
"""Content that a client out of step would take for framing."""


@dataclass(frozen=True)
class Instruction:
    """One response, message by message."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    """Names and values as latin-1 text."""
    pieces: tuple[int, ...] = (0,)
    """How many octets each body message carries; the last one ends the response."""
    reads: bool = True
    """Whether the content of the request is read first."""
    fails_after: int | None = None
    """How many messages are sent before the application fails, if it shall."""

    @classmethod
    def decode(cls, text: bytes) -> "Instruction":
        """Read the value of the header field."""
        fields = json.loads(text)
        headers = tuple((name, value) for name, value in fields.pop("headers"))
        return cls(headers=headers, pieces=tuple(fields.pop("pieces")), **fields)

    def encode(self) -> bytes:
        """The value of the header field."""
        return json.dumps(asdict(self)).encode("ascii")

    @property
    def fields(self) -> list[tuple[bytes, bytes]]:
        return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in self.headers]

    @property
    def body(self) -> bytes:
        size = sum(self.pieces)
        return (MISLEADING * (size // len(MISLEADING) + 1))[:size]

    def messages(self) -> Iterator[dict[str, Any]]:
        """The messages that the application sends."""
        yield {"type": "http.response.start", "status": self.status, "headers": self.fields}
        body, left = self.body, len(self.pieces)
        for start, end in pairwise(accumulate(self.pieces, initial=0)):
            left -= 1
            yield {"type": "http.response.body", "body": body[start:end], "more_body": left > 0}
