"""From the messages of the application to the bytes of the response."""

import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

import pytest
from support.client import Response, encoded
from support.scenarios import open_gate
from support.server import Launcher, Server
from support.waiting import wait_for

FRAMING = (b"content-length", b"transfer-encoding")


@pytest.fixture(scope="module")
def server(serve: Launcher) -> Iterator[Server]:
    with serve("responses:app") as server:
        yield server


def framing(response: Response) -> tuple[bytes | None, ...]:
    return tuple(response.header(name) for name in FRAMING)


def seconds(response: Response) -> float:
    """The field Date, as the time module counts."""
    date = response.header(b"date") or b""
    return parsedate_to_datetime(date.decode()).timestamp()


def test_content_length_is_kept(server: Server) -> None:
    response = server.request("GET /plain")
    assert (response.status, response.body) == (200, b"plain")
    assert framing(response) == (b"5", None)


def test_start_needs_no_headers(server: Server) -> None:
    response = server.request("GET /start-without-headers")
    assert (response.status, response.body) == (202, b"accepted")


def test_body_message_needs_no_keys(server: Server) -> None:
    assert server.request("GET /body-without-keys").body == b""


@pytest.mark.parametrize("status", [200, 201, 299, 301, 404, 418, 499, 500, 599])
def test_any_final_status(server: Server, status: int) -> None:
    assert server.request(f"GET /status?{status}").status == status


def test_body_in_one_message_is_framed(server: Server) -> None:
    response = server.request("GET /one-message")
    assert response.body == b"one message"
    assert framing(response) in {(b"11", None), (None, b"chunked")}


def test_stream_is_chunked_in_http_1_1(server: Server) -> None:
    response = server.request("GET /stream")
    assert response.body == b"abcdef"
    assert framing(response) == (None, b"chunked")


def test_stream_ends_with_the_connection_in_http_1_0(server: Server) -> None:
    with server.connect() as connection:
        connection.send(encoded("GET /stream", version="1.0"))
        response = connection.read_response()
        assert framing(response) == (None, None)
        assert response.body == b"abcdef"
        assert connection.read_to_end() == b""


def test_stream_ends_with_the_connection_even_when_http_1_0_asks_for_more(server: Server) -> None:
    with server.connect() as connection:
        connection.send(encoded("GET /stream", b"", "Connection: keep-alive", version="1.0"))
        response = connection.read_response()
        assert response.header(b"transfer-encoding") is None
        assert response.body == b"abcdef"


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_stream_with_content_length_is_not_chunked(server: Server, version: str) -> None:
    with server.connect() as connection:
        connection.send(encoded("GET /stream-with-length", version=version))
        response = connection.read_response()
        assert response.body == b"abcdef"
        assert framing(response) == (b"6", None)


def test_stream_is_sent_as_it_is_produced(server: Server) -> None:
    with server.connect() as connection:
        connection.send(encoded("GET /stream-on-demand"))
        response = connection.open_response()
        assert response.read_some() == b"first"
        open_gate(server, "stream-on-demand")
        assert response.read().body == b"second"


@pytest.mark.parametrize("size", [1, 16_384, 65_535, 65_536, 65_537, 1_000_000, 10_000_000])
def test_body_of_any_size_in_one_message(server: Server, size: int) -> None:
    assert server.request(f"GET /large?{size}").body == b"x" * size


def test_transfer_encoding_of_the_application_is_ignored(server: Server) -> None:
    response = server.request("GET /own-transfer-encoding")
    assert response.body == b"ab"
    assert framing(response) == (None, b"chunked")


def test_content_length_wins_over_the_application_s_transfer_encoding(server: Server) -> None:
    response = server.request("GET /own-transfer-encoding-and-length")
    assert response.body == b"ab"
    assert framing(response) == (b"2", None)


@pytest.mark.parametrize("path", ["/plain", "/one-message", "/stream", "/stream-with-length"])
def test_head_has_no_content_though_the_application_sends_some(server: Server, path: str) -> None:
    with server.connect() as connection:
        response = connection.request(f"HEAD {path}")
        assert (response.status, response.body) == (200, b"")
        assert connection.request("GET /plain").body == b"plain"


