"""No request reaches another by what asyncio, contextvars, weakref and gc allow."""

from collections.abc import Iterator

import pytest
from apps.isolation import ACTIONS, CONTEXT_ACTIONS, MESSAGE_ACTIONS
from support.server import Launcher, Server
from support.waiting import wait_for

SUSPENSIONS = ["", "suspended/"]


@pytest.fixture(scope="module")
def server(serve: Launcher) -> Iterator[Server]:
    with serve("isolation:app") as server:
        yield server


@pytest.fixture(scope="module")
def psgi_server(serve: Launcher) -> Iterator[Server]:
    with serve("isolation:psgi_app", "--interface", "psgi") as server:
        yield server


@pytest.fixture(scope="module")
def plain_server(serve: Launcher) -> Iterator[Server]:
    with serve("isolation:plain_psgi_app", "--interface", "psgi") as server:
        yield server


def assert_nothing_is_seen(server: Server, target: str) -> None:
    with server.connect() as connection:
        for _ in range(2):
            assert connection.request(f"GET /{target.replace(' ', '+')}").body == b"None"
            for other in SUSPENSIONS:
                assert connection.request(f"GET /{other}found").body == b"[]"


@pytest.mark.parametrize("suspended", SUSPENSIONS, ids=["at once", "suspended"])
@pytest.mark.parametrize("action", [*ACTIONS, *MESSAGE_ACTIONS])
def test_asgi_requests(server: Server, action: str, suspended: str) -> None:
    assert_nothing_is_seen(server, f"{suspended}do?{action}")


@pytest.mark.parametrize("suspended", SUSPENSIONS, ids=["at once", "suspended"])
@pytest.mark.parametrize("action", ACTIONS)
def test_psgi_requests(psgi_server: Server, action: str, suspended: str) -> None:
    assert_nothing_is_seen(psgi_server, f"{suspended}do?{action}")


@pytest.mark.parametrize("action", CONTEXT_ACTIONS)
def test_plain_functions(plain_server: Server, action: str) -> None:
    assert_nothing_is_seen(plain_server, f"do?{action}")


@pytest.mark.parametrize("suspended", SUSPENSIONS, ids=["at once", "suspended"])
def test_a_done_callback_is_called_when_its_request_ends(server: Server, suspended: str) -> None:
    before = int(server.request("GET /ended").body)
    server.request(f"GET /{suspended}do?add_done_callback")
    wait_for(lambda: int(server.request("GET /ended").body) == before + 1, "the callback")


def test_a_shared_value_of_the_scope_is_read_only(server: Server) -> None:
    assert server.request("GET /change-an-extension").body == b"10 of 10 refused"
