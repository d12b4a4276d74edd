"""Applications that break, or break the rules: the peer is told no lie, and the server goes on."""

import re
from collections.abc import Iterable, Iterator

import h11
import pytest
from apps.broken_rules import (
    BAD_LENGTHS,
    BAD_NAMES,
    NUL_VALUES,
    SPLIT_VALUES,
    WRONG_MESSAGES,
)
from support.client import Connection, Response, encoded
from support.scenarios import reported
from support.server import Launcher, Server

from asgi.specification import (
    CONTENT_LENGTH,
    ERROR_HANDLING,
    FIELD_NAMES,
    FIELD_VALUES,
    INCOMPLETE_MESSAGES,
    MUST,
    PERSISTENCE,
    PRACTICE,
    RESPONSE_START,
    SERVER_ERROR,
    SHOULD,
    Level,
    Section,
    proves,
)

FIELD_LINE = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\r\n\0]*")


@pytest.fixture(scope="module")
def server(serve: Launcher) -> Iterator[Server]:
    with serve("failures:app") as server:
        yield server


@pytest.fixture(autouse=True)
def still_serves(server: Server) -> Iterator[None]:
    """Whatever an application does, the next request is answered."""
    yield
    assert server.request("GET /plain").body == b"plain"


def complete_response(connection: Connection) -> Response | None:
    """The response, or nothing when the server cut it off."""
    try:
        return connection.read_response()
    except (h11.RemoteProtocolError, ConnectionError):
        return None


def exchanged(server: Server, target: str) -> bytes:
    """Everything that comes back for a request after which the connection closes."""
    with server.connect() as connection:
        connection.send(encoded(f"GET {target}", b"", "Connection: close"))
        return connection.read_to_end()


def assert_no_success(server: Server, target: str) -> None:
    """Either the response is cut off, or an error is reported instead of it."""
    with server.connect() as connection:
        connection.send(encoded(f"GET {target}"))
        response = complete_response(connection)
    assert response is None or response.status == 500


@proves(SERVER_ERROR, "an exception before the response starts is a 500", PRACTICE)
def test_exception_before_the_start_is_a_500(server: Server) -> None:
    assert server.request("GET /raise-before-start").status == 500
    server.expect_error("ExpectedError: before the start")


@proves(SERVER_ERROR, "that 500 tells the peer nothing about the exception", PRACTICE)
def test_exception_tells_the_peer_nothing(server: Server) -> None:
    received = exchanged(server, "/raise-before-start")
    assert b"ExpectedError" not in received
    assert b"before the start" not in received


@proves(SERVER_ERROR, "an exception after the body has been read is a 500", PRACTICE)
def test_exception_after_reading_is_a_500(server: Server) -> None:
    assert server.request("POST /raise-after-reading", b"body").status == 500
    server.expect_error("ExpectedError: after reading")


@proves(SERVER_ERROR, "an application that is cancelled before the start is a 500", PRACTICE)
def test_cancelled_error_is_a_500(server: Server) -> None:
    assert server.request("GET /raise-cancelled").status == 500
    server.expect_error("CancelledError")


@proves(PERSISTENCE, "an unread body is not taken for a request after an exception either")
def test_exception_before_an_unread_body(server: Server) -> None:
    body = encoded("GET /plain")
    with server.connect() as connection:
        connection.send(encoded("POST /raise-before-start", body, "Connection: close"))
        received = connection.read_to_end()
    assert received.count(b"HTTP/1.1 ") <= 1
    assert not received.endswith(b"plain")


@proves(ERROR_HANDLING, "an exception after the start is never a complete success")
def test_exception_after_the_start_is_no_success(server: Server) -> None:
    """The start may still be unsent: then a 500 is as good as a response that is cut off."""
    assert_no_success(server, "/raise-after-start")
    server.expect_error("ExpectedError: after the start")


