"""The peer leaves: the application hears of it, and nobody is blamed."""

import itertools
from collections.abc import Callable, Iterator

import pytest
from support.client import Connection, encoded
from support.scenarios import open_gate, reported
from support.server import Launcher, Server

DISCONNECT = {"type": "http.disconnect"}

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


def begun(server: Server, name: str, body: bytes = b"") -> Connection:
    """A connection whose request the application has begun to handle."""
    connection = server.connect()
    connection.send(encoded(f"POST /{name}", body))
    reported(server, "begun")
    return connection


def news(server: Server, logged_before: str) -> str:
    """What has been logged since, up to an error that is caused for this purpose."""
    sign = f"sign-{next(numbers)}"
    assert server.request(f"GET /fail?{sign}").status == 500
    server.expect_error(f"ExpectedError: {sign}")
    return server.stderr.removeprefix(logged_before)


@pytest.mark.parametrize("body", [b"", b"body"])
def test_receive_tells_that_the_peer_has_left(server: Server, leave: Leave, body: bytes) -> None:
    leave(begun(server, "wait", body))
    assert reported(server, "wait") == DISCONNECT


def test_receive_tells_it_within_a_response(server: Server, leave: Leave) -> None:
    connection = begun(server, "wait-within-response")
    assert connection.open_response().read_some() == b"started"
    leave(connection)
    assert reported(server, "wait-within-response") == DISCONNECT


def test_receive_tells_it_within_the_body(server: Server) -> None:
    with server.connect() as connection:
        connection.send(encoded("POST /read", b"", "Content-Length: 100") + b"0123456789")
    *pieces, last = reported(server, "read")
    assert last == DISCONNECT
    assert all(piece["more_body"] for piece in pieces)
    assert b"0123456789".startswith(b"".join(piece["body"] for piece in pieces))


def test_send_raises_when_the_peer_leaves_within_a_response(server: Server, leave: Leave) -> None:
    connection = begun(server, "send-on")
    assert connection.open_response().read_some()
    leave(connection)
    assert reported(server, "send-on") == "OSError"


def test_send_raises_after_the_disconnect(server: Server, leave: Leave) -> None:
    leave(begun(server, "send-after-disconnect"))
    assert reported(server, "send-after-disconnect") == ["http.disconnect", "OSError"]


@pytest.mark.parametrize("name", ["escape", "escape-in-a-group", "escape-as-a-cause"])
def test_error_of_send_that_escapes_is_not_logged(server: Server, leave: Leave, name: str) -> None:
    logged = server.stderr
    leave(begun(server, name))
    reported(server, name)
    logged = news(server, logged)
    assert logged.count("Traceback") == 1
    assert "Disconnected" not in logged
    assert f"/{name}" not in logged


def test_other_error_that_escapes_with_it_is_logged(serve: Launcher, leave: Leave) -> None:
    with serve("disconnects:app") as server:
        leave(begun(server, "fail-too?at-the-same-time"))
        server.expect_error("ExpectedError: at-the-same-time")
        server.expect_error("ClientDisconnected")


def test_silence_after_the_disconnect_is_not_logged(server: Server, leave: Leave) -> None:
    """No response is owed to nobody."""
    logged = server.stderr
    leave(begun(server, "return-silently"))
    reported(server, "return-silently")
    logged = news(server, logged)
    assert logged.count("Traceback") == 1
    assert "/return-silently" not in logged


def test_application_is_not_cancelled(server: Server, leave: Leave) -> None:
    leave(begun(server, "not-cancelled"))
    open_gate(server, "not-cancelled")
    assert reported(server, "not-cancelled") == DISCONNECT


def test_others_are_not_disturbed(server: Server, leave: Leave) -> None:
    with server.connect() as other:
        for name in ("wait", "send-on", "wait-within-response"):
            leave(begun(server, name))
            assert other.request("GET /plain").body == b"plain"
            reported(server, name)