def test_head_has_the_content_length_of_get(server: Server) -> None:
    assert server.request("HEAD /plain").header(b"content-length") == b"5"


@pytest.mark.parametrize("status", [204, 304])
def test_status_without_content(server: Server, status: int) -> None:
    with server.connect() as connection:
        response = connection.request(f"GET /no-content?{status}")
        assert (response.status, response.body) == (status, b"")
        assert response.header(b"transfer-encoding") is None
        assert connection.request("GET /plain").body == b"plain"


def test_no_content_has_no_content_length(server: Server) -> None:
    """RFC 9110, section 8.6: MUST NOT be sent with 204."""
    assert server.request("GET /no-content?204").header(b"content-length") is None


def test_not_modified_may_have_a_content_length(server: Server) -> None:
    with server.connect() as connection:
        response = connection.request("GET /not-modified-with-length")
        assert (response.status, response.body) == (304, b"")
        assert response.header(b"etag") == b'"1"'
        assert connection.request("GET /plain").body == b"plain"


def test_repeated_headers_keep_their_order(server: Server) -> None:
    response = server.request("GET /repeated-headers")
    assert response.all(b"set-cookie") == [b"a=1", b"b=2"]
    names = [name for name, _ in response.headers if name in {b"set-cookie", b"x-between"}]
    assert names == [b"set-cookie", b"x-between", b"set-cookie"]


def test_many_headers(server: Server) -> None:
    response = server.request("GET /many-headers")
    assert [response.header(b"x-%d" % n) for n in range(200)] == [b"v" * 40] * 200


def test_headers_are_any_iterable_of_pairs(server: Server) -> None:
    response = server.request("GET /headers-from-a-generator")
    assert (response.header(b"x-a"), response.header(b"x-b")) == (b"1", b"1")


def test_date_and_server_are_added(server: Server) -> None:
    response = server.request("GET /plain")
    date = response.header(b"date")
    assert date is not None
    assert date.endswith(b" GMT")
    assert parsedate_to_datetime(date.decode()).year > 2000
    assert response.header(b"server")


def test_date_is_that_of_the_response(server: Server) -> None:
    """Not that of the start, nor of an earlier response."""
    earlier = seconds(server.request("GET /plain"))
    wait_for(lambda: time.time() >= earlier + 1, "the next second")
    before = int(time.time())
    assert before <= seconds(server.request("GET /plain")) <= time.time()


def test_date_and_server_of_the_application_stay_alone(server: Server) -> None:
    response = server.request("GET /own-date-and-server")
    assert response.header(b"date") == b"Thu, 01 Jan 1970 00:00:00 GMT"
    assert response.header(b"server") == b"mine"


def test_date_and_server_can_be_left_out(serve: Launcher) -> None:
    with serve("responses:app", "--no-date-header", "--no-server-header") as server:
        response = server.request("GET /plain")
        assert response.header(b"date") is None
        assert response.header(b"server") is None


def test_application_closes_the_connection(server: Server) -> None:
    with server.connect() as connection:
        response = connection.request("GET /asks-to-close")
        assert response.header(b"connection") == b"close"
        assert response.body == b"bye"
        assert connection.read_to_end() == b""


def test_client_closes_the_connection(server: Server) -> None:
    with server.connect() as connection:
        response = connection.request("GET /plain", b"", "Connection: close")
        assert response.header(b"connection") == b"close"
        assert connection.read_to_end() == b""


def test_connection_is_kept_alive(server: Server) -> None:
    with server.connect() as connection:
        bodies = [connection.request(f"GET {path}").body for path in ("/plain", "/stream") * 20]
    assert bodies == [b"plain", b"abcdef"] * 20


def test_pipelined_responses_keep_the_order_of_the_requests(server: Server) -> None:
    """The first one is still waiting in the application when the others arrive."""
    with server.connect() as connection:
        paths = ["/slow", "/plain", "/stream", "/one-message", "/stream-with-length"]
        connection.send(b"".join(encoded(f"GET {path}") for path in paths))
        open_gate(server, "slow")
        bodies = [connection.read_response().body for _ in paths]
    assert bodies == [b"slow", b"plain", b"abcdef", b"one message", b"abcdef"]
