"""The body of a response as messages of ASGI (section 3): octets, a stream or a file."""

from collections.abc import AsyncIterable, Iterable, Mapping
from typing import Final, TypeAlias

from pyre.psgi.asgi_host.exchange import Exchange
from pyre.psgi.asgi_host.file_content import FileContent
from pyre.psgi.asgi_host.octets import octets_of
from pyre.psgi.asgi_host.stream import AsyncStream, PlainStream
from pyre.psgi.content import Body
from pyre.psgi.file import File

Contents: TypeAlias = "KeptContent | FileContent | AsyncStream | PlainStream"
"""``length`` is known, or ``None``. Either ``send`` is called or not, and then ``close``."""


class KeptContent:
    """Octets that are there already."""

    def __init__(self, octets: bytes) -> None:
        self._octets = octets
        self.length: Final = len(octets)

    async def send(self, exchange: Exchange, _length: int | None) -> None:
        """Send them in one message."""
        await exchange.outgoing.send({"type": "http.response.body", "body": self._octets})

    async def close(self, exchange: Exchange) -> None:
        """Nothing is open."""


def contents_of(body: Body) -> Contents:
    """The contents that a body stands for; a file is opened here.

    Raises ``TypeError`` for what is none, ``OSError`` and ``ValueError`` for a file.
    """
    match body:
        case None:
            return KeptContent(b"")
        case bytes() | str() | bytearray() | memoryview():
            return KeptContent(octets_of(body, "the body"))
        case File():
            return FileContent(body)
        case AsyncIterable():
            return AsyncStream(body)
        case Iterable() if not isinstance(body, Mapping):
            return PlainStream(body)
        case _:
            raise TypeError(
                "the body must be None, bytes-like, str, File, or an iterable or async iterable "
                f"of pieces, not {type(body).__name__}"
            )
