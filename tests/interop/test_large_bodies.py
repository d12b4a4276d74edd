"""Bodies of many megabytes, compared by their digests. One framework: the rest is the same."""

import json
from collections.abc import Iterator
from functools import cache

import pytest
from apps.payload import BLOCK, blocks, digest
from support.process import resident_bytes
from support.server import Launcher, Server

from interop.clients import CLIENTS, Client

UPLOAD = 800 * BLOCK
"""50 MiB."""

DOWNLOAD = 3200 * BLOCK
"""200 MiB."""


@pytest.fixture(scope="module")
def server(serve: Launcher) -> Iterator[Server]:
    with serve("starlette_site:app") as server:
        yield server


@pytest.fixture(params=CLIENTS)
def client(request: pytest.FixtureRequest, server: Server) -> Client:
    made: Client = CLIENTS[request.param](server.url("").rstrip("/"))
    return made


@cache
def expected_digest(size: int) -> str:
    return digest(blocks(size))


@cache
def upload_body() -> bytes:
    return b"".join(blocks(UPLOAD))


def test_upload_with_length(client: Client) -> None:
    reply = client.fetch("POST", "/upload", upload_body())
    assert json.loads(reply.body) == {"size": UPLOAD, "digest": expected_digest(UPLOAD)}


def test_upload_in_chunks(client: Client) -> None:
    reply = client.fetch("PUT", "/upload", blocks(UPLOAD))
    assert json.loads(reply.body) == {"size": UPLOAD, "digest": expected_digest(UPLOAD)}


def test_download(client: Client) -> None:
    assert client.digest_of(f"/download/{DOWNLOAD}") == expected_digest(DOWNLOAD)


def test_large_bodies_do_not_stay_in_memory(server: Server, client: Client) -> None:
    client.digest_of(f"/download/{UPLOAD}")
    client.fetch("PUT", "/upload", blocks(UPLOAD))
    before = resident_bytes(server.pid)
    client.digest_of(f"/download/{UPLOAD}")
    client.fetch("PUT", "/upload", blocks(UPLOAD))
    assert resident_bytes(server.pid) < before + UPLOAD // 5
