"""What a stop does to requests that do not end by themselves."""

import signal

import pytest
from support.client import Connection, encoded
from support.server import Launcher
from support.waiting import wait_for

NEVER = ("--timeout-graceful-shutdown", "none")

AT_ONCE = ("--timeout-graceful-shutdown", "0.1")


def begin(connection: Connection, path: str) -> None:
    connection.send(encoded(f"GET {path}"))
    assert connection.open_response().read_some() == b"begun "


def test_a_stream_is_told_at_the_deadline_that_its_client_has_gone(serve: Launcher) -> None:
    with serve("streams:app", *AT_ONCE) as server, server.connect() as connection:
        begin(connection, "/until-disconnect")
        server.send_signal(signal.SIGTERM)
        assert server.wait() == 0
        assert "<http.disconnect>\n<nobody to send to>" in server.stdout
        assert "1 request was cut off" in server.stderr


def test_a_stream_may_be_told_at_the_beginning_and_say_its_last_words(serve: Launcher) -> None:
    with (
        serve("streams:app", "--disconnect-on-stop", *NEVER) as server,
        server.connect() as connection,
    ):
        begin(connection, "/until-disconnect")
        server.send_signal(signal.SIGTERM)
        assert connection.read_to_end() == b"5\r\nended\r\n0\r\n\r\n"
        assert server.wait() == 0
        assert "<http.disconnect>" in server.stdout
        assert "cut off" not in server.stderr


@pytest.mark.parametrize("app", ["returning", "psgi_app"])
def test_an_application_that_leaves_as_it_was_told_is_no_fault(serve: Launcher, app: str) -> None:
    """Whether it returns without an end, or its stream is cancelled: nothing is logged."""
    with (
        serve(f"stop_told:{app}", "--disconnect-on-stop", *NEVER) as server,
        server.connect() as connection,
    ):
        connection.send(encoded("GET /idle"))
        assert connection.open_response().read_some() == b"begun "
        server.send_signal(signal.SIGTERM)
        assert not connection.read_to_end().endswith(b"0\r\n\r\n")
        assert server.wait() == 0
        assert "Exception" not in server.stderr


def test_a_request_in_flight_may_still_read_its_body(serve: Launcher) -> None:
    with (
        serve("held:app", "--disconnect-on-stop", *NEVER) as server,
        server.connect() as connection,
    ):
        connection.send(encoded("POST /held-within-response", b"", "Content-Length: 1"))
        response = connection.open_response()
        assert response.read_some() == b"started "
        server.begin_stop()
        connection.send(b"x")
        assert response.read().body == b"x"
        assert server.wait() == 0


def test_an_application_that_does_not_listen_is_cancelled(serve: Launcher) -> None:
    with serve("streams:app", *AT_ONCE) as server, server.connect() as connection:
        begin(connection, "/deaf")
        server.send_signal(signal.SIGTERM)
        assert server.wait() == 0
        assert "<cancelled>" in server.stdout


def test_the_second_signal_waits_for_no_last_words(serve: Launcher) -> None:
    with serve("streams:app", *NEVER) as server, server.connect() as connection:
        begin(connection, "/until-disconnect")
        server.begin_stop()
        server.send_signal(signal.SIGTERM)
        assert server.wait() == 0


LEFT_RUNNING = ["executor", "thread", "deaf", "blocking", "computing", "generating"]


@pytest.mark.parametrize("left_running", LEFT_RUNNING)
@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_what_the_application_leaves_running_is_left_behind(
    serve: Launcher, left_running: str, loop: str
) -> None:
    with serve("stops:app", *AT_ONCE, "--loop", loop) as server, server.connect() as connection:
        begin(connection, f"/{left_running}")
        server.send_signal(signal.SIGTERM)
        assert server.wait() == 0
        assert "<atexit>" in server.stdout
        assert "Ended without waiting for the" in server.stderr


@pytest.mark.parametrize("left_running", LEFT_RUNNING)
def test_a_second_signal_leaves_it_behind_at_once(serve: Launcher, left_running: str) -> None:
    with serve("stops:app") as server, server.connect() as connection:
        begin(connection, f"/{left_running}")
        server.send_signal(signal.SIGTERM)
        server.send_signal(signal.SIGINT)
        assert server.wait() == 0
        assert "Ended without waiting for the" in server.stderr


def test_what_was_logged_before_is_written(serve: Launcher) -> None:
    with serve("stops:app", *AT_ONCE) as server, server.connect() as connection:
        assert server.request("GET /").status == 200
        begin(connection, "/blocking")
        server.send_signal(signal.SIGTERM)
        assert server.wait() == 0
        assert '"GET / HTTP/1.1" 200 6' in server.stdout


@pytest.mark.parametrize("phase", ["STARTUP", "SHUTDOWN"])
def test_a_lifespan_that_hangs_is_left_behind(
    serve: Launcher, monkeypatch: pytest.MonkeyPatch, phase: str
) -> None:
    monkeypatch.setenv(f"HANG_IN_{phase}", "1")
    with serve.starting("stops:app", *AT_ONCE) as server:
        if phase == "STARTUP":
            wait_for(lambda: "<starting>" in server.stdout, "the startup")
        else:
            server.wait_until_accepting()
        server.send_signal(signal.SIGTERM)
        assert server.wait() == 0


def test_a_thread_that_ends_in_time_is_waited_for(serve: Launcher) -> None:
    with serve("stops:app") as server:
        assert server.request("GET /brief-thread").status == 200
        server.send_signal(signal.SIGTERM)
        assert server.wait() == 0
        assert "<thread ended>\n<atexit>" in server.stdout


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_a_forked_child_ends_by_itself_and_its_parent_serves_on(serve: Launcher, loop: str) -> None:
    with serve("stops:app", "--loop", loop) as server:
        assert server.request("GET /forking").status == 200
        assert "<child 5>" in server.stdout
        assert server.request("GET /").status == 200
        server.send_signal(signal.SIGTERM)
        assert server.wait() == 0
        assert server.stdout.count("<shutdown>") == 1
        assert server.stdout.count('"GET /forking HTTP/1.1"') == 1


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_a_signal_to_a_forked_child_is_its_own(serve: Launcher, loop: str) -> None:
    with serve("stops:app", "--loop", loop) as server:
        assert server.request("GET /forking-and-ending").status == 200
        assert f"<child {-signal.SIGTERM}>" in server.stdout
        assert server.request("GET /").status == 200
