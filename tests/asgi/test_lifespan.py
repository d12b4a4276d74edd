"""The lifespan protocol: startup before the first request, shutdown after the last one."""

import ast
import contextlib
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from support.client import encoded
from support.server import Launcher, Server, not_offered
from support.waiting import wait_for

from asgi.specification import (
    LIFESPAN_SCOPE,
    LIFESPAN_STATE,
    PRACTICE,
    SHOULD,
    SHUTDOWN,
    SHUTDOWN_COMPLETE,
    SHUTDOWN_FAILED,
    STARTUP,
    STARTUP_COMPLETE,
    STARTUP_FAILED,
    proves,
)


@pytest.fixture(scope="module")
def scope(serve: Launcher) -> dict[str, Any]:
    """The scope of the lifespan."""
    with serve("lifespans:supported") as server:
        (told,) = (event for event in server.events if event.startswith("scope "))
    scope: dict[str, Any] = ast.literal_eval(told.removeprefix("scope "))
    return scope


@pytest.fixture(scope="module")
def states(serve: Launcher) -> list[dict[str, Any]]:
    """The states of two requests, of which the first one leaves traces in what it is given."""
    with serve("lifespans:supported") as server:
        states = [
            ast.literal_eval(server.request(f"GET {path}").body.decode())
            for path in ("/one", "/two")
        ]
    if states[0] is None:
        not_offered("`state`")
    return states


@pytest.fixture(scope="module")
def in_the_loop(serve: Launcher) -> Iterator[Server]:
    with serve("lifespans:in_the_loop") as server:
        yield server


def stop(server: Server) -> list[str]:
    """Stop the server, and return what the application told, without its scope."""
    server.begin_stop()
    server.wait()
    return [event for event in server.events if not event.startswith("scope ")]


@proves(LIFESPAN_SCOPE, '`type` is `lifespan`, and `asgi["version"]` is `"3.0"`')
def test_scope(scope: dict[str, Any]) -> None:
    assert (scope["type"], scope["asgi"]["version"]) == ("lifespan", "3.0")


@proves(LIFESPAN_SCOPE, '`asgi["spec_version"]` is a version of the lifespan specification')
def test_spec_version(scope: dict[str, Any]) -> None:
    version = scope["asgi"].get("spec_version")
    if version is None:
        not_offered("`spec_version`")
    assert version in {"1.0", "2.0"}


@proves(LIFESPAN_STATE, "`state` is there for the lifespan, and empty")
def test_state_is_empty(scope: dict[str, Any]) -> None:
    if "state" not in scope:
        not_offered("`state`")
    assert scope["state"] == {}


@proves(STARTUP, "`lifespan.startup` comes once, before the first request")
def test_startup_comes_first(serve: Launcher) -> None:
    with serve("lifespans:supported") as server:
        for path in ("/one", "/two"):
            server.request(f"GET {path}")
        told = [event for event in server.events if not event.startswith(("scope ", "done "))]
    assert told == ["startup", "request /one", "request /two"]


@proves(STARTUP_COMPLETE, "no request is processed before `lifespan.startup.complete`")
def test_no_request_before_the_startup_is_complete(serve: Launcher) -> None:
    with serve.starting("lifespans:patient_startup") as server, contextlib.ExitStack() as stack:
        wait_for(lambda: "startup" in server.events, "the startup to begin")
        with contextlib.suppress(ConnectionRefusedError):
            early = stack.enter_context(server.connect())
            early.send(encoded("GET /early"))
        server.permit()
        server.wait_until_accepting()
        assert server.request("GET /late").status == 200
        assert server.events[:2] == ["startup", "startup complete"]


@proves(LIFESPAN_SCOPE, "an application that raises for the scope is served without lifespan")
def test_exception_for_the_scope(serve: Launcher) -> None:
    with serve("lifespans:raises") as server:
        assert server.request("GET /").body == b"served"


@proves(LIFESPAN_SCOPE, "one that raises after `lifespan.startup` is served without lifespan")
def test_exception_for_the_startup(serve: Launcher) -> None:
    with serve("lifespans:raises_after_receive") as server:
        assert server.request("GET /").body == b"served"


@proves(LIFESPAN_SCOPE, "one that returns at once is served without lifespan", PRACTICE)
def test_return_at_once(serve: Launcher) -> None:
    with serve("lifespans:returns") as server:
        assert server.request("GET /").body == b"served"


@proves(LIFESPAN_SCOPE, "the lifespan and the requests run in the same event loop")
def test_loop_is_the_same(in_the_loop: Server) -> None:
    assert in_the_loop.request("GET /").body == b"1"


