"""From the messages of the application to the bytes of the response."""

from collections.abc import Iterator
from email.utils import parsedate_to_datetime

import pytest
from support.client import Response, encoded
from support.scenarios import open_gate, reported
from support.server import Launcher, Server

from asgi.specification import (
    APPLICATIONS,
    CONTENT_LENGTH,
    DATE,
    ERROR_HANDLING,
    FIELD_VALUES,
    HEAD,
    MESSAGE_BODY_LENGTH,
    NOT_MODIFIED,
    PRACTICE,
    RESPONSE_BODY,
    RESPONSE_START,
    SERVER,
    SHOULD,
    STATUS_CODES,
    TRANSFER_ENCODING,
    proves,
)

FRAMING = (b"content-length", b"transfer-encoding")


@pytest.fixture(scope="module")
def server(serve: Launcher) -> Iterator[Server]:
    with serve("responses:app") as server:
        yield server


def framing(response: Response) -> tuple[bytes | None, ...]:
    return tuple(response.header(name) for name in FRAMING)


@proves(RESPONSE_START, "`headers` may be left out")
def test_start_needs_no_headers(server: Server) -> None:
    response = server.request("GET /start-without-headers")
    assert (response.status, response.body) == (202, b"accepted")


@proves(RESPONSE_START, "`status` is the status code of the response")
@pytest.mark.parametrize("status", [200, 201, 301, 404, 418, 500, 503])
def test_status(server: Server, status: int) -> None:
    assert server.request(f"GET /status?{status}").status == status


@proves(STATUS_CODES, "a status code that nobody has registered is sent as it is", PRACTICE)
@pytest.mark.parametrize("status", [299, 499, 599])
def test_unknown_status(server: Server, status: int) -> None:
    assert server.request(f"GET /status?{status}").status == status


@proves(RESPONSE_START, "`headers` are sent, names and values as they are")
def test_headers_are_sent(server: Server) -> None:
    response = server.request("GET /repeated-headers")
    assert response.header(b"x-between") == b"-"


@proves(RESPONSE_START, "a pair in `headers` may be a list")
def test_header_pairs_may_be_lists(server: Server) -> None:
    response = server.request("GET /headers-as-lists")
    assert (response.header(b"x-a"), response.header(b"x-b")) == (b"1", b"1")


@proves(RESPONSE_START, "`headers` may be any iterable, such as a generator")
def test_headers_are_any_iterable_of_pairs(server: Server) -> None:
    response = server.request("GET /headers-from-a-generator")
    assert (response.header(b"x-a"), response.header(b"x-b")) == (b"1", b"1")


@proves(RESPONSE_START, "the order of `headers` is preserved, and duplicates such as `set-cookie`")
def test_repeated_headers_keep_their_order(server: Server) -> None:
    response = server.request("GET /repeated-headers")
    assert response.all(b"set-cookie") == [b"a=1", b"b=2"]
    names = [name for name, _ in response.headers if name in {b"set-cookie", b"x-between"}]
    assert names == [b"set-cookie", b"x-between", b"set-cookie"]


@proves(RESPONSE_START, "`headers` may be many", PRACTICE)
def test_many_headers(server: Server) -> None:
    response = server.request("GET /many-headers")
    assert [response.header(b"x-%d" % n) for n in range(200)] == [b"v" * 40] * 200


@proves(FIELD_VALUES, "a value in `headers` may be empty, or have octets outside of ASCII")
def test_unusual_values(server: Server) -> None:
    response = server.request("GET /unusual-values")
    assert response.header(b"x-empty") == b""
    assert response.header(b"x-octets") == b"caf\xe9 \xf0\x9f\x94\xa5"


@proves(RESPONSE_START, "`Transfer-Encoding` of the application is ignored")
def test_transfer_encoding_of_the_application_is_ignored(server: Server) -> None:
    response = server.request("GET /own-transfer-encoding")
    assert response.body == b"ab"
    assert len(response.all(b"transfer-encoding")) <= 1


