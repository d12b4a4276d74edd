"""What a server has to make of any octets: the grammar of HTTP/1 requests, told a second time.

It is naive on purpose: the ABNF of ``grammar.py``, the rules of RFC 9112 and RFC 9110 in prose, and
what ``docs/supported-http.md`` says of this server.

Where several rules are broken at once, no RFC says which one is to be told: each status is right.
"""

import re
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from wire.grammar import (
    ABSOLUTE_FORM,
    AUTHORITY_FORM,
    CHUNK_LINE,
    FIELD_LINE,
    HOST,
    ORIGIN_FORM,
    OTHER_VERSION,
    REQUEST_LINE,
    TRANSFER_CODING,
    UNFINISHED_CHUNK_LINE,
    UNFINISHED_LINE,
    UNFINISHED_REQUEST_LINE,
)

CLOSED = "closed"
"""The server closes the connection, having answered everything."""

INCOMPLETE = "incomplete"
"""The server waits for more."""

End = int | str
"""The status of a refusal, after which the connection is closed, or one of the two above."""

EMPTY_LINES = 4
REQUEST_LINE_LIMIT = 8192
FIELD_SECTION_LIMIT = 65_536
FIELD_LINES_LIMIT = 100
EXTENSIONS_LIMIT = 16_384
TRAILER_SECTION_LIMIT = 8192
LARGEST_LENGTH = 2**64 - 1
LARGEST_PORT = 65_535

Fields = list[tuple[bytes, bytes]]


class Request(NamedTuple):
    """A request as the application sees it."""

    method: bytes
    path: bytes
    query: bytes
    version: bytes
    fields: Fields
    content: bytes

    @property
    def decoded_path(self) -> str:
        return unquote_to_bytes(self.path).decode("utf-8", "replace")

    def members(self, name: bytes) -> list[bytes]:
        return list_members(self.fields, name)

    @property
    def persists(self) -> bool:
        """RFC 9112, section 9.3."""
        options = [option.lower() for option in self.members(b"connection")]
        return b"close" not in options and (self.version == b"1.1" or b"keep-alive" in options)

    @property
    def is_websocket(self) -> bool:
        """RFC 6455, section 4.2.1."""
        options = [option.lower() for option in self.members(b"connection")]
        protocols = [protocol.lower() for protocol in self.members(b"upgrade")]
        asks = b"upgrade" in options and b"websocket" in protocols
        return asks and self.method == b"GET" and self.version == b"1.1"


class Target(NamedTuple):
    """The parts of a request target."""

    path: bytes
    query: bytes
    authority: bytes | None


@dataclass
class Reading:
    """The requests that are to be answered, and what may come after them."""

    requests: list[Request]
    ends: set[End]


class Ended(Exception):
    """No further request can be read."""

    def __init__(self, *ends: End) -> None:
        super().__init__(*ends)
        self.ends = set(ends)


def read(octets: bytes) -> Reading:
    """What these octets are when no more follow."""
    requests: list[Request] = []
    try:
        while True:
            request, octets = read_request(octets)
            requests.append(request)
            if not request.persists:
                return Reading(requests, {CLOSED})
    except Ended as ended:
        return Reading(requests, ended.ends)


def read_request(octets: bytes) -> tuple[Request, bytes]:
    """The first request, and the octets behind it."""
    for _ in range(EMPTY_LINES):
        octets = octets.removeprefix(b"\r\n")
    if not octets:
        raise Ended(CLOSED)
    head, end, rest = octets.partition(b"\r\n\r\n")
    if not end:
        raise Ended(INCOMPLETE, *faults_of_unfinished_head(octets))
    request_line, *field_lines = head.split(b"\r\n")
    if faults := faults_of_head(request_line, field_lines):
        raise Ended(*faults)
    request = request_of(request_line, field_lines)
    if request.is_websocket:
        raise Ended(403)
    content, rest = read_content(request, rest)
    return request._replace(content=content), rest


