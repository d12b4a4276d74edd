"""The peer leaves: the application hears of it, and nobody is blamed."""

from collections.abc import Callable, Iterator

import pytest
from support.client import Connection, encoded
from support.scenarios import open_gate, reported
from support.server import Launcher, Server

DISCONNECT = {"type": "http.disconnect"}

Leave = Callable[[Connection], None]


@pytest.fixture(scope="module")
def server(serve: Launcher) -> Iterator[Server]:
    with serve("disconnects:app") as server:
        yield server


@pytest.fixture(params=[Connection.close, Connection.reset], ids=["fin", "rst"])
def leave(request: pytest.FixtureRequest) -> Leave:
    """The two ways of leaving."""
    way: Leave = request.param
    return way


def assert_only_the_log_of_fail(server: Server, logged_before: str) -> None:
    """Nothing was logged but what ``/fail`` logs: that comes after all that came before it."""
    assert server.request("GET /fail").status == 500
    server.expect_error("ExpectedError: the log works")
    news = server.stderr.removeprefix(logged_before)
    assert news.count("Traceback") == 1
    assert "Disconnect" not in news
    assert "OSError" not in news


@pytest.mark.parametrize("body", [b"", b"body"])
def test_receive_tells_that_the_peer_has_left(server: Server, leave: Leave, body: bytes) -> None:
    connection = server.connect()
    connection.send(encoded("POST /wait", body))
    reported(server, "waiting")
    leave(connection)
    assert reported(server, "wait") == DISCONNECT


def test_receive_tells_it_when_the_peer_left_long_ago(server: Server, leave: Leave) -> None:
    connection = server.connect()
    connection.send(encoded("GET /wait"))
    leave(connection)
    assert reported(server, "wait") == DISCONNECT


def test_receive_tells_it_within_a_response(server: Server, leave: Leave) -> None:
    connection = server.connect()
    connection.send(encoded("GET /wait-within-response"))
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
    connection = server.connect()
    connection.send(encoded("GET /send-on"))
    assert connection.open_response().read_some()
    leave(connection)
    assert reported(server, "send-on") != "nothing was raised"


def test_send_raises_after_the_disconnect(server: Server, leave: Leave) -> None:
    connection = server.connect()
    connection.send(encoded("GET /send-after-disconnect"))
    leave(connection)
    assert reported(server, "send-after-disconnect") == ["http.disconnect", "OSError"]


def test_error_of_send_that_escapes_is_not_logged(server: Server, leave: Leave) -> None:
    logged = server.stderr
    connection = server.connect()
    connection.send(encoded("GET /escape"))
    leave(connection)
    reported(server, "escape")
    assert_only_the_log_of_fail(server, logged)


def test_silence_after_the_disconnect_is_not_logged(server: Server, leave: Leave) -> None:
    """No response is owed to nobody."""
    logged = server.stderr
    connection = server.connect()
    connection.send(encoded("GET /return-silently"))
    leave(connection)
    reported(server, "return-silently")
    assert_only_the_log_of_fail(server, logged)


def test_application_is_not_cancelled(server: Server, leave: Leave) -> None:
    connection = server.connect()
    connection.send(encoded("GET /not-cancelled"))
    reported(server, "busy")
    leave(connection)
    open_gate(server, "not-cancelled")
    assert reported(server, "not-cancelled") == DISCONNECT


def test_others_are_not_disturbed(server: Server, leave: Leave) -> None:
    with server.connect() as other:
        for name in ("wait", "send-on", "not-cancelled"):
            connection = server.connect()
            connection.send(encoded(f"GET /{name}"))
            leave(connection)
            assert other.request("GET /plain").body == b"plain"
            reported(server, name)
