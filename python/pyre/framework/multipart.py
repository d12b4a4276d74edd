"""``multipart/form-data`` (RFC 7578) from octets to events, without I/O.

Boundaries and header lines are found by python-multipart: it is typed, FastAPI's users have it, and
its import name is its own, while ``multipart`` shares one with its older versions.

What it leaves open is decided here:

- Before the first boundary there is nothing, or a line break as old .NET sends it. A preamble is
  not for forms, and what others skip there may be a form to them.
- The last boundary has to come, or the peer has not sent everything. What follows it is skipped.
- A boundary has from 1 to 70 printable characters (RFC 2046 §5.1.1).
- Each part has one ``content-disposition`` with a name. ``content-transfer-encoding`` is gone
  since RFC 7578 §4.7: a part that is encoded is refused and not mistaken for what it stands for.
- ``_charset_`` is a field like any other: it would change what fields before it mean, and
  browsers have nothing to say in it but the charset of a page, which is UTF-8.
"""

import enum
import logging
import re
from collections.abc import Iterator
from copy import copy
from typing import Final, NamedTuple, TypeAlias

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser

from pyre.framework.disposition import parse_disposition
from pyre.framework.errors import HTTPError
from pyre.framework.limits import Limits
from pyre.framework.media_types import MediaType
from pyre.psgi import Headers
from pyre.psgi.headers import FieldLines

_CONTENT_TOO_LARGE: Final = 413
_LINE_BREAK: Final = b"\r\n"
_BOUNDARY = re.compile(r"[\x20-\x7e]{0,69}[\x21-\x7e]")
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_IDENTITIES: Final = {"7bit", "8bit", "binary"}

# A warning for each body that is malformed would be a log that peers write. This logger is apart
# from the others, so that no configuration enables it.
_SILENT = logging.Logger("python_multipart")  # noqa: LOG001
_SILENT.disabled = True


class PartHead(NamedTuple):
    """The beginning of a part."""

    name: str
    filename: str | None
    headers: Headers


class EndOfPart(enum.Enum):
    """The end of a part."""

    END = enum.auto()


Event: TypeAlias = PartHead | bytes | EndOfPart
"""``bytes`` are the content of the part whose head came before, or a piece of it."""


def boundary_of(media_type: MediaType) -> bytes:
    """The boundary that a content type names. Raises ``HTTPError`` 400 without one."""
    boundary = media_type.parameters.get("boundary", "")
    if _BOUNDARY.fullmatch(boundary) is None:
        raise HTTPError(400, "The content-type names no boundary of 1 to 70 characters.")
    return boundary.encode("ascii")


class MultipartReader:
    """Reads a body: ``receive`` takes octets in any pieces, ``end`` says that there are no more.

    The same octets give the same events in any pieces, but for pieces of content. What is wrong is
    raised after the events that come before it, and again by each call that follows.
    """

    def __init__(self, boundary: bytes, limits: Limits) -> None:
        self._limits = limits
        self._size = 0
        self._opening: bytes | None = b""
        """Octets from which it can't be told how the body begins; ``None`` when it has begun."""
        self._fault: HTTPError | None = None
        """It is raised by its copies: a traceback of its own would refer to the reader."""
        self._found = _Found(limits)
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._found.begin_part,
                "on_header_field": self._found.take_name,
                "on_header_value": self._found.take_value,
                "on_header_end": self._found.end_line,
                "on_headers_finished": self._found.end_head,
                "on_part_data": self._found.take_content,
                "on_part_end": self._found.end_part,
                "on_end": self._found.end,
            },
            max_header_count=limits.part_header_fields,
            max_header_size=limits.part_header_size,
        )
        self._parser.logger = _SILENT

    def receive(self, octets: bytes) -> Iterator[Event]:
        """The events in what has come, to be taken to their end.

        Raises ``HTTPError``: 400 for what is malformed, 413 above a limit, 415 for a part that is
        encoded.
        """
        allowed = self._limits.multipart - self._size
        self._size += len(octets)
        if self._fault is None:
            self._parse(octets[:allowed])
        if self._fault is None and len(octets) > allowed:
            self._fault = _too_large(f"longer than {self._limits.multipart} octets")
        yield from self._found.taken()
        if self._fault is not None:
            raise copy(self._fault)

    def end(self) -> None:
        """Raise ``HTTPError`` 400 when the last boundary has not come."""
        if self._fault is None and not self._found.has_ended:
            self._fault = HTTPError(400, "The multipart body ends before its last boundary.")
        if self._fault is not None:
            raise copy(self._fault)

    def _parse(self, octets: bytes) -> None:
        try:
            self._parser.write(octets if self._opening is None else self._opened(octets))
        except HTTPError as error:
            self._fault = copy(error)
        except FormParserError:
            self._fault = _malformed()

    def _opened(self, octets: bytes) -> bytes:
        """What comes from the first boundary on; nothing until it is known what that is."""
        octets = (self._opening or b"") + octets
        if _LINE_BREAK.startswith(octets):
            self._opening = octets
            return b""
        octets = octets.removeprefix(_LINE_BREAK)
        if not octets.startswith(b"-"):
            raise _malformed()
        self._opening = None
        return octets


class _Found:
    """What the parser has found. It knows nothing of the parser, which calls it."""

    def __init__(self, limits: Limits) -> None:
        self.has_ended = False
        self._limits = limits
        self._parts = 0
        self._lines: list[tuple[bytes, bytes]] = []
        self._name = b""
        self._value = b""
        self._events: list[Event] = []

    def taken(self) -> list[Event]:
        """The events since the last call."""
        events, self._events = self._events, []
        return events

    def begin_part(self) -> None:
        """A boundary was there."""
        self._parts += 1
        if self._parts > self._limits.parts:
            raise _too_large(f"of more than {self._limits.parts} parts")
        self._lines = []

    def take_name(self, octets: bytes, start: int, end: int) -> None:
        """A piece of the name of a header field."""
        self._name += octets[start:end]

    def take_value(self, octets: bytes, start: int, end: int) -> None:
        """A piece of its value."""
        self._value += octets[start:end]

    def end_line(self) -> None:
        """The header field is complete."""
        self._lines.append((self._name, self._value))
        self._name = self._value = b""

    def end_head(self) -> None:
        """The header section is complete."""
        headers = FieldLines(self._lines)
        if any(_CONTROL.search(value) for _, value in headers.raw):
            raise _malformed()
        encoding = headers.get("content-transfer-encoding", "binary")
        if encoding.lower() not in _IDENTITIES:
            raise HTTPError(415, "A part of the form is encoded; parts are sent as they are.")
        # Two lines would be joined, and then are none that can be read.
        disposition = headers.get("content-disposition", "").encode("latin-1")
        name, filename = parse_disposition(disposition.decode("utf-8", "replace"))
        self._events.append(PartHead(name, filename, headers))

    def take_content(self, octets: bytes, start: int, end: int) -> None:
        """A piece of the content."""
        self._events.append(octets[start:end])

    def end_part(self) -> None:
        """The next boundary follows."""
        self._events.append(EndOfPart.END)

    def end(self) -> None:
        """The last boundary was there."""
        self.has_ended = True


def _malformed() -> HTTPError:
    return HTTPError(400, "The multipart body is malformed.")


def _too_large(how: str) -> HTTPError:
    return HTTPError(_CONTENT_TOO_LARGE, f"The multipart body is {how}.")