@proves(ERROR_HANDLING, "an exception within a chunked response leaves out the last chunk")
def test_exception_within_chunks_leaves_out_the_last_chunk(server: Server) -> None:
    received = exchanged(server, "/raise-within-chunks")
    assert received.startswith(b"HTTP/1.1 200 ")
    assert b"chunk\r\n" in received
    assert not received.endswith(b"0\r\n\r\n")
    server.expect_error("ExpectedError: within chunks")


@proves(ERROR_HANDLING, "an exception within `Content-Length` leaves out the rest")
def test_exception_within_a_length_leaves_out_the_rest(server: Server) -> None:
    received = exchanged(server, "/raise-within-length")
    assert received.startswith(b"HTTP/1.1 200 ")
    assert received.endswith(b"\r\n\r\nchunk")
    server.expect_error("ExpectedError: within a length")


@proves(ERROR_HANDLING, "an exception within a response closes the connection")
@pytest.mark.parametrize("path", ["/raise-within-chunks", "/raise-within-length"])
def test_exception_within_a_response_closes(server: Server, path: str) -> None:
    with server.connect() as connection:
        connection.send(encoded(f"GET {path}"))
        assert connection.open_response().read_some() == b"chunk"
        connection.read_to_end()


@proves(ERROR_HANDLING, "an exception after the response leaves it as it is", PRACTICE)
def test_exception_after_the_end_leaves_the_response(server: Server) -> None:
    response = server.request("GET /raise-after-end")
    assert (response.status, response.body) == (200, b"complete")
    server.expect_error("ExpectedError: after the end")


@proves(SERVER_ERROR, "an application that returns without a response is a 500", PRACTICE)
def test_no_response_is_a_500(server: Server) -> None:
    assert server.request("GET /no-response").status == 500


@proves(RESPONSE_START, "a start without a body is never a complete success", PRACTICE)
def test_start_without_a_body_is_no_success(server: Server) -> None:
    assert_no_success(server, "/start-only")


@proves(
    INCOMPLETE_MESSAGES, "a response that the application leaves unfinished is cut off", PRACTICE
)
def test_unfinished_response_is_no_success(server: Server) -> None:
    assert_no_success(server, "/unfinished-response")


@proves(CONTENT_LENGTH, "a body in pieces may add up to `Content-Length`")
def test_the_announced_length(server: Server) -> None:
    assert server.request("GET /five-bytes?he,llo").body == b"hello"
    assert reported(server, "he,llo") == [True, True]


@proves(INCOMPLETE_MESSAGES, "a body that is shorter than `Content-Length` is cut off", PRACTICE)
@pytest.mark.parametrize("parts", ["hel", "h,e", ","])
def test_body_that_is_too_short_is_no_success(server: Server, parts: str) -> None:
    assert_no_success(server, f"/five-bytes?{parts}")


@proves(CONTENT_LENGTH, "nothing is sent beyond `Content-Length`")
@pytest.mark.parametrize("parts", ["hello,more", "hello-and-more", "hel,lo-and-more"])
def test_nothing_is_sent_beyond_the_announced_length(server: Server, parts: str) -> None:
    assert b"more" not in exchanged(server, f"/five-bytes?{parts}")


@proves(CONTENT_LENGTH, "`send` raises when the body gets longer than `Content-Length`", PRACTICE)
@pytest.mark.parametrize("parts", ["hel,lo-and-more", "hello-and-more"])
def test_send_raises_when_a_body_gets_too_long(server: Server, parts: str) -> None:
    exchanged(server, f"/five-bytes?{parts}")
    assert reported(server, parts)[-1] is False


@proves(CONTENT_LENGTH, "`send` raises when the body ends before `Content-Length`", PRACTICE)
def test_send_raises_when_a_body_is_too_short(server: Server) -> None:
    exchanged(server, "/five-bytes?hel")
    assert reported(server, "hel") == [False]


def rows(names: Iterable[str], section: Section, rule: str, level: Level) -> list[object]:
    """Rows of one check."""
    return [pytest.param(name, marks=proves(section, rule, level)) for name in names]


