"""An application that breaks the rules hears of it at once, and can recover; the log tells."""

from collections.abc import Iterator

import pytest
from apps.broken_rules import BAD_HEADERS
from support.client import encoded
from support.scenarios import reported
from support.server import Launcher, Server
from support.waiting import wait_for


@pytest.fixture(scope="module")
def server(serve: Launcher) -> Iterator[Server]:
    with serve("failures:app") as server:
        yield server


@pytest.mark.parametrize("name", BAD_HEADERS)
def test_bad_headers_are_refused_and_nothing_is_written(server: Server, name: str) -> None:
    """The application recovers: its good response is the only one, and has no trace of the bad."""
    with server.connect() as connection:
        connection.send(encoded(f"GET /bad-headers?{name}", b"", "Connection: close"))
        received = connection.read_to_end()
    assert reported(server, name) is False
    assert received.startswith(b"HTTP/1.1 200 ")
    assert received.endswith(b"\r\n\r\ngood")
    assert received.count(b"HTTP/1.1 ") == 1
    assert b"evil" not in received


@pytest.mark.parametrize("parts", ["hel", "h,e", ",", "helloworld", "hel,lo-and-more"])
def test_another_length_than_announced_is_no_success(server: Server, parts: str) -> None:
    """The head is still unsent when one message tells the whole body: then a 500 is possible."""
    with server.connect() as connection:
        connection.send(encoded(f"GET /five-bytes?{parts}", b"", "Connection: close"))
        received = connection.read_to_end()
    assert received.startswith(b"HTTP/1.1 500 ") == ("," not in parts)
    assert reported(server, parts)[-1] is False


@pytest.mark.parametrize("path", ["/no-response", "/unfinished-response", "/start-only"])
def test_response_that_is_owed_is_logged(server: Server, path: str) -> None:
    logged = len(server.stderr)
    with server.connect() as connection:
        connection.send(encoded(f"GET {path}", b"", "Connection: close"))
        connection.read_to_end()
    wait_for(lambda: len(server.stderr) > logged, "the error to be logged")


@pytest.mark.parametrize("when", ["at once", "after a while"])
def test_a_request_does_not_end_the_server(server: Server, when: str) -> None:
    path = f"/exit-{when.replace(' ', '-')}"
    assert server.request(f"GET {path}").status == 500
    server.expect_error(f"SystemExit: {when}")
    assert server.request("GET /plain").body == b"plain"
