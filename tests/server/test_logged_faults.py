"""An exception that escapes the application is logged with its traceback, once, whatever it is.

What applications do to logging is in ``apps/sabotage.py``, what they raise in ``apps/escaping.py``.
A line of the server that can't be logged ends nothing: ``apps/raising_logs.py``.
"""

import signal
from collections.abc import Iterator

import pytest
from support.client import encoded
from support.server import Launcher, Server
from support.waiting import wait_for

FAULT = "ZeroDivisionError: "

HIDING = [
    "dictConfig",
    "dictConfig of the root",
    "fileConfig",
    "disable",
    "basicConfig",
    "disabled",
    "level",
    "no handlers",
    "no last resort",
    "null handler",
    "propagate",
    "failing handler",
    "failing factory",
    "no stderr",
    "another stderr",
    "closed stderr",
]


@pytest.mark.parametrize("app", ["asgi", "site", "framework"])
@pytest.mark.parametrize("sabotage", HIDING)
def test_an_application_hides_no_fault(serve: Launcher, monkeypatch, sabotage, app):
    monkeypatch.setenv("SABOTAGE", sabotage)
    with serve(f"sabotage:{app}", "--no-access-log") as server:
        assert server.request("GET /").status == 500
        server.expect_error(FAULT)
        assert server.stderr.count(FAULT) == 1
        assert "GET /" in server.stderr


@pytest.mark.parametrize("app", ["asgi", "site", "framework"])
@pytest.mark.parametrize("route", ["dictConfig", "addHandler", "propagate"])
def test_handlers_of_the_application_take_the_place_of_the_servers_own(
    serve: Launcher, monkeypatch, route, app
):
    monkeypatch.setenv("SABOTAGE", f"route by {route}")
    with serve(f"sabotage:{app}", "--no-access-log") as server:
        assert server.request("GET /").status == 500
        wait_for(lambda: FAULT in server.stdout, "the fault")
        assert server.stdout.count(FAULT) == 1
        assert FAULT not in server.stderr


def test_the_operator_may_ask_for_less_than_faults(serve: Launcher, monkeypatch):
    monkeypatch.setenv("SABOTAGE", "basicConfig")
    with serve("sabotage:asgi", "--no-access-log", "--log-level", "critical") as server:
        assert server.request("GET /").status == 500
        server.send_signal(signal.SIGTERM)
        assert server.wait() == 0
        assert server.log == ""


def test_the_server_still_says_where_it_serves(serve: Launcher, monkeypatch):
    monkeypatch.setenv("SABOTAGE", "dictConfig")
    with serve("sabotage:asgi") as server:
        wait_for(lambda: " serves sabotage:asgi on http://" in server.stderr, "the announcement")


RAISING = [
    "handler",
    "handler-to-handle",
    "handler-of-the-root",
    "filter",
    "factory",
    "method-of-the-logger",
    "method-of-all-loggers",
    "level",
]
INSTEAD = "(logging this has raised LogError)"


@pytest.mark.parametrize("way", RAISING)
def test_logging_that_raises_does_not_end_a_start(serve: Launcher, monkeypatch, way):
    monkeypatch.setenv("RAISES", way)
    with serve("raising_logs:app", "--no-access-log") as server:
        assert server.request("GET /").body == b"served"
        server.send_signal(signal.SIGUSR1)
        wait_for(lambda: "There is no log file to reopen" in server.stderr, "the line of SIGUSR1")
        server.send_signal(signal.SIGTERM)
        assert server.wait() == 0
        announcement, reopening = server.stderr.splitlines()
        assert " serves raising_logs:app on http://" in announcement
        assert announcement.endswith(INSTEAD)
        assert reopening == f"There is no log file to reopen {INSTEAD}"


@pytest.mark.parametrize("way", RAISING)
def test_logging_that_raises_does_not_lose_a_request_at_the_stop(serve: Launcher, way):
    with serve("raising_logs:app", "--no-access-log") as server, server.connect() as connection:
        connection.send(encoded(f"POST /{way}", b"", "content-length: 4"))
        response = connection.open_response()
        assert response.read_some() == b"begun "
        server.send_signal(signal.SIGTERM)
        wait_for(lambda: "Waiting for 1 request to finish" in server.stderr, "the stop")
        connection.send(b"body")
        assert response.read().body.endswith(b"body")
        assert server.wait() == 0
        assert server.stderr.splitlines()[-1].endswith(INSTEAD)


