"""Bodies of multipart forms: what clients send, and what none does."""

from collections.abc import Iterable
from typing import Any

from hypothesis import strategies as st
from pyre.framework.errors import HTTPError
from pyre.framework.forms import Form
from pyre.framework.uploads import UploadFile

from framework.request.host import request_for

BOUNDARY = "a-boundary"
CONTENT_TYPE = f"multipart/form-data; boundary={BOUNDARY}"

Outcome = list[tuple[str, Any]] | tuple[int, str]
"""What is in a form, or the status and the detail of the error."""


def part(parameters: str, content: bytes = b"", *lines: str) -> bytes:
    """A part without its boundaries."""
    head = [f"Content-Disposition: form-data; {parameters}", *lines]
    return "".join(f"{line}\r\n" for line in head).encode() + b"\r\n" + content


def body(*parts: bytes, boundary: str = BOUNDARY) -> bytes:
    delimiter = f"--{boundary}".encode()
    return b"".join(delimiter + b"\r\n" + part + b"\r\n" for part in parts) + delimiter + b"--\r\n"


async def outcome(pieces: Iterable[bytes | Exception], **limits: int) -> Outcome:
    """What becomes of a body in these pieces."""
    try:
        form = await request_for(*pieces, content_type=CONTENT_TYPE, **limits).body.form()
    except HTTPError as error:
        return error.status, error.detail
    return await contents(form)


async def contents(form: Form) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in form.items():
        if isinstance(value, UploadFile):
            content = await value.read()
            assert len(content) == value.size
            found.append((name, (value.filename, value.content_type, content)))
        else:
            found.append((name, value))
    return found


FRAGMENTS = [
    b"--a-boundary",
    b"\r\n--a-boundary\r\n",
    b"\r\n--a-boundary--",
    b"\r\n--a-bound",
    b"--",
    b"\r\n",
    b"\r",
    b"\n",
    b"-",
    b":",
    b" ",
    b"\t",
    b";",
    b'"',
    b"\x00",
    b"\xff",
    b"x" * 30,
    b'Content-Disposition: form-data; name="a"\r\n',
    b'Content-Disposition: form-data; name="b"; filename="c"\r\n',
    b'Content-Disposition: form-data; name="d"; filename=""\r\n',
    b'content-disposition: form-data; name="e\r\n',
    b"Content-Type: text/plain; charset=utf-16\r\n",
    b"Content-Type: text\r\n",
    b"Content-Transfer-Encoding: base64\r\n",
    b"X: y\r\n",
    b"\r\n\r\n",
]

BROKEN = st.lists(st.sampled_from(FRAGMENTS) | st.binary(max_size=4), max_size=24).map(b"".join)
"""Octets of what bodies are made of, in any order."""


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A body of which a piece is gone, or another one has come into it."""
    parts = draw(
        st.lists(
            st.sampled_from(
                [
                    part('name="a"', b"text"),
                    part('name="a"', b"\r\n--a-boundar"),
                    part('name="b"; filename="c.txt"', b"file", "Content-Type: text/plain"),
                    part('name="d"; filename=""', b"", "Content-Type: application/octet-stream"),
                    part('name="e"', b"\xe9", "Content-Type: text/plain; charset=latin-1"),
                ]
            ),
            max_size=4,
        )
    )
    octets = draw(st.sampled_from([b"", b"\r\n", b"\r\n\r\n", b"preamble\r\n"])) + body(*parts)
    start = draw(st.integers(0, len(octets)))
    end = draw(st.integers(start, min(start + 10, len(octets))))
    return octets[:start] + draw(st.sampled_from([b"", *FRAGMENTS])) + octets[end:]