@pytest.mark.parametrize(
    "name",
    [
        *rows(BAD_NAMES, FIELD_NAMES, "a name that is no token is never sent", MUST),
        *rows(SPLIT_VALUES, FIELD_VALUES, "CR or LF in a value never splits the response", MUST),
        *rows(NUL_VALUES, FIELD_VALUES, "NUL in a value is never sent", MUST),
    ],
)
def test_bad_headers_are_not_written(server: Server, name: str) -> None:
    """A server may also leave out or repair what is wrong."""
    head = exchanged(server, f"/bad-headers?{name}").partition(b"\r\n\r\n")[0]
    assert all(FIELD_LINE.fullmatch(line) for line in head.split(b"\r\n")[1:])
    assert not re.search(rb"(?i)\r\nset-cookie:", head)


@proves(CONTENT_LENGTH, "`Content-Length` is never sent twice, or as anything but a number")
@pytest.mark.parametrize("name", BAD_LENGTHS)
def test_bad_lengths_are_not_written(server: Server, name: str) -> None:
    received = exchanged(server, f"/bad-headers?{name}")
    lengths = re.findall(rb"(?i)\r\ncontent-length:[ \t]*(.*?)\r\n", received)
    assert len(lengths) <= 1
    assert all(length.isdigit() for length in lengths)


@pytest.mark.parametrize(
    "name",
    [
        *rows(BAD_NAMES, FIELD_NAMES, "`send` raises for a name that is no token", PRACTICE),
        *rows(SPLIT_VALUES, FIELD_VALUES, "`send` raises for CR or LF in a value", PRACTICE),
        *rows(NUL_VALUES, FIELD_VALUES, "`send` raises for NUL in a value", PRACTICE),
        *rows(BAD_LENGTHS, CONTENT_LENGTH, "`send` raises for a bad `Content-Length`", PRACTICE),
        *rows(["name-str"], ERROR_HANDLING, "`send` raises for a name that is a `str`", SHOULD),
        *rows(["value-str"], ERROR_HANDLING, "`send` raises for a value that is a `str`", SHOULD),
        *rows(["not-a-pair"], ERROR_HANDLING, "`send` raises for a header without a value", SHOULD),
    ],
)
def test_send_raises_for_bad_headers(server: Server, name: str) -> None:
    """Not later than with the end of the response: a server may hold back the start."""
    exchanged(server, f"/bad-headers?{name}")
    assert reported(server, name) is False


@pytest.mark.parametrize(
    "name",
    [
        *rows(["unknown-type"], ERROR_HANDLING, "`send` raises for an unknown `type`", SHOULD),
        *rows(
            ["websocket-type"],
            ERROR_HANDLING,
            "`send` raises for the `type` of another protocol",
            SHOULD,
        ),
        *rows(["no-type"], ERROR_HANDLING, "`send` raises for a message without `type`", SHOULD),
        *rows(["no-status"], ERROR_HANDLING, "`send` raises for a start without `status`", SHOULD),
        *rows(
            ["status-str"], ERROR_HANDLING, "`send` raises for a `status` that is a `str`", SHOULD
        ),
        *rows(["body-str"], ERROR_HANDLING, "`send` raises for a `body` that is a `str`", SHOULD),
        *rows(
            ["body-first"], RESPONSE_START, "`send` raises for a body before the start", PRACTICE
        ),
        *rows(["start-twice"], RESPONSE_START, "`send` raises for a second start", PRACTICE),
        *rows(
            ["start-within-body"],
            RESPONSE_START,
            "`send` raises for a start within the body",
            PRACTICE,
        ),
    ],
)
def test_send_raises_for_wrong_messages(server: Server, name: str) -> None:
    with server.connect() as connection:
        connection.send(encoded(f"GET /wrong-messages?{name}"))
        accepted = reported(server, name)
    assert accepted == [True] * (len(WRONG_MESSAGES[name]) - 1) + [False]


@proves(ERROR_HANDLING, "wrong messages never make a complete success", PRACTICE)
@pytest.mark.parametrize("name", WRONG_MESSAGES)
def test_wrong_messages_are_no_success(server: Server, name: str) -> None:
    assert_no_success(server, f"/wrong-messages?{name}")
