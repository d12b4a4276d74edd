"""An exception that escapes the application is logged with its traceback, once, whatever it is.

What applications do to logging is in ``apps/sabotage.py``, what they raise in ``apps/escaping.py``.
"""

import signal
from collections.abc import Iterator

import pytest
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
