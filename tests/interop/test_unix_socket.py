"""The same clients over a unix socket."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from apps.payload import BLOCK, blocks, digest
from support.client import Connection
from support.server import Launcher, Server

from interop.clients import CLIENTS, UNIX_CLIENTS, Client

SIZE = 100 * BLOCK


@pytest.fixture(scope="module")
def server(serve: Launcher) -> Iterator[Server]:
    with serve("starlette_site:app", uds=True) as server:
        yield server


@pytest.fixture(params=UNIX_CLIENTS)
def client(request: pytest.FixtureRequest, server: Server) -> Client:
    made: Client = CLIENTS[request.param]("http://localhost", server.address)
    return made


def test_get(client: Client) -> None:
    reply = client.fetch("GET", "/hello/socket")
    assert json.loads(reply.body) == {"hello": "socket", "query": {}}


def test_upload(client: Client) -> None:
    reply = client.fetch("POST", "/upload", blocks(SIZE))
    assert json.loads(reply.body) == {"size": SIZE, "digest": digest(blocks(SIZE))}


def test_download(client: Client) -> None:
    assert client.digest_of(f"/download/{SIZE}") == digest(blocks(SIZE))


def test_form(client: Client) -> None:
    file = b"content"
    expected = {"name": "file.bin", "size": 7, "digest": digest([file]), "note": "a note"}
    assert json.loads(client.submit("/form", file, "a note").body) == expected


def test_connection_is_kept_alive(server: Server) -> None:
    with server.connect() as connection:
        assert [connection.request("GET /state").body for _ in range(3)] == [
            b'{"greeting":"from the lifespan"}'
        ] * 3


def test_socket_file_is_removed_at_the_end(serve: Launcher) -> None:
    with serve("starlette_site:app", uds=True) as server:
        assert isinstance(server.address, str)
        assert Path(server.address).is_socket()
        server.stop()
        assert not Path(server.address).exists()


def test_socket_file_of_a_server_that_died_is_replaced(serve: Launcher, tmp_path: Path) -> None:
    """A server that was killed leaves its socket behind; the next one starts all the same."""
    path = str(tmp_path / "socket")
    with serve("starlette_site:app", uds=path) as first:
        first.kill()
        assert Path(path).is_socket()
        with serve("starlette_site:app", uds=path), Connection(path) as connection:
            assert connection.request("GET /state").status == 200
