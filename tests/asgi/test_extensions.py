"""Extensions: what a server announces, works."""

import ast
from collections.abc import Iterator
from pathlib import Path

import h11
import pytest
from apps.payload import BLOCK, blocks, digest
from support.client import Connection, Response, encoded
from support.scenarios import open_gate, reported
from support.server import Launcher, Server, not_offered

from asgi.specification import (
    DEBUG,
    EARLY_HINTS,
    EXTENSIONS,
    FIELD_VALUES,
    HEAD,
    INTERIM_RESPONSES,
    PATH_SEND,
    PRACTICE,
    PUSH,
    SHOULD,
    TLS,
    TRAILERS,
    TRANSFER_ENCODING,
    ZERO_COPY_SEND,
    proves,
)

DIGITS = b"0123456789"

LARGE = 160 * BLOCK

WANTS_TRAILERS = ("TE: trailers", "Connection: TE")

LINKS = [b"</a.css>; rel=preload; as=style", b"</b.js>; rel=preload; as=script"]


@pytest.fixture(scope="module")
def server(serve: Launcher) -> Iterator[Server]:
    with serve("extensions:app") as server:
        yield server


@pytest.fixture(scope="module")
def announced(server: Server) -> set[str]:
    """What the server offers to a request that accepts trailers; without, it may offer less."""
    return set(
        ast.literal_eval(server.request("GET /announced", b"", *WANTS_TRAILERS).body.decode())
    )


@pytest.fixture
def path_send(announced: set[str]) -> None:
    require(announced, "http.response.pathsend")


@pytest.fixture
def zero_copy_send(announced: set[str]) -> None:
    require(announced, "http.response.zerocopysend")


@pytest.fixture
def trailers(announced: set[str]) -> None:
    require(announced, "http.response.trailers")


@pytest.fixture
def early_hint(announced: set[str]) -> None:
    require(announced, "http.response.early_hint")


def require(announced: set[str], extension: str) -> None:
    if extension not in announced:
        not_offered(f"`{extension}`")