def faults_of_head(request_line: bytes, field_lines: list[bytes]) -> set[int]:
    """The statuses that may tell what is wrong; none when nothing is."""
    line = REQUEST_LINE.fullmatch(request_line)
    version = b"1.0" if line and line["minor"] == b"0" else b"1.1"
    matches = [FIELD_LINE.fullmatch(line) for line in field_lines]
    fields = [field_of(match) for match in matches if match]
    return (
        faults_of_request_line(request_line)
        | faults_of_field_lines(field_lines)
        | faults_of_hosts(version, values(fields, b"host"))
        | faults_of_framing(version, fields)
        | faults_of_expectations(list_members(fields, b"expect"))
    )


def faults_of_unfinished_head(octets: bytes) -> set[int]:
    """What can be told of it already; a server is free to wait until it is complete."""
    *lines, unfinished = octets.split(b"\r\n")
    if not lines:
        faults = {414} if len(unfinished) > REQUEST_LINE_LIMIT else set()
        return faults if UNFINISHED_REQUEST_LINE.fullmatch(unfinished) else faults | {400}
    faults = faults_of_request_line(lines[0]) | faults_of_field_lines(lines[1:])
    if section_size([*lines[1:], unfinished]) > FIELD_SECTION_LIMIT:
        faults.add(431)
    return faults if UNFINISHED_LINE.fullmatch(unfinished) else faults | {400}


def faults_of_request_line(line: bytes) -> set[int]:
    faults = {414} if len(line) > REQUEST_LINE_LIMIT else set()
    match = REQUEST_LINE.fullmatch(line)
    if match is None:
        return faults | {400} | ({505} if OTHER_VERSION.search(line) else set())
    if match["major"] != b"1":
        faults.add(505)
    if match["method"] != match["method"].upper():
        faults.add(501)
    if match["method"] == b"CONNECT":
        faults.add(501 if has_valid_port(AUTHORITY_FORM.fullmatch(match["target"])) else 400)
    elif target_of(match["method"], match["target"]) is None:
        faults.add(400)
    return faults


def target_of(method: bytes, target: bytes) -> Target | None:
    """RFC 9112, section 3.2."""
    if (method, target) == (b"OPTIONS", b"*"):
        return Target(b"*", b"", None)
    if match := ORIGIN_FORM.fullmatch(target):
        return Target(match["path"], match["query"] or b"", None)
    match = ABSOLUTE_FORM.fullmatch(target)
    if match is None or not has_valid_port(match):
        return None
    return Target(match["path"] or b"/", match["query"] or b"", match["authority"])


def has_valid_port(match: re.Match[bytes] | None) -> bool:
    if match is None:
        return False
    port = (match["port"] or b"").lstrip(b"0")
    return len(port) <= 5 and int(port or b"0") <= LARGEST_PORT


def faults_of_field_lines(lines: list[bytes]) -> set[int]:
    is_large = section_size(lines) > FIELD_SECTION_LIMIT or len(lines) > FIELD_LINES_LIMIT
    faults = {431} if is_large else set()
    return faults if all(map(FIELD_LINE.fullmatch, lines)) else faults | {400}


def section_size(lines: list[bytes]) -> int:
    return sum(len(line) + len(b"\r\n") for line in lines)


def faults_of_hosts(version: bytes, hosts: list[bytes]) -> set[int]:
    """RFC 9112, section 3.2."""
    is_missing = version == b"1.1" and not hosts
    are_valid = all(has_valid_port(HOST.fullmatch(host)) for host in hosts)
    return {400} if is_missing or len(hosts) > 1 or not are_valid else set()


def faults_of_framing(version: bytes, fields: Fields) -> set[int]:
    """RFC 9112, section 6.3."""
    lengths = values(fields, b"content-length")
    faults = {400} if len(lengths) > 1 or not all(map(is_length, lengths)) else set()
    if not values(fields, b"transfer-encoding"):
        return faults
    if version == b"1.0" or lengths:
        faults.add(400)
    return faults | faults_of_codings(list_members(fields, b"transfer-encoding"))


def is_length(value: bytes) -> bool:
    digits = value.lstrip(b"0")
    is_number = re.fullmatch(rb"[0-9]+", value) is not None
    return is_number and len(digits) <= 20 and int(digits or b"0") <= LARGEST_LENGTH


