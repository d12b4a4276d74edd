"""Requests with something odd about them, made from a seed."""

from random import Random

from wire.cases import load_cases
from wire.odd import (
    CHUNK_SIZES,
    CODINGS,
    CONNECTIONS,
    EXPECTATIONS,
    EXTENSIONS,
    HOSTS,
    LENGTHS,
    LINE_ENDS,
    METHODS,
    OTHER_LINES,
    SPECIAL,
    TARGETS,
    TRAILER_LINES,
    UPGRADES,
    VERSIONS,
)
from wire.reference import (
    EXTENSIONS_LIMIT,
    FIELD_LINES_LIMIT,
    FIELD_SECTION_LIMIT,
    REQUEST_LINE_LIMIT,
    TRAILER_SECTION_LIMIT,
)

USUAL = 0.94
"""How often a part of a request is taken as it should be."""

LARGEST_CASE = 4096

COMBINED = {b"Connection": CONNECTIONS, b"Expect": EXPECTATIONS, b"Upgrade": UPGRADES}
"""Fields about what comes after the request, each of them in some requests."""

HOST_LINE = b"Host: localhost\r\n"
CHUNKED_LINE = b"Transfer-Encoding: chunked\r\n"


class Mutator:
    """An endless supply of inputs; the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._cases = [each.payload for each in load_cases() if len(each.payload) <= LARGEST_CASE]

    def input(self) -> bytes:
        """One or more requests, or what has become of them."""
        count = self._random.choice([1, 1, 1, 2, 2, 3, 4])
        octets = b"".join(self._message() for _ in range(count))
        for _ in range(self._random.choice([0, 0, 0, 0, 0, 1, 1, 2, 3])):
            octets = self._mutated(octets)
        return octets

    def _chance(self, probability: float) -> bool:
        return self._random.random() < probability

    def _pick(self, choices: list[bytes]) -> bytes:
        return self._random.choice(choices)

    def _mostly(self, usual: bytes, choices: list[bytes]) -> bytes:
        return usual if self._chance(USUAL) else self._pick(choices)

    def _message(self) -> bytes:
        if self._chance(0.1):
            return self._pick(self._cases)
        if self._chance(0.01):
            return self._near_a_limit()
        lines, content = self._framed()
        lines += [self._host()] * (1 if self._chance(0.95) else self._random.choice([0, 2]))
        for name, choices in COMBINED.items():
            if self._chance(0.15):
                lines.append(self._field(name, self._pick(choices)))
        if self._chance(0.03):
            lines += [b"Connection: Upgrade", b"Upgrade: websocket"]
        lines += [self._mostly(b"X-B: 2", OTHER_LINES) for _ in range(self._random.randint(0, 2))]
        self._random.shuffle(lines)
        empty_lines = b"\r\n" * self._random.choice([0] * 12 + [1, 2, 4, 5])
        return empty_lines + self._joined([self._request_line(), *lines, b""]) + content

    def _near_a_limit(self) -> bytes:
        """A message in which one thing is as large as it may be, or a little larger or smaller."""
        more = self._random.choice([-1, 0, 0, 1, 1, 2])
        target, lines, extension, trailer = b"/", HOST_LINE, b"", b""
        match self._random.choice(["line", "section", "count", "extensions", "trailers"]):
            case "line":
                target += b"a" * (REQUEST_LINE_LIMIT - len(b"PUT / HTTP/1.1") + more)
            case "section":
                left = FIELD_SECTION_LIMIT - len(HOST_LINE + CHUNKED_LINE)
                lines += line_of(left + more)
            case "count":
                lines += b"X: 1\r\n" * (FIELD_LINES_LIMIT - 2 + more)
            case "extensions":
                extension = b";" + b"a" * (EXTENSIONS_LIMIT - 1 + more)
            case "trailers":
                trailer = line_of(TRAILER_SECTION_LIMIT + more)
        head = b"PUT %b HTTP/1.1\r\n%b%b\r\n" % (target, lines, CHUNKED_LINE)
        return head + b"5\r\nhello\r\n0%b\r\n%b\r\n" % (extension, trailer)

    def _request_line(self) -> bytes:
        method = self._pick(METHODS[:5]) if self._chance(USUAL) else self._pick(METHODS)
        target = self._pick(TARGETS[:9]) if self._chance(0.85) else self._pick(TARGETS)
        usual = b"HTTP/1.1" if self._chance(0.9) else b"HTTP/1.0"
        version = self._mostly(usual, VERSIONS)
        space = self._mostly(b" ", [b"  ", b"\t", b"", b"\x0b", b" \t", b"\r"])
        return method + b" " + target + space + version

    def _host(self) -> bytes:
        return self._field(b"Host", self._mostly(b"localhost", HOSTS))

    def _field(self, name: bytes, value: bytes) -> bytes:
        name = self._mostly(name, [name.lower(), name.upper(), name.swapcase()])
        separator = (
            self._mostly(b": ", [b":", b":  ", b":\t", b" :", b"", b" ", b"::"])
            if self._chance(0.2)
            else b": "
        )
        return name + separator + value

    def _framed(self) -> tuple[list[bytes], bytes]:
        """Field lines about content, and content that mostly keeps to them."""
        kind = self._random.choice(
            ["none", "none", "length", "length", "chunked", "chunked", "odd"]
        )
        lines: list[bytes] = []
        content = b""
        if kind == "length" or (kind == "odd" and self._chance(0.6)):
            length = b"5" if kind == "length" else self._pick(LENGTHS)
            lines.append(self._field(b"Content-Length", length))
            content = b"hello"
        if kind == "chunked" or (kind == "odd" and self._chance(0.6)):
            coding = b"chunked" if kind == "chunked" else self._pick(CODINGS)
            lines.append(self._field(b"Transfer-Encoding", coding))
            content = self._chunks()
        if lines and self._chance(0.04):
            lines.append(self._pick(lines))
        return lines, content

    def _chunks(self) -> bytes:
        lines: list[bytes] = []
        for _ in range(self._random.randint(0, 3)):
            size = self._mostly(b"5", CHUNK_SIZES)
            lines += [size + self._mostly(b"", EXTENSIONS), self._chunk_data(size)]
        zero = self._mostly(b"0", [b"00", b"0000000000000000", b"00000000000000000", b"-0", b"0x0"])
        lines.append(zero + self._mostly(b"", EXTENSIONS))
        if self._chance(0.3):
            lines += [self._pick(TRAILER_LINES) for _ in range(self._random.randint(1, 2))]
        return self._joined([*lines, b""])

    def _chunk_data(self, size: bytes) -> bytes:
        is_ten = size.lower().endswith(b"a")
        return self._mostly(
            b"0123456789" if is_ten else b"hello", [b"", b"hell", b"hello!", b"\r\n\r\n\r"]
        )

    def _joined(self, lines: list[bytes]) -> bytes:
        """Lines with their ends, of which few are odd."""
        ends = [b"\r\n" if self._chance(0.99) else self._pick(LINE_ENDS) for _ in lines]
        return b"".join(line + end for line, end in zip(lines, ends, strict=True))

    def _mutated(self, octets: bytes) -> bytes:
        change = self._random.choice(
            [self._insert, self._replace, self._remove, self._duplicate, self._cut, self._move_line]
        )
        return change(octets)

    def _place(self, octets: bytes) -> int:
        return self._random.randint(0, len(octets))

    def _octet(self) -> bytes:
        return self._pick(SPECIAL) if self._chance(0.8) else self._random.randbytes(1)

    def _insert(self, octets: bytes) -> bytes:
        place = self._place(octets)
        return octets[:place] + self._octet() + octets[place:]

    def _replace(self, octets: bytes) -> bytes:
        place = self._place(octets)
        return octets[:place] + self._octet() + octets[place + 1 :]

    def _remove(self, octets: bytes) -> bytes:
        place = self._place(octets)
        return octets[:place] + octets[place + self._random.choice([1, 1, 1, 2, 5]) :]

    def _duplicate(self, octets: bytes) -> bytes:
        place = self._place(octets)
        end = place + self._random.choice([1, 1, 2, 5, 20])
        return octets[:end] + octets[place:]

    def _cut(self, octets: bytes) -> bytes:
        return octets[: self._place(octets)]

    def _move_line(self, octets: bytes) -> bytes:
        """Take a line away, double it, or put it elsewhere."""
        lines = octets.split(b"\r\n")
        taken = self._pick(lines)
        if self._chance(0.6):
            lines.remove(taken)
        if self._chance(0.6):
            lines.insert(self._random.randint(0, len(lines)), taken)
        return b"\r\n".join(lines)


def line_of(size: int) -> bytes:
    """A field line of so many octets."""
    return b"X:" + b"v" * (size - len(b"X:\r\n")) + b"\r\n"
