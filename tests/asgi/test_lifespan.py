"""The lifespan protocol: startup before the first request, shutdown after the last one."""

import ast
import re
import signal
from typing import Any

import pytest
from support.client import encoded
from support.server import Launcher, Server, ServerEndedError
from support.waiting import wait_for

STARTUP_FAILED = 3
"""The exit status that says that the application didn't start."""


def events(server: Server) -> list[str]:
    """What the application told, in order."""
    return re.findall(r"<(.*)>", server.stdout)


def state_seen(server: Server, path: str) -> dict[str, Any]:
    state = ast.literal_eval(server.request(f"GET {path}").body.decode())
    assert type(state) is dict
    return state


def test_order_of_events(serve: Launcher) -> None:
    with serve("lifespans:supported") as server:
        server.request("GET /one")
        server.request("GET /two")
        server.send_signal(signal.SIGTERM)
        server.wait()
        told = [event for event in events(server) if not event.startswith("scope")]
    requests = ["request /one", "done /one", "request /two", "done /two"]
    assert told == ["startup", *requests, "shutdown"]


def test_shutdown_comes_after_the_last_request(serve: Launcher) -> None:
    with serve("lifespans:supported") as server, server.connect() as connection:
        connection.send(encoded("POST /slow", b"", "Content-Length: 1"))
        wait_for(lambda: "request /slow" in events(server), "the request to begin")
        server.begin_stop()
        connection.send(b"x")
        assert connection.read_response().status == 200
        server.wait()
        assert events(server)[-2:] == ["done /slow", "shutdown"]


def test_scope_of_lifespan(serve: Launcher) -> None:
    with serve("lifespans:supported") as server:
        told = events(server)[0].removeprefix("scope ")
    assert ast.literal_eval(told) == {"version": "3.0", "spec_version": "2.0"}


def test_state_is_a_shallow_copy_for_each_request(serve: Launcher) -> None:
    with serve("lifespans:supported") as server:
        first, second = state_seen(server, "/one"), state_seen(server, "/two")
    assert first == {"number": 1, "shared": []}
    assert second == {"number": 1, "shared": ["trace"]}


@pytest.mark.parametrize("app", ["raises", "raises_after_receive", "returns"])
def test_application_without_lifespan_is_served(serve: Launcher, app: str) -> None:
    with serve(f"lifespans:{app}") as server:
        assert server.request("GET /").body == b"served"


def test_lifespan_can_be_turned_off(serve: Launcher) -> None:
    with serve("lifespans:startup_failed", "--lifespan", "off") as server:
        assert server.is_running()


def failure_to_start(serve: Launcher, app: str, *options: str) -> ServerEndedError:
    with pytest.raises(ServerEndedError) as ended, serve(f"lifespans:{app}", *options):
        pass
    return ended.value


def test_startup_that_failed_ends_the_server(serve: Launcher) -> None:
    ended = failure_to_start(serve, "startup_failed")
    assert ended.status == STARTUP_FAILED
    assert "no database today" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_exception_ends_the_server_when_lifespan_is_demanded(serve: Launcher) -> None:
    ended = failure_to_start(serve, "raises", "--lifespan", "on")
    assert ended.status == STARTUP_FAILED
    assert "NotImplementedError" in ended.stderr


def test_shutdown_that_failed_is_logged(serve: Launcher) -> None:
    with serve("lifespans:shutdown_failed") as server:
        server.send_signal(signal.SIGTERM)
        server.wait()
        assert "could not save" in server.stderr
