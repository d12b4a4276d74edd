"""A request to ``apps/instructed.py``, and what the response to it has to be."""

from dataclasses import dataclass, field, replace

from apps.instructions import FIELD, Instruction
from support.client import Headers, Response

FRAMING = (b"connection", b"content-length", b"transfer-encoding")
"""Fields that are the server's, whatever the application says."""

DEFAULTS = (b"date", b"server")
"""Fields that the server adds unless the application has its own."""

WITHOUT_CONTENT = (204, 205, 304)


@dataclass(frozen=True)
class Asked:
    """A request that tells the application how to answer it."""

    instruction: Instruction = field(default_factory=Instruction)
    method: str = "GET"
    version: str = "1.1"
    connection: str | None = None
    content: bytes = b""
    expects_continue: bool = False

    @property
    def fields(self) -> Headers:
        """The field lines but ``Host`` and ``Content-Length``, which every client adds itself."""
        fields = [(FIELD, self.instruction.encode())]
        if self.connection is not None:
            fields.append((b"Connection", self.connection.encode()))
        if self.expects_continue:
            fields.append((b"Expect", b"100-continue"))
        return fields

    @property
    def head(self) -> bytes:
        lines = [f"{self.method} / HTTP/{self.version}".encode(), b"Host: localhost"]
        lines.extend(name + b": " + value for name, value in self.fields)
        if self.content:
            lines.append(b"Content-Length: %d" % len(self.content))
        return b"\r\n".join([*lines, b"", b""])

    @property
    def octets(self) -> bytes:
        return self.head + self.content

    @property
    def has_response_content(self) -> bool:
        return self.method != "HEAD" and self.instruction.status not in WITHOUT_CONTENT

    @property
    def is_last(self) -> bool:
        """Whether the server closes the connection after the response (RFC 9112, section 9.3)."""
        said = self.connection or ""
        return (
            said == "close"
            or self.is_content_uncertain
            or (self.version == "1.0" and (said != "keep-alive" or self.ends_by_closing))
            or any(is_close(name, value) for name, value in self.instruction.fields)
        )

    @property
    def is_content_uncertain(self) -> bool:
        """Whether the client may send its content or not, now that it is answered without."""
        return self.expects_continue and not self.instruction.reads

    @property
    def ends_by_closing(self) -> bool:
        """Whether the end of the content can't be told to a 1.0 client otherwise."""
        is_declared = any(name.lower() == b"content-length" for name, _ in self.instruction.fields)
        is_streamed = len(self.instruction.pieces) > 1
        return self.has_response_content and is_streamed and not is_declared

    def assert_answered_by(self, response: Response) -> None:
        """Compare with what the application was told to send."""
        told = self.instruction
        assert response.status == told.status, self
        assert response.body == (told.body if self.has_response_content else b""), self
        own = own_fields(told.fields, told.fields)
        assert own_fields(response.headers, told.fields) == own, self
        for name in DEFAULTS:
            assert response.all(name), (name, self)
        self._assert_framed(response)

    def _assert_framed(self, response: Response) -> None:
        """RFC 9110, section 8.6: the one length is that of the content, or that of a GET's."""
        length = response.header(b"content-length")
        coding = response.header(b"transfer-encoding")
        assert (length is None) or (coding is None), self
        if self.instruction.status == 204:
            assert (length, coding) == (None, None), self
        elif self.instruction.status == 205:
            assert length in {b"0", None}, self
        elif length is not None:
            assert int(length) == sum(self.instruction.pieces), self


LAST = Asked(connection="close")
"""Answered, and the connection closed: that is how one knows that all has been received."""


def declared(asked: Asked, name: str = "content-length") -> Asked:
    """The same, with a length that the application declares."""
    told = asked.instruction
    header = (name, str(sum(told.pieces)))
    return replace(asked, instruction=replace(told, headers=(*told.headers, header)))


def answered(asked: list[Asked]) -> list[Asked]:
    """Those that are answered before the server closes the connection."""
    last = next((place for place, each in enumerate(asked) if each.is_last), len(asked))
    return asked[: last + 1]


def own_fields(fields: Headers, told: Headers) -> Headers:
    """Without what the server adds or replaces; names in lower case, as h11 gives them."""
    names = {name.lower() for name, _ in told}
    added = {*FRAMING, *(name for name in DEFAULTS if name not in names)}
    return [
        (name.lower(), value.strip(b" \t")) for name, value in fields if name.lower() not in added
    ]


def is_close(name: bytes, value: bytes) -> bool:
    options = [option.strip(b" \t").lower() for option in value.split(b",")]
    return name.lower() == b"connection" and b"close" in options
