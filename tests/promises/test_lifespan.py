"""How this server takes part in the lifespan protocol: exit statuses, and what turns it off."""

import ast

import pytest
from support.server import Launcher, ServerEndedError

STARTUP_FAILED = 3
"""The exit status that says that the application didn't start."""


def failure_to_start(serve: Launcher, app: str, *options: str) -> ServerEndedError:
    with pytest.raises(ServerEndedError) as ended, serve(f"lifespans:{app}", *options):
        pass
    return ended.value


def test_scope_exactly(serve: Launcher) -> None:
    with serve("lifespans:supported") as server:
        scope = ast.literal_eval(server.events[0].removeprefix("scope "))
    versions = {"version": "3.0", "spec_version": "2.0"}
    assert scope == {"type": "lifespan", "asgi": versions, "state": {}}


def test_lifespan_can_be_turned_off(serve: Launcher) -> None:
    with serve("lifespans:startup_failed", "--lifespan", "off") as server:
        assert server.is_running()


def test_startup_that_failed_has_an_exit_status_and_no_traceback(serve: Launcher) -> None:
    ended = failure_to_start(serve, "startup_failed")
    assert ended.status == STARTUP_FAILED
    assert "no database today" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_exception_ends_the_server_when_lifespan_is_demanded(serve: Launcher) -> None:
    ended = failure_to_start(serve, "raises", "--lifespan", "on")
    assert ended.status == STARTUP_FAILED
    assert "NotImplementedError" in ended.stderr