def test_a_warning_that_can_not_be_logged_ends_no_stop(serve: Launcher):
    stop = ("--timeout-graceful-shutdown", "0.1")
    with serve("raising_logs:app", *stop) as server, server.connect() as connection:
        connection.send(encoded("POST /handler", b"", "content-length: 4"))
        assert connection.open_response().read_some() == b"begun "
        server.send_signal(signal.SIGTERM)
        assert server.wait() == 0
        assert f"warning: 1 request was cut off by the stop {INSTEAD}\n" in server.stderr


ESCAPING = {
    "cancelled": "CancelledError: escaped",
    "exit": "SystemExit: escaped",
    "generator-exit": "GeneratorExit: escaped",
    "base-exception": "BaseError: escaped",
    "group": "ExceptionGroup: escaped (2 sub-exceptions)",
    "base-group": "BaseExceptionGroup: escaped (1 sub-exception)",
    "cancelled-group": "BaseExceptionGroup: cancelled (1 sub-exception)",
    "unprintable": "UnprintableError: <exception str() failed>",
    "without-traceback": "NoTracebackError",
    "circle": "ValueError: one",
    "long-chain": "ValueError: 2000",
    "deep-group": "ExceptionGroup: deep (1 sub-exception)",
    "recursion": "RecursionError: ",
    "stop-iteration": "StopIteration",
}


@pytest.fixture(scope="module", params=["asgi", "site"])
def escaping(serve: Launcher, request: pytest.FixtureRequest) -> Iterator[Server]:
    with serve(f"escaping:{request.param}", "--no-access-log") as server:
        yield server


@pytest.mark.parametrize("when", ["at-once", "later"])
@pytest.mark.parametrize(("name", "logged"), ESCAPING.items(), ids=ESCAPING)
def test_what_escapes_is_logged_as_what_it_is(escaping: Server, name, logged, when):
    before = len(escaping.stderr)
    assert escaping.request(f"GET /{name}?{when}").status == 500
    head = f" application while answering GET /{name}?{when} HTTP/1.1"
    wait_for(lambda: head in escaping.stderr[before:], "the fault")
    wait_for(lambda: logged in escaping.stderr[before:], "its traceback")
    if name != "without-traceback":
        assert f"in raise_{name.replace('-', '_')}\n" in escaping.stderr[before:]
    assert "returned without" not in escaping.stderr[before:]
    escaping.expect_error(logged)
    assert escaping.request("GET /served").body == b"served"


@pytest.fixture(scope="module")
def site(serve: Launcher) -> Iterator[Server]:
    with serve("escaping:site", "--no-access-log") as server:
        yield server


@pytest.mark.parametrize("name", ["cancelled", "exit", "generator-exit", "base-exception"])
def test_what_escapes_a_stream_of_psgi_is_logged_and_cuts_it_off(site: Server, name):
    before = len(site.stderr)
    with site.connect() as connection:
        connection.send(f"GET /{name}?stream HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        received = connection.read_to_end()
    assert b"begun" in received
    assert not received.endswith(b"0\r\n\r\n")
    site.expect_error(ESCAPING[name])
    assert f"while answering GET /{name}?stream HTTP/1.1" in site.stderr[before:]


@pytest.mark.parametrize("name", ["cancelled", "exit", "generator-exit", "base-exception"])
def test_what_escapes_a_function_called_afterwards_is_logged_and_the_next_is_called(
    site: Server, name
):
    before = len(site.stderr)
    assert site.request(f"GET /{name}?after").status == 200
    wait_for(lambda: ESCAPING["group"] in site.stderr[before:], "the second function")
    assert ESCAPING[name] in site.stderr[before:]
    site.expect_error(ESCAPING[name])
    site.expect_error("ExceptionGroup: escaped")