@proves(LIFESPAN_SCOPE, "a task that the startup leaves behind runs on", PRACTICE)
def test_task_of_the_startup_runs_on(in_the_loop: Server) -> None:
    before = in_the_loop.events.count("tick")
    wait_for(lambda: in_the_loop.events.count("tick") > before, "another tick")


@proves(LIFESPAN_STATE, "`state` of a request has what the startup put there")
def test_state_of_a_request(states: list[dict[str, Any]]) -> None:
    assert states[0] == {"number": 1, "shared": ()}


@proves(LIFESPAN_STATE, "`state` of a request is a copy: what is put there is not seen by others")
def test_state_is_a_copy(states: list[dict[str, Any]]) -> None:
    first, second = states
    assert first["number"] == second["number"]
    assert "mine" not in second


@proves(LIFESPAN_STATE, "the copy is shallow: objects in `state` are shared by all requests")
def test_state_is_a_shallow_copy(states: list[dict[str, Any]]) -> None:
    assert [state["shared"] for state in states] == [(), ("trace",)]


@proves(STARTUP_FAILED, "the server exits after `lifespan.startup.failed`")
@pytest.mark.parametrize("app", ["startup_failed", "startup_failed_silently"])
def test_startup_that_failed_ends_the_server(serve: Launcher, app: str) -> None:
    with serve.starting(f"lifespans:{app}") as server:
        server.wait()


@proves(STARTUP_FAILED, "the `message` of `lifespan.startup.failed` is logged", SHOULD)
def test_message_of_a_startup_that_failed(serve: Launcher) -> None:
    with serve.starting("lifespans:startup_failed") as server:
        wait_for(lambda: "no database today" in server.log, "the message")


@proves(SHUTDOWN, "`lifespan.shutdown` comes once, when the server is told to stop")
def test_shutdown_comes_last(serve: Launcher) -> None:
    with serve("lifespans:supported") as server:
        server.request("GET /one")
        assert stop(server) == ["startup", "request /one", "done /one", "shutdown"]


@proves(SHUTDOWN, "`lifespan.shutdown` comes after the last request has been answered")
def test_shutdown_comes_after_the_last_request(serve: Launcher) -> None:
    with serve("lifespans:supported") as server, server.connect() as connection:
        connection.send(encoded("POST /slow", b"", "Content-Length: 1"))
        wait_for(lambda: "request /slow" in server.events, "the request to begin")
        server.begin_stop()
        connection.send(b"x")
        assert connection.read_response().status == 200
        server.wait()
        assert server.events[-2:] == ["done /slow", "shutdown"]


@proves(SHUTDOWN, "the server has stopped to accept when it sends `lifespan.shutdown`")
def test_no_connection_is_accepted_in_the_shutdown(serve: Launcher) -> None:
    with serve("lifespans:patient_shutdown") as server:
        assert server.request("GET /").body == b"served"
        server.send_signal(signal.SIGTERM)
        wait_for(lambda: "shutdown" in server.events, "the shutdown to begin")
        with pytest.raises(ConnectionRefusedError), server.connect():
            pass
        server.permit()
        server.wait()


@proves(SHUTDOWN_COMPLETE, "the server waits for `lifespan.shutdown.complete` before it ends")
def test_shutdown_is_waited_for(serve: Launcher) -> None:
    with serve("lifespans:patient_shutdown") as server:
        assert server.request("GET /").body == b"served"
        server.send_signal(signal.SIGTERM)
        wait_for(lambda: "shutdown" in server.events, "the shutdown to begin")
        assert server.is_running()
        server.permit()
        server.wait()
        assert server.events[-1] == "shutdown complete"


@proves(SHUTDOWN_FAILED, "the server ends after `lifespan.shutdown.failed`")
def test_shutdown_that_failed_ends_the_server(serve: Launcher) -> None:
    with serve("lifespans:shutdown_failed") as server:
        assert server.request("GET /").body == b"served"
        server.send_signal(signal.SIGTERM)
        server.wait()


@proves(SHUTDOWN_FAILED, "the `message` of `lifespan.shutdown.failed` is logged", SHOULD)
def test_message_of_a_shutdown_that_failed(serve: Launcher) -> None:
    with serve("lifespans:shutdown_failed") as server:
        assert server.request("GET /").body == b"served"
        server.send_signal(signal.SIGTERM)
        wait_for(lambda: "could not save" in server.log, "the message")
