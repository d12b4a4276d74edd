"""A peer that leaves makes no noise in the log."""

import itertools
from collections.abc import Callable, Iterator

import pytest
from support.client import Connection, encoded
from support.scenarios import reported
from support.server import Launcher, Server

Leave = Callable[[Connection], None]

numbers = itertools.count()


@pytest.fixture(scope="module")
def server(serve: Launcher) -> Iterator[Server]:
    with serve("disconnects:app") as server:
        yield server


@pytest.fixture(params=[Connection.close, Connection.reset], ids=["fin", "rst"])
def leave(request: pytest.FixtureRequest) -> Leave:
    """The two ways of leaving."""
    way: Leave = request.param
    return way


def news(server: Server, logged_before: str) -> str:
    """What has been logged since, up to an error that is caused for this purpose."""
    sign = f"sign-{next(numbers)}"
    assert server.request(f"GET /fail?{sign}").status == 500
    server.expect_error(f"ExpectedError: {sign}")
    return server.stderr.removeprefix(logged_before)


@pytest.mark.parametrize(
    "name", ["escape", "escape-in-a-group", "escape-as-a-cause", "return-silently"]
)
def test_response_that_nobody_waits_for_is_not_missed(
    server: Server, leave: Leave, name: str
) -> None:
    logged = server.stderr
    connection = server.connect()
    connection.send(encoded(f"POST /{name}"))
    reported(server, "begun")
    leave(connection)
    reported(server, name)
    logged = news(server, logged)
    assert logged.count("Traceback") == 1
    assert "Disconnected" not in logged
    assert f"/{name}" not in logged


@pytest.mark.parametrize("ending", ["body", "bodies", "file", "trailers"])
def test_end_without_content_is_silent(server: Server, leave: Leave, ending: str) -> None:
    """A client that has gone misses nothing of it."""
    logged = server.stderr
    connection = server.connect()
    connection.send(encoded(f"POST /end-after-disconnect?{ending}"))
    reported(server, "begun")
    leave(connection)
    reported(server, "end-after-disconnect")
    reported(server, "ended")
    assert news(server, logged).count("Traceback") == 1


def test_end_of_a_stream_is_silent(server: Server, leave: Leave) -> None:
    connection = server.connect()
    connection.send(encoded("POST /end-within-stream"))
    reported(server, "begun")
    assert connection.open_response("POST").read_some() == b"started"
    leave(connection)
    reported(server, "end-within-stream")


@pytest.mark.parametrize("remainder", ["body", "more-to-come", "trailers", "start", "file"])
def test_what_is_left_to_send_raises(server: Server, leave: Leave, remainder: str) -> None:
    connection = server.connect()
    connection.send(encoded(f"POST /remainder-after-disconnect?{remainder}"))
    reported(server, "begun")
    leave(connection)
    assert reported(server, "remainder-after-disconnect") == "OSError"


def test_other_error_that_escapes_with_it_is_logged(serve: Launcher, leave: Leave) -> None:
    with serve("disconnects:app") as server:
        connection = server.connect()
        connection.send(encoded("POST /fail-too?at-the-same-time"))
        reported(server, "begun")
        leave(connection)
        server.expect_error("ExpectedError: at-the-same-time")
        server.expect_error("ClientDisconnected")
