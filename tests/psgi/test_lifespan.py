"""The lifespan of an application: section 1."""

import ast
import contextlib
import signal

import pytest
from support.server import Server
from support.waiting import wait_for

from psgi.hosts import Host

APP = "psgi_lifespans:told"


def wait_for_event(server: Server, event: str) -> None:
    wait_for(lambda: event in server.events, f"the event {event!r}")


def stop(server: Server) -> None:
    """How another server ends is its own affair."""
    server.send_signal(signal.SIGTERM)
    server.wait()


def test_it_is_entered_before_the_first_request_and_left_after_the_last(host: Host) -> None:
    with host.serve("psgi_lifespans:told") as server:
        for path in ("/one", "/two"):
            assert server.request(f"GET {path}").status == 200
        stop(server)
        assert server.events == [
            "enter dict {}",
            "entered",
            "request /one",
            "request /two",
            "leave",
            "left",
        ]


def test_state_is_a_shallow_copy_for_each_request(server: Server) -> None:
    with server.connect() as connection:
        for number in range(3):
            found, loops = ast.literal_eval(connection.request(f"GET /{number}").body.decode())
            assert found == {"number": 1, "shared": [f"/{before}" for before in range(number)]}
            assert loops == 1


def test_no_connection_is_accepted_before_it_is_entered(host: Host) -> None:
    with host.starting("psgi_lifespans:patient_to_enter") as server:
        wait_for_event(server, "enter")
        with pytest.raises(ConnectionRefusedError):
            server.connect()
        server.permit()
        server.wait_until_accepting()
        assert server.request("GET /").status == 200


@pytest.mark.parametrize("attribute", ["fails_to_enter", "fails_to_make_lifespan"])
def test_an_application_that_can_not_start_is_not_served(host: Host, attribute: str) -> None:
    with host.starting(f"psgi_lifespans:{attribute}") as server:
        assert server.wait() != 0
        assert "no database today" in server.log
        with pytest.raises(ConnectionRefusedError):
            server.connect()
    assert not [event for event in server.events if event.startswith("request")]


def test_it_is_left_after_the_last_response(host: Host) -> None:
    with host.serve("psgi_lifespans:patient") as server, server.connect() as connection:
        connection.send(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        wait_for_event(server, "request")
        server.begin_stop()
        server.permit()
        assert connection.read_response().body == b"response"
        connection.close()
        server.wait()
        assert server.events[2:] == ["request", "done", "leave", "left"]


def test_an_exception_on_leaving_is_logged(host: Host) -> None:
    with host.serve("psgi_lifespans:fails_to_leave") as server:
        assert server.request("GET /").status == 200
        with contextlib.suppress(ProcessLookupError):
            stop(server)
        assert "no end today" in server.log
        assert server.events[-1] == "leave"
        server.expect_error("no end today")


def test_it_is_left_in_the_task_that_has_entered_it(host: Host) -> None:
    with host.serve("psgi_lifespans:one_task") as server:
        assert server.request("GET /").status == 200
        stop(server)
        assert server.events[-1] == "left"
