"""Requests are served whatever the application does to other tasks, or to the loop."""

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from apps.interference import EAGER, FACTORIES, INTERFERENCES
from support.client import encoded
from support.server import Launcher, Server
from support.waiting import wait_for

ENDED_BY = {
    "cancel_all_tasks": "CancelledError",
    "close_coroutines": "GeneratorExit",
    "throw_into_coroutines": "LookupError: thrown",
    "gather_all_tasks": "CancelledError",
}


BROKEN_FACTORIES = {"cancelling_factory": "CancelledError", "failing_factory": "no task today"}


@pytest.fixture(scope="module")
def server(serve: Launcher) -> Iterator[Server]:
    with serve("interference:app") as server:
        yield server


def assert_served(server: Server) -> None:
    with server.connect() as connection:
        for _ in range(2):
            assert connection.request("GET /at-once").body == b"at once"
            assert connection.request("GET /sleep").body == b"slept"


@pytest.mark.parametrize("how", INTERFERENCES)
def test_the_next_requests_are_served(server: Server, how: str) -> None:
    with server.connect() as connection:
        assert connection.request(f"GET /interfere?{how}").body == b"begun"
        wait_for(lambda: server.request("GET /background").body == b"0", "the interference")
        assert connection.request("GET /sleep").body == b"slept"
    assert_served(server)


@pytest.mark.parametrize(("how", "error"), ENDED_BY.items(), ids=ENDED_BY)
def test_a_request_in_flight_is_answered(server: Server, how: str, error: str) -> None:
    with server.connect() as connection:
        connection.send(encoded(f"GET /wait?{how}"))
        wait_for(lambda: how in server.request("GET /waiting").body.decode(), "the request")
        server.request(f"GET /interfere?{how}")
        assert connection.read_response().status == 500
    server.expect_error(error)
    assert_served(server)


def test_the_server_s_own_tasks_are_not_the_application_s(server: Server) -> None:
    """What is left of a shutdown snippet, ``for task in asyncio.all_tasks(): task.cancel()``."""
    names = server.request("GET /all-tasks").body.decode().split()
    assert "run_asgi" in names
    assert not {name for name in names if name.startswith("Server.")}


GOOD_FACTORIES = [name for name in FACTORIES if name not in BROKEN_FACTORIES]


def test_the_lifespan_goes_on_when_all_tasks_are_cancelled(serve: Launcher) -> None:
    with serve("interference:app") as server:
        server.request("GET /interfere?cancel_all_tasks")
        wait_for(lambda: server.request("GET /background").body == b"0", "the interference")
        server.send_signal(signal.SIGTERM)
        assert server.wait() == 0
        assert "lifespan.shutdown" in server.stdout


@pytest.mark.parametrize("name", GOOD_FACTORIES)
def test_a_task_factory_makes_the_tasks(
    server: Server, name: str, request: pytest.FixtureRequest
) -> None:
    if name == EAGER and "uvloop" in request.node.callspec.id:
        pytest.skip("uvloop calls factories with arguments that this one does not take")
    with server.connect() as connection:
        connection.request(f"GET /task-factory?{name}")
        for path in ("/at-once", "/sleep"):
            assert connection.request(f"GET {path}").status == 200


@pytest.mark.parametrize(("name", "error"), BROKEN_FACTORIES.items(), ids=BROKEN_FACTORIES)
def test_a_factory_that_makes_no_task_is_a_500(serve: Launcher, name: str, error: str) -> None:
    with serve("interference:app") as server:
        assert server.request(f"GET /task-factory?{name}").body == name.encode()
        for _ in range(3):
            assert server.request("GET /at-once").status == 500
        server.expect_error(error)


def test_debug_mode_of_asyncio(serve: Launcher) -> None:
    with serve("interference:app") as server:
        assert server.request("GET /debug").body == b"debug"
        assert_served(server)


@pytest.mark.parametrize("attribute", ["app", "python_tasks", "patched"])
def test_loops_in_loops_and_tasks_in_python(
    serve: Launcher, attribute: str, request: pytest.FixtureRequest
) -> None:
    if "uvloop" in request.node.callspec.id and attribute != "python_tasks":
        pytest.skip("nest_asyncio patches the loops of asyncio only")
    options = [] if attribute == "app" else ["--factory"]
    with serve(f"nested_loops:{attribute}", *options) as server:
        path = "/plain" if attribute == "python_tasks" else "/nested"
        for _ in range(2):
            assert server.request("GET /plain").body == b"plain"
            assert server.request(f"GET {path}").status == 200
        with ThreadPoolExecutor(8) as pool:
            answers = pool.map(lambda _: server.request(f"GET {path}").body, range(8))
            assert set(answers) == {path.removeprefix("/").encode()}
        assert "Exception in callback" not in server.stderr


@pytest.mark.parametrize("when", ["at-once", "late"])
@pytest.mark.parametrize("app", ["app", "psgi_app"])
def test_keyboard_interrupt_ends_the_process(serve: Launcher, app: str, when: str) -> None:
    with serve(f"interference:{app}") as server:
        with server.connect() as connection:
            connection.send(encoded(f"GET /interrupt?{when}", b"", "Connection: close"))
            connection.read_to_end()
        assert server.wait() == 130
        assert "never retrieved" not in server.stderr