@pytest.fixture
def digits(tmp_path: Path) -> Path:
    """A small file."""
    return written(tmp_path, DIGITS)


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A file that no buffer takes at once."""
    return written(tmp_path, b"".join(blocks(LARGE)))


def written(folder: Path, data: bytes) -> Path:
    file = folder / "file"
    file.write_bytes(data)
    return file


def exchanged(server: Server, head: str, *fields: str, version: str = "1.1") -> bytes:
    """Everything that comes back for a request after which the connection closes."""
    with server.connect() as connection:
        connection.send(encoded(head, b"", "Connection: close", *fields, version=version))
        return connection.read_to_end()


@proves(DEBUG, "`http.response.debug` is not announced", SHOULD)
def test_debug_is_not_announced(announced: set[str]) -> None:
    assert "http.response.debug" not in announced


@proves(TLS, "`tls` is not announced without TLS")
def test_tls_is_not_announced(announced: set[str]) -> None:
    assert "tls" not in announced


@proves(PUSH, "`http.response.push` is not announced in HTTP/1.1, which has no push", PRACTICE)
def test_push_is_not_announced(announced: set[str]) -> None:
    assert "http.response.push" not in announced


@proves(EXTENSIONS, "`send` raises for a message of an extension that is not announced", SHOULD)
def test_unannounced_messages_raise(server: Server) -> None:
    missing, accepted = ast.literal_eval(server.request("GET /unannounced").body.decode())
    if not missing:
        pytest.skip("every extension is announced")
    assert accepted == []


@proves(PATH_SEND, "the file is the body")
@pytest.mark.usefixtures("path_send")
def test_path_send(server: Server, digits: Path) -> None:
    response = server.request(f"GET /path-send?path={digits}&length=10")
    assert (response.header(b"content-length"), response.body) == (b"10", DIGITS)


@proves(PATH_SEND, "a file without `Content-Length` is framed by the server")
@pytest.mark.usefixtures("path_send")
def test_path_send_without_length(server: Server, digits: Path) -> None:
    response = server.request(f"GET /path-send?path={digits}")
    assert response.body == DIGITS
    assert response.header(b"content-length") or response.header(b"transfer-encoding")


@proves(PATH_SEND, "a large file comes whole")
@pytest.mark.usefixtures("path_send")
def test_path_send_of_a_large_file(server: Server, large: Path) -> None:
    response = server.request(f"GET /path-send?path={large}&length={LARGE}")
    assert digest([response.body]) == digest(blocks(LARGE))


@proves(PATH_SEND, "an empty file is an empty body")
@pytest.mark.usefixtures("path_send")
def test_path_send_of_an_empty_file(server: Server, tmp_path: Path) -> None:
    file = written(tmp_path, b"")
    assert server.request(f"GET /path-send?path={file}&length=0").body == b""


@proves(PATH_SEND, "the file completes the response, and the connection goes on")
@pytest.mark.usefixtures("path_send")
def test_path_send_completes_the_response(server: Server, digits: Path) -> None:
    with server.connect() as connection:
        assert connection.request(f"GET /path-send?path={digits}&length=10").body == DIGITS
        assert reported(server, "path-send") == "http.disconnect"
        assert connection.request("GET /plain").body == b"plain"


@proves(PATH_SEND, "a file that does not exist is no success", PRACTICE)
@pytest.mark.usefixtures("path_send")
def test_path_send_of_no_file(server: Server, tmp_path: Path) -> None:
    assert_no_success(server, f"/path-send-refused?path={tmp_path / 'missing'}")
    server.expect_error("ExpectedError: refused")


@proves(PATH_SEND, "nothing is sent beyond `Content-Length`")
@pytest.mark.usefixtures("path_send")
def test_path_send_of_a_file_that_is_too_long(server: Server, digits: Path) -> None:
    received = exchanged(server, f"GET /path-send-refused?path={digits}&length=5")
    server.expect_error("ExpectedError: refused")
    assert DIGITS not in received


@proves(HEAD, "a path that is sent has no content in a response to HEAD")
@pytest.mark.usefixtures("path_send")
def test_path_send_for_head(server: Server, digits: Path) -> None:
    received = exchanged(server, f"HEAD /path-send?path={digits}&length=10")
    assert received.startswith(b"HTTP/1.1 200 ")
    assert received.endswith(b"\r\n\r\n")


def zero_copied(server: Server, file: Path, **limits: int) -> bytes:
    parameters = "".join(f"&{name}={value}" for name, value in limits.items())
    return server.request(f"GET /zero-copy-send?path={file}{parameters}").body


@pytest.mark.usefixtures("zero_copy_send")
@pytest.mark.parametrize(
    ("limits", "body"),
    [
        pytest.param({}, DIGITS, marks=proves(ZERO_COPY_SEND, "the file is the body")),
        pytest.param(
            {"offset": 3}, b"3456789", marks=proves(ZERO_COPY_SEND, "`offset` is where it begins")
        ),
        pytest.param(
            {"position": 3},
            b"3456789",
            marks=proves(ZERO_COPY_SEND, "without `offset` it begins at the file's position"),
        ),
        pytest.param(
            {"count": 4}, b"0123", marks=proves(ZERO_COPY_SEND, "`count` is how much is sent")
        ),
        pytest.param(
            {"offset": 3, "count": 4},
            b"3456",
            marks=proves(ZERO_COPY_SEND, "`offset` and `count` are a part of the file"),
        ),
        pytest.param(
            {"offset": 0, "position": 5},
            DIGITS,
            marks=proves(ZERO_COPY_SEND, "`offset` of 0 is the beginning, not the position"),
        ),
    ],
)
def test_zero_copy_send(server: Server, digits: Path, limits: dict[str, int], body: bytes) -> None:
    assert zero_copied(server, digits, **limits) == body


@proves(ZERO_COPY_SEND, "a large file comes whole")
@pytest.mark.usefixtures("zero_copy_send")
@pytest.mark.parametrize("length", [{}, {"length": LARGE}], ids=["no-length", "length"])
def test_zero_copy_send_of_a_large_file(
    server: Server, large: Path, length: dict[str, int]
) -> None:
    assert digest([zero_copied(server, large, **length)]) == digest(blocks(LARGE))


@proves(ZERO_COPY_SEND, "files and bodies are mixed in one response")
@pytest.mark.usefixtures("zero_copy_send")
def test_zero_copy_send_among_bodies(server: Server, digits: Path) -> None:
    assert server.request(f"GET /zero-copy-send-mixed?path={digits}").body == b"<234|01>"


@proves(ZERO_COPY_SEND, "without `more_body` it completes the response")
@pytest.mark.usefixtures("zero_copy_send")
def test_zero_copy_send_completes_the_response(server: Server, digits: Path) -> None:
    with server.connect() as connection:
        path = f"/zero-copy-send?path={digits}&length=10"
        assert connection.request(f"GET {path}").body == DIGITS
        assert reported(server, "zero-copy-send")[0] == "http.disconnect"
        assert connection.request("GET /plain").body == b"plain"


@proves(ZERO_COPY_SEND, "the file is left open for the application to close")
@pytest.mark.usefixtures("zero_copy_send")
def test_zero_copy_send_leaves_the_file_open(server: Server, digits: Path) -> None:
    assert zero_copied(server, digits) == DIGITS
    assert reported(server, "zero-copy-send")[1] == b"0"


@proves(HEAD, "a file that is sent has no content in a response to HEAD")
@pytest.mark.usefixtures("zero_copy_send")
def test_zero_copy_send_for_head(server: Server, digits: Path) -> None:
    received = exchanged(server, f"HEAD /zero-copy-send?path={digits}&length=10")
    assert received.startswith(b"HTTP/1.1 200 ")
    assert received.endswith(b"\r\n\r\n")


@proves(TRAILERS, "trailers come after the body when the request has `TE: trailers`")
@pytest.mark.usefixtures("trailers")
def test_trailers(server: Server) -> None:
    response = server.request("GET /trailers", b"", *WANTS_TRAILERS)
    assert response.body == b"content"
    assert response.trailers == [(b"x-first", b"1"), (b"x-second", b"2")]


@proves(TRAILERS, "trailers come in several messages with `more_trailers`")
@pytest.mark.usefixtures("trailers")
def test_trailers_in_two_messages(server: Server) -> None:
    response = server.request("GET /trailers-in-two-messages", b"", *WANTS_TRAILERS)
    assert response.trailers == [(b"x-first", b"1"), (b"x-second", b"2")]


@proves(TRAILERS, "the connection goes on after trailers")
@pytest.mark.usefixtures("trailers")
def test_connection_goes_on_after_trailers(server: Server) -> None:
    with server.connect() as connection:
        for fields in (WANTS_TRAILERS, ()):
            assert connection.request("GET /trailers", b"", *fields).body == b"content"
        assert connection.request("GET /plain").body == b"plain"


@proves(TRAILERS, "trailers are left out when the request has no `TE: trailers`")
@pytest.mark.usefixtures("trailers")
def test_trailers_that_nobody_wants(server: Server) -> None:
    response = server.request("GET /trailers")
    assert (response.body, response.trailers) == (b"content", [])


@proves(TRAILERS, "the response is not complete before its trailers")
@pytest.mark.usefixtures("trailers")
def test_trailers_that_never_come(server: Server) -> None:
    assert_no_success(server, "/trailers-that-never-come", *WANTS_TRAILERS)


@proves(TRANSFER_ENCODING, "HTTP/1.0 gets neither chunks nor trailers")
@pytest.mark.usefixtures("trailers")
def test_trailers_for_http_1_0(server: Server) -> None:
    received = exchanged(server, "GET /trailers", *WANTS_TRAILERS, version="1.0")
    assert received.endswith(b"\r\n\r\ncontent")


@proves(FIELD_VALUES, "CR or LF in a trailer never splits the response")
@pytest.mark.usefixtures("trailers")
def test_trailers_that_split(server: Server) -> None:
    received = exchanged(server, "GET /trailers-that-split", *WANTS_TRAILERS)
    server.expect_error("ExpectedError: refused")
    assert b"evil" not in received


@proves(EARLY_HINTS, "a hint comes before the response, with its links", SHOULD)
@pytest.mark.usefixtures("early_hint")
def test_early_hint(server: Server) -> None:
    with server.connect() as connection:
        connection.send(encoded("GET /early-hint"))
        interim = read_head(connection)
        open_gate(server, "early-hint")
        assert connection.read_response().body == b"final"
    status, *fields = interim.split(b"\r\n")
    assert status.startswith(b"HTTP/1.1 103 ")
    assert links_of(fields) == LINKS


def read_head(connection: Connection) -> bytes:
    """The next head, without the empty line at its end."""
    received = b""
    while b"\r\n\r\n" not in received:
        more = connection.receive()
        assert more, f"closed after {received!r}"
        received += more
    head, _, rest = received.partition(b"\r\n\r\n")
    connection.put_back(rest)
    return head


def links_of(fields: list[bytes]) -> list[bytes]:
    """The links of some field lines, which may be one line or several."""
    named = [field.partition(b":")[::2] for field in fields]
    values = b",".join(value for name, value in named if name.lower() == b"link")
    return [link.strip() for link in values.split(b",")]


@proves(EARLY_HINTS, "the response is as it would have been without the hint")
@pytest.mark.usefixtures("early_hint")
def test_response_after_early_hints(server: Server) -> None:
    response = server.request("GET /early-hints")
    assert (response.status, response.body) == (200, b"final")
    assert response.header(b"content-length") == b"5"
    assert response.header(b"link") is None


@proves(EARLY_HINTS, "several hints are several interim responses", SHOULD)
@pytest.mark.usefixtures("early_hint")
def test_several_early_hints(server: Server) -> None:
    assert server.request("GET /early-hints").interim == [103, 103]


@proves(EARLY_HINTS, "a hint may come before the start of the response", PRACTICE)
@pytest.mark.usefixtures("early_hint")
def test_early_hint_before_the_start(server: Server) -> None:
    response = server.request("GET /early-hint-before-start")
    assert (response.status, response.body, response.interim) == (200, b"final", [103])


@proves(EARLY_HINTS, "a hint within the body raises nothing, and leaves the response as it is")
@pytest.mark.usefixtures("early_hint")
def test_early_hint_within_the_body(server: Server) -> None:
    response = server.request("GET /early-hint-within-body")
    assert (response.status, response.body, response.interim) == (200, b"final", [])


@proves(INTERIM_RESPONSES, "HTTP/1.0 gets no hints")
@pytest.mark.usefixtures("early_hint")
def test_early_hints_for_http_1_0(server: Server) -> None:
    received = exchanged(server, "GET /early-hints", version="1.0")
    assert b" 200 " in received.partition(b"\r\n")[0]
    assert b" 103 " not in received


@proves(FIELD_VALUES, "CR or LF in the link of a hint never splits the response")
@pytest.mark.usefixtures("early_hint")
def test_early_hint_that_splits(server: Server) -> None:
    received = exchanged(server, "GET /early-hint-that-splits")
    server.expect_error("ExpectedError: refused")
    assert b"evil" not in received


def assert_no_success(server: Server, target: str, *fields: str) -> None:
    """Either the response is cut off, or an error is reported instead of it."""
    try:
        response: Response | None = server.request(f"GET {target}", b"", *fields)
    except (h11.RemoteProtocolError, ConnectionError):
        response = None
    assert response is None or response.status >= 400
