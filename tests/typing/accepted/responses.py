"""What a response may be made of."""

import os
import tempfile
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from pyre import psgi

psgi.Response()
psgi.Response(204)
psgi.Response(status=204)

psgi.Response(200, [("name", "value")])
psgi.Response(200, [(b"name", b"value")])
psgi.Response(200, [("name", b"value"), (b"name", "value")])
psgi.Response(200, (("name", "value"),))
psgi.Response(200, {"name": "value"})
psgi.Response(200, {"name": b"value"})
psgi.Response(200, {b"name": "value"})
psgi.Response(200, MappingProxyType({"name": "value"}))
psgi.Response(200, {"name": "value"}.items())
psgi.Response(200, ((name, "value") for name in ("a", "b")))
psgi.Response(200, headers=[])

pairs: list[tuple[str, str]] = [("name", "value")]
psgi.Response(200, pairs)
octet_pairs: list[tuple[bytes, bytes]] = [(b"name", b"value")]
psgi.Response(200, octet_pairs)
mapping: Mapping[str, str] = {"name": "value"}
psgi.Response(200, mapping)


def texts() -> Iterator[str]:
    yield "text"


async def octets() -> AsyncIterator[bytes]:
    yield b"octets"


async def generator() -> AsyncGenerator[str, None]:
    yield "text"


async def either() -> AsyncIterator[str | bytes]:
    yield "text"
    yield b"octets"


class Pieces:
    def __iter__(self) -> Iterator[bytes]:
        return iter([b"octets"])


class AsyncPieces:
    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"octets"


def relay(request: psgi.Request, pieces: AsyncIterable[bytes]) -> list[psgi.Response]:
    return [psgi.Response(body=request), psgi.Response(body=pieces)]


psgi.Response(200, [], None)
psgi.Response(200, [], b"octets")
psgi.Response(body=bytearray(b"octets"))
psgi.Response(body=memoryview(b"octets"))
psgi.Response(body="text")
psgi.Response(body=["text", b"octets", bytearray(), memoryview(b"")])
psgi.Response(body=(b"octets",))
psgi.Response(body=texts())
psgi.Response(body=octets())
psgi.Response(body=generator())
psgi.Response(body=either())
psgi.Response(body=Pieces())
psgi.Response(body=AsyncPieces())
psgi.Response(body=(str(number) for number in range(3)))

psgi.Response(body=psgi.File("/a/path"))
psgi.Response(body=psgi.File(Path("/a/path")))
psgi.Response(body=psgi.File(os.open("/a/path", os.O_RDONLY)))
with Path("/a/path").open("rb") as opened, tempfile.TemporaryFile() as temporary:
    psgi.Response(body=psgi.File(opened))
    psgi.Response(body=psgi.File(temporary, 10))
psgi.Response(body=psgi.File("/a/path", 10, 20))
psgi.Response(body=psgi.File("/a/path", offset=10, count=None))


def pair_trailers() -> list[tuple[str, str]]:
    return [("name", "value")]


def mapping_trailers() -> dict[str, str]:
    return {"name": "value"}


psgi.Response(body=octets(), trailers=None)
psgi.Response(body=octets(), trailers=pair_trailers)
psgi.Response(body=octets(), trailers=mapping_trailers)
psgi.Response(body=octets(), trailers=lambda: [("name", "value"), (b"name", b"value")])

changed = psgi.Response()
changed.status = 404
changed.headers = {"name": "value"}
changed.headers = [("name", "value")]
changed.body = "text"
changed.body = psgi.File("/a/path")
changed.body = octets()
changed.trailers = pair_trailers
