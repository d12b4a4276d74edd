"""The peer leaves: the application hears of it, and nobody is blamed."""

import itertools
from collections.abc import Callable, Iterator

import pytest
from support.client import Connection, encoded
from support.scenarios import open_gate, reported
from support.server import Launcher, Server
from support.waiting import eventually

from asgi.specification import (
    APPLICATIONS,
    DISCONNECT,
    PRACTICE,
    REQUEST,
    SEND_EXCEPTION,
    SHOULD,
    proves,
)

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


@proves(DISCONNECT, "`receive` gives `http.disconnect` when the peer leaves before the response")
@pytest.mark.parametrize("body", [b"", b"body"])
def test_receive_tells_that_the_peer_has_left(server: Server, leave: Leave, body: bytes) -> None:
    leave(begun(server, "wait", body))
    assert reported(server, "wait") == "http.disconnect"


@proves(DISCONNECT, "`receive` gives `http.disconnect` again when it is asked again", PRACTICE)
def test_receive_tells_it_again(server: Server, leave: Leave) -> None:
    leave(begun(server, "wait"))
    reported(server, "wait")
    assert reported(server, "wait-again") == "http.disconnect"


@proves(DISCONNECT, "`receive` gives `http.disconnect` when the peer leaves within the response")
def test_receive_tells_it_within_a_response(server: Server, leave: Leave) -> None:
    connection = begun(server, "wait-within-response")
    assert connection.open_response().read_some() == b"started"
    leave(connection)
    assert reported(server, "wait-within-response") == "http.disconnect"


@proves(DISCONNECT, "`receive` gives `http.disconnect` when the peer leaves within the body")
@pytest.mark.parametrize(
    ("field", "beginning"),
    [("Content-Length: 100", b"0123456789"), ("Transfer-Encoding: chunked", b"64\r\n0123456789")],
)
def test_receive_tells_it_within_the_body(server: Server, field: str, beginning: bytes) -> None:
    with server.connect() as connection:
        connection.send(encoded("POST /read", b"", field) + beginning)
        reported(server, "begun")
    body, _, last = reported(server, "read")
    assert last == "http.disconnect"
    assert b"0123456789".startswith(body)


@proves(REQUEST, "a body that the peer has left unfinished never ends with `more_body` false")
def test_unfinished_body_does_not_end(server: Server, leave: Leave) -> None:
    connection = server.connect()
    connection.send(encoded("POST /read", b"", "Content-Length: 100") + b"0123456789")
    reported(server, "begun")
    leave(connection)
    body, more_body, _ = reported(server, "read")
    assert b"0123456789".startswith(body)
    assert more_body


@proves(SEND_EXCEPTION, "`send` raises `OSError` when the peer leaves within a response", SHOULD)
def test_send_raises_when_the_peer_leaves_within_a_response(server: Server, leave: Leave) -> None:
    connection = begun(server, "send-on")
    assert connection.open_response().read_some()
    leave(connection)
    assert reported(server, "send-on") == "OSError"


@proves(SEND_EXCEPTION, "`send` raises `OSError` after `http.disconnect`", SHOULD)
def test_send_raises_after_the_disconnect(server: Server, leave: Leave) -> None:
    leave(begun(server, "send-after-disconnect"))
    assert reported(server, "send-after-disconnect") == ["http.disconnect", "OSError"]


@proves(
    SEND_EXCEPTION, "the error of `send` that escapes from the application is not logged", SHOULD
)
def test_error_of_send_that_escapes_is_not_logged(server: Server, leave: Leave) -> None:
    """The error of another request is: when that has been logged, this one would have been too."""
    leave(begun(server, "escape"))
    reported(server, "escape")
    sign = f"sign-{next(numbers)}"
    server.request(f"GET /fail?{sign}")
    server.expect_error(f"ExpectedError: {sign}")
    log = eventually(lambda: server.log, lambda log: sign in log)
    assert "send_what_nobody_gets" not in log


@proves(SEND_EXCEPTION, "the server goes on when the error of `send` escapes")
def test_server_goes_on_when_the_error_escapes(server: Server, leave: Leave) -> None:
    for _ in range(3):
        leave(begun(server, "escape"))
        reported(server, "escape")
    assert server.request("GET /plain").body == b"plain"


@proves(APPLICATIONS, "an application is not cancelled because the peer has left", PRACTICE)
def test_application_is_not_cancelled(server: Server, leave: Leave) -> None:
    leave(begun(server, "not-cancelled"))
    open_gate(server, "not-cancelled")
    assert reported(server, "not-cancelled") == "http.disconnect"


@proves(DISCONNECT, "peers that leave do not disturb the others")
def test_others_are_not_disturbed(server: Server, leave: Leave) -> None:
    with server.connect() as other:
        for name in ("wait", "send-on", "wait-within-response"):
            leave(begun(server, name))
            assert other.request("GET /plain").body == b"plain"
            reported(server, name)
