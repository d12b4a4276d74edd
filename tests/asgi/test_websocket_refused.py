"""A WebSocket that the application doesn't accept."""

from collections.abc import Iterator

import pytest
from support.server import Launcher, Server

HANDSHAKE = (
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
)


@pytest.fixture(scope="module")
def server(serve: Launcher) -> Iterator[Server]:
    with serve("websocket_refused:app") as server:
        yield server


def test_handshake_is_answered_with_403(server: Server) -> None:
    assert server.request("GET /chat", b"", *HANDSHAKE).status == 403


def test_server_goes_on(server: Server) -> None:
    assert server.request("GET /chat", b"", *HANDSHAKE).status == 403
    assert server.request("GET /").body == b"plain"


def test_other_upgrades_are_ignored(server: Server) -> None:
    """RFC 9110, section 7.8: a server MAY ignore an Upgrade; the request is answered as usual."""
    response = server.request("GET /", b"", "Connection: Upgrade", "Upgrade: foo/1")
    assert (response.status, response.body) == (200, b"plain")
