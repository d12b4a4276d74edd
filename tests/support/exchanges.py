"""The exchanges of a document: what its blocks ``http`` say.

A block is a request and its responses, the interim ones among them, with line feeds for line ends.
Content is shown as it is, without a transfer coding, and without the line feeds at its end. Where
the response has a field ``trailer``, the last paragraph is the trailer section. The line ends of a
multipart request are sent as CRLF, as its grammar has them (RFC 2046 §5.1.1).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from apps.documents import Block, blocks

Fields = list[tuple[str, str]]

RESPONSE = re.compile(r"^(?=HTTP/1\.\d \d{3})", re.MULTILINE)

OF_THE_HOST = frozenset({"date", "server", "connection"})
"""What a host may send or not."""


@dataclass(frozen=True)
class Message:
    """A request or a response as it is written down."""

    start_line: str
    fields: Fields
    content: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the lines of a message."""
        head, _, content = text.partition("\n\n")
        start_line, *lines = head.splitlines()
        return cls(start_line, [field_of(line) for line in lines], content.rstrip("\n"))

    @property
    def status(self) -> int:
        return int(self.start_line.split()[1])

    @property
    def octets(self) -> bytes:
        """The content as it is sent."""
        is_multipart = dict(self.fields).get("content-type", "").startswith("multipart/")
        return (self.content.replace("\n", "\r\n") if is_multipart else self.content).encode()

    def split_trailers(self) -> tuple[str, Fields]:
        """The content, and the trailer section."""
        if "trailer" not in dict(self.fields):
            return self.content, []
        content, _, section = self.content.rpartition("\n\n")
        return content, [field_of(line) for line in section.splitlines()]


@dataclass(frozen=True)
class Exchange:
    """What a document says that a peer gets for a request."""

    place: str
    request: Message
    interim: list[Message]
    response: Message

    @classmethod
    def parse(cls, block: Block) -> Self:
        """Read a block."""
        request, *interim, response = map(Message.parse, RESPONSE.split(block.text))
        return cls(block.place, request, interim, response)

    @property
    def method(self) -> str:
        return self.request.start_line.split()[0]

    @property
    def target(self) -> str:
        return self.request.start_line.split()[1]

    def octets(self, *fields: tuple[str, str]) -> bytes:
        """The request, with these fields besides its own."""
        names = [f"{name}: {value}" for name, value in (*self.request.fields, *fields)]
        lines = [self.request.start_line, *names, "", ""]
        return "\r\n".join(lines).encode() + self.request.octets


def field_of(line: str) -> tuple[str, str]:
    """The lower-case name and the value of a field line."""
    name, _, value = line.partition(":")
    return name.lower(), value.strip()


def exchanges(document: Path) -> Iterator[Exchange]:
    """Those of the document, in order."""
    return map(Exchange.parse, blocks(document, "http"))


def compared(fields: Iterable[tuple[str, str]]) -> Fields:
    """Fields in any order, without those that are the host's affair."""
    return sorted((name, value) for name, value in fields if name not in OF_THE_HOST)