@proves(RESPONSE_START, "`Transfer-Encoding` beside `Content-Length` is ignored too")
def test_content_length_wins_over_the_application_s_transfer_encoding(server: Server) -> None:
    response = server.request("GET /own-transfer-encoding-and-length")
    assert response.body == b"ab"
    assert None in framing(response)


@proves(ERROR_HANDLING, "keys that the server doesn't know raise nothing")
def test_extra_keys(server: Server) -> None:
    assert server.request("GET /extra-keys").body == b"extra"


@proves(RESPONSE_BODY, "`body` and `more_body` may be left out: an empty message, the last one")
def test_body_message_needs_no_keys(server: Server) -> None:
    response = server.request("GET /body-without-keys")
    assert (response.status, response.body) == (200, b"")


@proves(RESPONSE_BODY, "one message is a complete body")
def test_body_in_one_message(server: Server) -> None:
    assert server.request("GET /one-message").body == b"one message"


@proves(RESPONSE_BODY, "bodies are concatenated, empty ones among them")
def test_bodies_are_concatenated(server: Server) -> None:
    """An empty chunk would end the body: RFC 9112, section 7.1."""
    assert server.request("GET /stream").body == b"abcdef"


@proves(RESPONSE_BODY, "a message is flushed before `send` returns")
def test_stream_is_sent_as_it_is_produced(server: Server) -> None:
    with server.connect() as connection:
        connection.send(encoded("GET /stream-on-demand"))
        response = connection.open_response()
        assert response.read_some() == b"first"
        open_gate(server, "stream-on-demand")
        assert response.read().body == b"second"


@proves(RESPONSE_BODY, "a body may have any size")
@pytest.mark.parametrize("size", [1, 16_384, 65_535, 65_536, 65_537, 1_000_000, 10_000_000])
def test_body_of_any_size_in_one_message(server: Server, size: int) -> None:
    assert server.request(f"GET /large?{size}").body == b"x" * size


@proves(RESPONSE_BODY, "messages after the last one are ignored")
def test_messages_after_the_end_are_ignored(server: Server) -> None:
    """They may raise too: then the application has heard of its mistake, and the peer not."""
    with server.connect() as connection:
        assert connection.request("GET /messages-after-the-end").body == b"complete"
        reported(server, "messages-after-the-end")
        connection.send(encoded("GET /plain", b"", "Connection: close"))
        received = connection.read_to_end()
    assert received.startswith(b"HTTP/1.1 200 ")
    assert b"more" not in received


@proves(RESPONSE_BODY, "`Content-Length` is kept, and the body is not chunked")
@pytest.mark.parametrize("path", ["/plain", "/stream-with-length"])
def test_content_length_is_kept(server: Server, path: str) -> None:
    response = server.request(f"GET {path}")
    assert framing(response) == (b"%d" % len(response.body), None)


@proves(
    MESSAGE_BODY_LENGTH,
    "a body without `Content-Length` is chunked or counted, not ended by closing",
    SHOULD,
)
def test_end_of_a_stream_is_visible(server: Server) -> None:
    """So that it can be told from one that was cut off."""
    response = server.request("GET /stream")
    assert framing(response) in {(None, b"chunked"), (b"6", None)}


@proves(TRANSFER_ENCODING, "HTTP/1.0 gets no `Transfer-Encoding`")
@pytest.mark.parametrize("fields", [(), ("Connection: keep-alive",)], ids=["close", "keep-alive"])
def test_stream_is_not_chunked_in_http_1_0(server: Server, fields: tuple[str, ...]) -> None:
    with server.connect() as connection:
        connection.send(encoded("GET /stream", b"", *fields, version="1.0"))
        response = connection.read_response()
    assert response.header(b"transfer-encoding") is None
    assert response.body == b"abcdef"


@proves(MESSAGE_BODY_LENGTH, "a stream to HTTP/1.0 ends with the connection")
def test_stream_ends_with_the_connection_in_http_1_0(server: Server) -> None:
    with server.connect() as connection:
        connection.send(encoded("GET /stream", version="1.0"))
        assert connection.read_response().body == b"abcdef"
        assert connection.read_to_end() == b""


