"""Middleware that compresses sees a file's bytes where they are not sent by path."""

import gzip
from pathlib import Path

import pytest
from apps import payload
from support.server import Launcher

APP = Path(payload.__file__).parent / "compressed.py"


@pytest.mark.parametrize(
    ("options", "coding"), [((), None), (("--no-asgi-pathsend",), b"gzip")], ids=["path", "bytes"]
)
def test_file_behind_gzip_middleware(
    serve: Launcher, options: tuple[str, ...], coding: bytes | None
) -> None:
    with serve("compressed:app", *options) as server:
        response = server.request("GET /file", b"", "Accept-Encoding: gzip")
    assert response.header(b"content-encoding") == coding
    body = gzip.decompress(response.body) if coding else response.body
    assert body == APP.read_bytes()
