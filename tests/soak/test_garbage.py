"""A request leaves nothing behind that only the garbage collector finds."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from support.client import chunked, encoded
from support.load import CHUNKED, CLIENTS, answer_all_at_once, leave_abruptly
from support.server import Launcher, Server

REQUESTS = 2_000

FOUND = 100
"""What a loop, a pool of threads or the measuring itself may leave: far less than one a request."""

TRAFFIC = {
    "plain": encoded("GET /plain"),
    "suspended": encoded("GET /suspended"),
    "echo": encoded("POST /echo", b"x" * 100),
    "chunked": encoded("POST /echo", b"", CHUNKED) + chunked(b"abc", b"def"),
    "pieces": encoded("GET /pieces"),
    "threads": encoded("POST /blocking?2", b"x" * 100),
}

pytestmark = pytest.mark.soak


@pytest.fixture(scope="module", params=["asyncio", "uvloop"])
def server(request: pytest.FixtureRequest, serve: Launcher) -> Iterator[Server]:
    with serve("loaded:app", "--no-access-log", "--loop", request.param) as server:
        yield server


def garbage(server: Server) -> int:
    return int(server.request("GET /garbage").body)


def assert_no_garbage(server: Server, load: Callable[[int], None]) -> None:
    load(50)
    garbage(server)
    load(REQUESTS)
    assert garbage(server) < FOUND


@pytest.mark.parametrize("request_octets", TRAFFIC.values(), ids=TRAFFIC)
def test_requests(server: Server, request_octets: bytes) -> None:
    assert_no_garbage(server, lambda n: answer_all_at_once(server.address, request_octets, n))


def test_clients_that_leave(server: Server) -> None:
    assert_no_garbage(server, lambda n: leave_abruptly(server.address, n))


def test_threads_of_the_application_get_what_is_theirs(server: Server) -> None:
    """Many requests at once, each of which goes to a thread and back several times."""

    def ask(number: int) -> bool:
        body = f"<{number}>".encode()
        reply = server.request(f"POST /blocking?{number % 7}", body)
        return reply.body == body * (number % 7)

    with ThreadPoolExecutor(8 * CLIENTS) as pool:
        assert all(pool.map(ask, range(REQUESTS // 4)))
