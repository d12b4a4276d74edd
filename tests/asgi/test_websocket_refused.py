"""A WebSocket that the application doesn't accept."""

from collections.abc import Iterator

import pytest
from support.server import Launcher, Server

from asgi.specification import PRACTICE, UPGRADE, WEBSOCKET_CLOSE, proves

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


@proves(WEBSOCKET_CLOSE, "`websocket.close` before the accept is a 403")
def test_handshake_is_answered_with_403(server: Server) -> None:
    assert server.request("GET /chat", b"", *HANDSHAKE).status == 403


@proves(WEBSOCKET_CLOSE, "the server goes on after a handshake that was refused")
def test_server_goes_on(server: Server) -> None:
    assert server.request("GET /chat", b"", *HANDSHAKE).status == 403
    assert server.request("GET /").body == b"plain"


@proves(UPGRADE, "an `Upgrade` to something unknown is ignored", PRACTICE)
def test_other_upgrades_are_ignored(server: Server) -> None:
    response = server.request("GET /", b"", "Connection: Upgrade", "Upgrade: foo/1")
    assert (response.status, response.body) == (200, b"plain")
