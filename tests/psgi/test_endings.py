"""What is after the response, and the peer's leaving: section 2, The end, and section 4."""

import socket

import pytest
from support.client import Connection, encoded
from support.scenarios import open_gate, reported, tally
from support.server import Server

from psgi.asking import Leave, begun, sign, value_in
from psgi.log import Log

APP = "psgi_exchanges:app"


def half_close(connection: Connection) -> None:
    """End our side, and go on reading."""
    connection.socket.shutdown(socket.SHUT_WR)


def test_functions_are_called_in_order_in_the_task_of_the_request(server: Server) -> None:
    name = sign()
    with server.connect() as connection:
        assert connection.request(f"GET /afterwards?{name}").body == b"response"
    assert reported(server, name) == [
        (1, True, name),
        (2, "two", True, name),
        (True, name),
    ]


def test_functions_of_a_plain_function(server: Server) -> None:
    name = sign()
    assert server.request(f"GET /plain-afterwards?{name}").body == b"response"
    assert reported(server, name) is True


def test_functions_of_each_request_of_a_connection(server: Server) -> None:
    names = [sign() for _ in range(3)]
    with server.connect() as connection:
        connection.send(b"".join(encoded(f"GET /plain-afterwards?{name}") for name in names))
        for _ in names:
            assert connection.read_response().body == b"response"
    for name in names:
        assert reported(server, name) is True


def test_functions_are_called_when_the_response_is_out(server: Server) -> None:
    name = sign()
    with server.connect() as connection:
        assert connection.request(f"GET /held-afterwards?{name}").body == b"response"
        open_gate(server, name)
        assert reported(server, name) == "went on"


def test_a_function_that_is_given_within_a_stream(server: Server) -> None:
    name = sign()
    assert server.request(f"GET /after-of-a-stream?{name}").body == b"onetwo"
    assert reported(server, name) == ["one", "two"]


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("/after-that-raises", "ExpectedError"),
        ("/after-that-exits", "SystemExit"),
        ("/after-that-is-cancelled", "CancelledError"),
    ],
)
def test_a_function_that_raises_is_logged_and_the_next_one_called(
    server: Server, log: Log, path: str, error: str
) -> None:
    name = sign()
    with server.connect() as connection:
        assert connection.request(f"GET {path}?{name}").body == b"response"
        assert reported(server, name) == "called"
        log.expect(f"{error}: {name}", "psgi_exchanges.py")
        assert connection.request(f"GET /plain-afterwards?{name}").body == b"response"
    assert reported(server, name) is True


def test_functions_are_not_called_when_the_application_has_raised(server: Server, log: Log) -> None:
    name = sign()
    assert server.request(f"GET /after-an-exception?{name}").status == 500
    log.expect(f"ExpectedError: {name}")
    assert tally(server, name) == 0


def test_functions_are_not_called_when_a_body_error_escapes(server: Server) -> None:
    name = sign()
    with server.connect() as connection:
        assert connection.request(f"GET /after-a-body-error?{name}").status == 413
    assert tally(server, name) == 0


def test_functions_are_called_after_a_disconnect(server: Server, leave: Leave) -> None:
    connection = begun(server, "GET /after-a-disconnect")
    reported(server, "begun")
    leave(connection)
    assert reported(server, "after-a-disconnect") is True


def test_functions_are_called_after_a_stream_that_the_peer_has_left(
    server: Server, leave: Leave
) -> None:
    connection = begun(server, "GET /after-a-broken-stream")
    assert connection.open_response().read_some() == b"begun"
    leave(connection)
    assert reported(server, "after-a-broken-stream") is True


def test_states_when_the_response_is_complete(server: Server) -> None:
    with server.connect() as connection:
        assert connection.request("POST /states-afterwards", b"body").body == b"response"
        assert reported(server, "states-afterwards") == {
            "read": "Disconnected",
            "iteration": "Disconnected",
            "inform": "Disconnected",
            "closed": "nothing",
            "after": "RuntimeError",
            "is_closed": True,
            "path": "/states-afterwards",
        }


def test_the_kept_body_when_the_response_is_complete(server: Server) -> None:
    with server.connect() as connection:
        assert connection.request("POST /kept-body-afterwards", b"body").body == b"body"
        assert reported(server, "kept-body-afterwards") is True


@pytest.mark.parametrize("body", [b"", b"body"])
def test_the_peer_leaves(server: Server, leave: Leave, log: Log, body: bytes) -> None:
    connection = begun(server, "POST /closed-by-the-peer", body=body)
    reported(server, "begun")
    leave(connection)
    assert reported(server, "closed") == (False, True)
    assert reported(server, "closed-again") is True
    log.assert_quiet()


def test_a_peer_that_leaves_after_it_has_ended_its_side_is_gone(server: Server) -> None:
    connection = begun(server, "POST /closed-by-the-peer", body=b"body")
    reported(server, "begun")
    half_close(connection)
    connection.reset()
    assert reported(server, "closed") == (False, True)


@pytest.mark.needs("half-close")
def test_a_peer_that_ends_its_side_is_answered_though_somebody_waits(server: Server) -> None:
    with begun(server, "POST /held-unless-closed", body=b"body") as connection:
        reported(server, "begun")
        half_close(connection)
        assert server.request("GET /plain").status == 404
        open_gate(server, "held")
        assert connection.read_response("POST").body == b"response"
        assert reported(server, "held") == "answered"


@pytest.mark.needs("half-close")
def test_a_peer_that_ends_its_side_is_answered_when_nobody_waits(server: Server) -> None:
    with begun(server, "GET /held") as connection:
        reported(server, "begun")
        half_close(connection)
        open_gate(server, "held")
        assert connection.read_response().body == b"response"


def test_a_reset_is_noticed_while_a_part_of_the_body_is_unread(server: Server) -> None:
    connection = begun(server, "POST /closed-with-an-unread-body", "Content-Length: 8")
    connection.send(b"body")
    reported(server, "begun")
    connection.reset()
    assert reported(server, "closed") is True


def test_the_response_is_an_end_too(server: Server) -> None:
    name = sign()
    with server.connect() as connection:
        assert connection.request(f"GET /closed-by-the-response?{name}").body == b"response"
        assert reported(server, name) is True
        assert connection.request("GET /impatient-for-the-end").status == 200


def test_waiting_for_the_end_may_be_cancelled(server: Server) -> None:
    with server.connect() as connection:
        for _ in range(2):
            found = value_in(connection.request("GET /impatient-for-the-end"))
            assert found == ("still there", False)