def faults_of_codings(codings: list[bytes]) -> set[int]:
    """RFC 9112, sections 6.1 and 7: ``chunked`` is the only one that is implemented."""
    names = [coding.lower() for coding in codings]
    if names == [b"chunked"]:
        return set()
    if not all(map(TRANSFER_CODING.fullmatch, codings)):
        return {400, 501}
    return {501} if names[-1:] == [b"chunked"] and names.count(b"chunked") == 1 else {400}


def faults_of_expectations(expectations: list[bytes]) -> set[int]:
    """RFC 9110, section 10.1.1."""
    others = [each for each in expectations if each.lower() != b"100-continue"]
    return {417} if others else set()


def request_of(request_line: bytes, field_lines: list[bytes]) -> Request:
    """The request without its content; the head has no fault."""
    line = REQUEST_LINE.fullmatch(request_line)
    assert line is not None
    target = target_of(line["method"], line["target"])
    assert target is not None
    fields = [field_of(match) for match in map(FIELD_LINE.fullmatch, field_lines) if match]
    if target.authority is not None:
        # RFC 9112, section 3.2.2: it stands for what Host says, also where 1.0 says nothing
        fields = [(name, target.authority if name == b"host" else value) for name, value in fields]
        if not values(fields, b"host"):
            fields.insert(0, (b"host", target.authority))
    version = b"1.0" if line["minor"] == b"0" else b"1.1"
    return Request(line["method"], target.path, target.query, version, fields, b"")


def field_of(match: re.Match[bytes]) -> tuple[bytes, bytes]:
    return match["name"].lower(), match["value"].strip(b" \t")


def values(fields: Fields, name: bytes) -> list[bytes]:
    return [value for other, value in fields if other == name]


def list_members(fields: Fields, name: bytes) -> list[bytes]:
    """RFC 9110, section 5.6.1."""
    members = b",".join(values(fields, name)).split(b",")
    return [member.strip(b" \t") for member in members if member.strip(b" \t")]


def read_content(request: Request, rest: bytes) -> tuple[bytes, bytes]:
    """RFC 9112, section 6.3: the content, and the octets behind it."""
    if request.members(b"transfer-encoding"):
        return read_chunks(rest)
    length = int(b"".join(request.members(b"content-length")) or b"0")
    if len(rest) < length:
        raise Ended(INCOMPLETE)
    return rest[:length], rest[length:]


def read_chunks(rest: bytes) -> tuple[bytes, bytes]:
    """RFC 9112, section 7.1."""
    content, extensions = b"", 0
    while True:
        line, end, rest = rest.partition(b"\r\n")
        extensions += len(line.lstrip(b"0123456789abcdefABCDEF"))
        is_possible = UNFINISHED_CHUNK_LINE.fullmatch(line) and extensions <= EXTENSIONS_LIMIT
        if not end:
            raise Ended(INCOMPLETE, *([] if is_possible else [400]))
        match = CHUNK_LINE.fullmatch(line)
        if match is None or not is_possible:
            raise Ended(400)
        size = int(match["size"], 16)
        if size == 0:
            return content, without_trailers(rest)
        content += rest[:size]
        rest = without_crlf(rest[size:])


def without_crlf(rest: bytes) -> bytes:
    if rest in {b"", b"\r"}:
        raise Ended(INCOMPLETE)
    if not rest.startswith(b"\r\n"):
        raise Ended(400)
    return rest[2:]


def without_trailers(rest: bytes) -> bytes:
    """RFC 9112, section 7.1.2."""
    lines: list[bytes] = []
    while True:
        line, end, rest = rest.partition(b"\r\n")
        if end and not line:
            return rest
        lines.append(line)
        is_large = section_size(lines) > TRAILER_SECTION_LIMIT or len(lines) > FIELD_LINES_LIMIT
        faults = {431} if is_large else set()
        if not (FIELD_LINE if end else UNFINISHED_LINE).fullmatch(line):
            faults.add(400)
        if not end:
            raise Ended(INCOMPLETE, *faults)
        if faults:
            raise Ended(*faults)
