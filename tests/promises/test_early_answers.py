"""An answer that comes before the upload has been read reaches the client all the same."""

import http.client
from collections.abc import Iterator

import pytest
from support.server import Launcher, Server

MEBIBYTE = 1024 * 1024


@pytest.fixture(scope="module")
def server(serve: Launcher) -> Iterator[Server]:
    with serve("heads:app", "--limit-body-size", str(40 * MEBIBYTE)) as server:
        yield server


@pytest.mark.parametrize(
    ("size", "status"),
    [(5 * MEBIBYTE, 401), (30 * MEBIBYTE, 401), (41 * MEBIBYTE, 413)],
)
def test_blocking_client_reads_an_early_answer(server: Server, size: int, status: int) -> None:
    """It writes all that it has before it reads."""
    assert isinstance(server.address, tuple)
    client = http.client.HTTPConnection(*server.address, timeout=60)
    try:
        client.request("POST", "/refuse", body=b"x" * size)
        assert client.getresponse().status == status
    finally:
        client.close()
