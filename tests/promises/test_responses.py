"""The response exactly: where the specification leaves a choice, this is ours."""

import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

import pytest
from support.client import Response
from support.server import Launcher, Server
from support.waiting import wait_for


@pytest.fixture(scope="module")
def server(serve: Launcher) -> Iterator[Server]:
    with serve("responses:app") as server:
        yield server


def framing(response: Response) -> tuple[bytes | None, bytes | None]:
    return response.header(b"content-length"), response.header(b"transfer-encoding")


def seconds(response: Response) -> float:
    """The field Date, as the time module counts."""
    date = response.header(b"date") or b""
    return parsedate_to_datetime(date.decode()).timestamp()


def test_length_of_a_body_in_one_message_is_counted(server: Server) -> None:
    assert framing(server.request("GET /one-message")) == (b"11", None)


@pytest.mark.parametrize("path", ["/stream", "/own-transfer-encoding"])
def test_stream_is_chunked(server: Server, path: str) -> None:
    assert framing(server.request(f"GET {path}")) == (None, b"chunked")


def test_content_length_wins_over_transfer_encoding(server: Server) -> None:
    assert framing(server.request("GET /own-transfer-encoding-and-length")) == (b"2", None)


def test_not_modified_keeps_its_content_length(server: Server) -> None:
    with server.connect() as connection:
        response = connection.request("GET /not-modified-with-length")
        assert response.header(b"content-length") == b"10"
        assert connection.request("GET /plain").body == b"plain"


def test_date_is_that_of_the_response(server: Server) -> None:
    """Not that of the start, nor of an earlier response."""
    earlier = seconds(server.request("GET /plain"))
    wait_for(lambda: time.time() >= earlier + 1, "the next second")
    before = int(time.time())
    assert before <= seconds(server.request("GET /plain")) <= time.time()


def test_server_is_added(server: Server) -> None:
    assert server.request("GET /plain").header(b"server")


def test_date_and_server_can_be_left_out(serve: Launcher) -> None:
    with serve("responses:app", "--no-date-header", "--no-server-header") as server:
        response = server.request("GET /plain")
        assert response.header(b"date") is None
        assert response.header(b"server") is None
