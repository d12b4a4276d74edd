"""The exchanges in a page of the documentation: what its blocks ``http`` say.

A block is a request and its responses, the interim ones among them, with line feeds for line ends.
Content is shown as it is, without a transfer coding, and without the line feeds at its end. Where
the response has a field ``trailer``, the last paragraph is the trailer section.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from apps.documents import Block, blocks

RESPONSE = re.compile(r"^(?=HTTP/1\.\d \d{3})", re.MULTILINE)


@dataclass(frozen=True)
class Message:
    """A request or a response as it is written down."""

    start_line: str
    fields: list[tuple[str, str]]
    content: str

    @classmethod
    def parse(cls, text: str) -> "Message":
        """Read the lines of a message."""
        head, _, content = text.partition("\n\n")
        start_line, *lines = head.splitlines()
        return cls(start_line, [field_of(line) for line in lines], content.rstrip("\n"))

    @property
    def status(self) -> int:
        return int(self.start_line.split()[1])

    def split_trailers(self) -> tuple[str, list[tuple[str, str]]]:
        """The content, and the trailer section."""
        if "trailer" not in dict(self.fields):
            return self.content, []
        content, _, section = self.content.rpartition("\n\n")
        return content, [field_of(line) for line in section.splitlines()]


@dataclass(frozen=True)
class Exchange:
    """What the document says that a peer gets for a request."""

    number: int
    place: str
    request: Message
    interim: list[Message]
    response: Message

    @classmethod
    def parse(cls, number: int, block: Block) -> "Exchange":
        """Read a block."""
        request, *interim, response = map(Message.parse, RESPONSE.split(block.text))
        return cls(number, block.place, request, interim, response)

    @property
    def method(self) -> str:
        return self.request.start_line.partition(" ")[0]

    @property
    def octets(self) -> bytes:
        """The request, with the number of its application."""
        fields = [*self.request.fields, ("example", str(self.number))]
        lines = [self.request.start_line, *(f"{name}: {value}" for name, value in fields), "", ""]
        return "\r\n".join(lines).encode() + self.request.content.encode()


def field_of(line: str) -> tuple[str, str]:
    """The lower-case name and the value of a field line."""
    name, _, value = line.partition(":")
    return name.lower(), value.strip()


def exchanges(document: Path) -> Iterator[Exchange]:
    """Those of the page, in order."""
    for number, block in enumerate(blocks(document, "http")):
        yield Exchange.parse(number, block)