@proves(HEAD, "a response to HEAD has no content, though the application sends some")
@pytest.mark.parametrize("path", ["/plain", "/one-message", "/stream", "/stream-with-length"])
def test_head_has_no_content_though_the_application_sends_some(server: Server, path: str) -> None:
    with server.connect() as connection:
        connection.send(encoded(f"HEAD {path}", b"", "Connection: close"))
        received = connection.read_to_end()
    assert received.startswith(b"HTTP/1.1 200 ")
    assert received.endswith(b"\r\n\r\n")


@proves(HEAD, "a connection goes on after HEAD", PRACTICE)
@pytest.mark.parametrize("path", ["/plain", "/stream"])
def test_connection_goes_on_after_head(server: Server, path: str) -> None:
    with server.connect() as connection:
        connection.request(f"HEAD {path}")
        assert connection.request("GET /plain").body == b"plain"


@proves(HEAD, "a response to HEAD has the `Content-Length` of the application", SHOULD)
def test_head_has_the_content_length_of_get(server: Server) -> None:
    assert server.request("HEAD /plain").header(b"content-length") == b"5"


STATUSES_WITHOUT_CONTENT = [
    pytest.param(204, marks=proves(MESSAGE_BODY_LENGTH, "204 has no content, whatever is sent")),
    pytest.param(304, marks=proves(MESSAGE_BODY_LENGTH, "304 has no content, whatever is sent")),
]


@pytest.mark.parametrize("status", STATUSES_WITHOUT_CONTENT)
def test_status_without_content(server: Server, status: int) -> None:
    with server.connect() as connection:
        connection.send(encoded(f"GET /no-content?{status}", b"", "Connection: close"))
        received = connection.read_to_end()
    assert received.startswith(b"HTTP/1.1 %d " % status)
    assert received.endswith(b"\r\n\r\n")
    assert received.count(b"\r\n\r\n") == 1


@proves(MESSAGE_BODY_LENGTH, "a connection goes on after 204 and 304", PRACTICE)
@pytest.mark.parametrize("status", [204, 304])
def test_connection_goes_on_after_a_status_without_content(server: Server, status: int) -> None:
    with server.connect() as connection:
        assert connection.request(f"GET /status?{status}").status == status
        assert connection.request("GET /plain").body == b"plain"


@proves(CONTENT_LENGTH, "204 has no `Content-Length`")
def test_no_content_has_no_content_length(server: Server) -> None:
    assert server.request("GET /no-content?204").header(b"content-length") is None


@proves(TRANSFER_ENCODING, "204 has no `Transfer-Encoding`")
def test_no_content_has_no_transfer_encoding(server: Server) -> None:
    assert server.request("GET /no-content?204").header(b"transfer-encoding") is None


@proves(NOT_MODIFIED, "304 keeps the `ETag` that the application gives")
def test_not_modified_has_its_etag(server: Server) -> None:
    response = server.request("GET /not-modified-with-length")
    assert (response.status, response.body) == (304, b"")
    assert response.header(b"etag") == b'"1"'


@proves(DATE, "`Date` is added")
def test_date_is_added(server: Server) -> None:
    date = server.request("GET /plain").header(b"date")
    assert date is not None
    assert date.endswith(b" GMT")
    assert parsedate_to_datetime(date.decode()).year > 2000


@proves(DATE, "`Date` of the application stays alone", PRACTICE)
def test_date_of_the_application_stays_alone(server: Server) -> None:
    date = server.request("GET /own-date-and-server").all(b"date")
    assert date == [b"Thu, 01 Jan 1970 00:00:00 GMT"]


@proves(SERVER, "`Server` of the application stays alone", PRACTICE)
def test_server_of_the_application_stays_alone(server: Server) -> None:
    assert server.request("GET /own-date-and-server").all(b"server") == [b"mine"]


@proves(APPLICATIONS, "`send` returns `None`", PRACTICE)
def test_send_returns_none(server: Server) -> None:
    server.request("GET /returned-by-send")
    assert reported(server, "returned-by-send") == [None, None]
