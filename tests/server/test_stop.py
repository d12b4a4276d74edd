"""What a stop does to requests that do not end by themselves."""

import signal

from support.client import Connection, encoded
from support.server import Launcher

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
