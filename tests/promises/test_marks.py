"""A task that serves several requests shows none of them what another has left on it."""

from collections.abc import Iterator

import pytest
from support.server import Launcher, Server
from support.waiting import wait_for

KINDS = [
    "name",
    "attribute",
    "callback",
    "reference",
    "weak-reference",
    "cancellation",
    "variable",
]


@pytest.fixture(scope="module")
def server(serve: Launcher) -> Iterator[Server]:
    with serve("marks:app") as server:
        yield server


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_left_for_the_next_request(server: Server, kind: str) -> None:
    with server.connect() as connection:
        for _ in range(3):
            assert connection.request("GET /found").body == b"[]"
            assert connection.request(f"GET /leave?{kind}").body == b"None"
            assert connection.request("GET /found").body == b"[]"


def test_a_task_with_a_callback_ends_with_its_request(server: Server) -> None:
    before = int(server.request("GET /ended").body)
    server.request("GET /leave?callback")
    wait_for(lambda: int(server.request("GET /ended").body) == before + 1, "the callback")
