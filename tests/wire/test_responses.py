"""What an application sends is what clients read: h11 from the raw octets, and httpx.

Each response is asked for by a request that tells the application what to send. A last request with
``Connection: close`` follows; so everything up to the end of the connection belongs to the test.
``PYRE_SOAK=full`` asks for many more of the generated requests.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import product

import h11
import httpx
import pytest
from apps.instructions import Instruction
from hypothesis import given, settings
from hypothesis import strategies as st
from support.client import Connection, Response
from support.server import Launcher, Server

from wire.asked import LAST, Asked, answered, declared
from wire.strict_client import StrictClient, judged

IS_FULL = os.environ.get("PYRE_SOAK") == "full"

STATUSES = [200, 201, 204, 205, 206, 299, 301, 304, 404, 418, 451, 500, 599, 600, 999]

METHODS = ["GET", "HEAD", "POST", "OPTIONS"]

PERSISTENCE = [
    ("1.1", None),
    ("1.1", "close"),
    ("1.1", "keep-alive"),
    ("1.0", None),
    ("1.0", "close"),
    ("1.0", "keep-alive"),
]

PIECES = {
    "nothing": (0,),
    "one": (5,),
    "one-and-end": (5, 0),
    "only-empty": (0, 0, 0),
    "empty-first": (0, 5),
    "many": (1, 2, 16, 255, 4096),
    "many-with-empty": (1, 0, 0, 300, 0, 4, 0),
    "kept-not-copied": (16_384,),
    "large": (65_536,),
    "large-among-small": (1, 65_537, 0, 70_000, 15, 200_000, 0),
}

HEADERS: dict[str, tuple[tuple[str, str], ...]] = {
    "none": (),
    "one": (("x-a", "1"),),
    "duplicates": (("x-a", "1"), ("X-B", "2"), ("X-A", "3"), ("x-a", "1")),
    "empty-value": (("x-a", ""), ("x-b", "1"), ("x-c", "")),
    "blank-value": (("x-a", " \t "),),
    "padded-value": (("x-a", "\t a \t b "),),
    "obs-text": (("x-a", "caf\xe9 \x80\x85\xa0\xff"),),
    "every-octet": (("x-a", "".join(map(chr, [9, *range(32, 127), *range(128, 256)]))),),
    "every-token": (("!#$%&'*+-.^_`|~09azAZ", "1"),),
    "colons": (("x-a", ":a: b:"),),
    "long": (("x-" + "a" * 2000, "v" * 20_000), ("x-b", "1")),
    "hundred": tuple((f"x-{number}", "v" * number) for number in range(100)),
    "date": (("Date", "Thu, 01 Jan 1970 00:00:00 GMT"),),
    "server": (("SERVER", "mine"),),
    "connection-close": (("connection", "close"),),
    "connection-close-listed": (("CONNECTION", "x-a , Close"), ("x-a", "1")),
    "connection-keep-alive": (("Connection", "keep-alive"),),
    "connection-other": (("connection", "closed, not-close"),),
    "chunked": (("transfer-encoding", "chunked"),),
    "other-coding": (("Transfer-Encoding", "gzip, chunked"),),
    "length": (("content-length", "300"),),
    "length-in-odd-case": (("x-a", "1"), ("cOnTeNt-LeNgTh", "300")),
    "length-twice": (("Content-Length", "300"), ("content-length", "300")),
    "length-padded": (("content-length", " 0300\t"),),
    "length-and-chunked": (("transfer-encoding", "chunked"), ("content-length", "300")),
    "everything": (
        ("date", "today"),
        ("server", "mine"),
        ("content-length", "300"),
        ("transfer-encoding", "chunked"),
        ("connection", "keep-alive"),
    ),
}
"""Where there is a length, it is 300."""


@pytest.fixture(scope="module")
def server(serve: Launcher) -> Iterator[Server]:
    with serve("instructed:app", "--no-access-log") as server:
        yield server


@pytest.fixture(scope="module")
def browser(server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url(), trust_env=False) as browser:
        yield browser


def ask(server: Server, asked: Iterable[Asked]) -> bytes:
    """Pipeline requests, and read until the server closes the connection."""
    with server.connect() as connection:
        connection.send(b"".join(each.octets for each in asked))
        return connection.read_to_end()


def assert_told(server: Server, *asked: Asked) -> None:
    """Each is answered as it says; the connection lasts exactly as long as h11 thinks it does."""
    requests = [*asked, LAST]
    received = ask(server, requests)
    expected = answered(requests)
    responses = judged(received, [each.method for each in requests])
    assert len(responses) == len(expected), requests
    for each, response in zip(expected, responses, strict=True):
        each.assert_answered_by(response)


def fetch(browser: httpx.Client, asked: Asked) -> Response:
    """The same as httpx sees it, undecoded."""
    with browser.stream(
        asked.method, "/", headers=asked.fields, content=asked.content or None
    ) as response:
        body = b"".join(response.iter_raw())
        headers = [(name.lower(), value) for name, value in response.headers.raw]
        version = response.http_version.removeprefix("HTTP/").encode()
        return Response(response.status_code, version, headers, body)


def contents(method: str, version: str, connection: str | None) -> Iterator[Asked]:
    """Every kind of content for each rule about content, with its length declared and not."""
    statuses = (200, 204, 205, 304) if method == "GET" else (200, 304)
    for pieces, status in product(PIECES.values(), statuses):
        asked = Asked(Instruction(status, (), pieces), method, version, connection)
        yield asked
        yield declared(asked, "Content-Length")


def all_headers(method: str) -> Iterator[Asked]:
    """Every kind of header with content in one piece and in several."""
    for headers, pieces in product(HEADERS.values(), ((300,), (100, 200), (100, 0, 200, 0))):
        yield Asked(Instruction(200, headers, pieces), method)


def all_statuses(method: str) -> Iterator[Asked]:
    for status, pieces in product(STATUSES, PIECES.values()):
        if sum(pieces) < 10_000:
            yield Asked(Instruction(status, (("x-a", "1"),), pieces), method)


@pytest.mark.parametrize(("version", "connection"), PERSISTENCE)
@pytest.mark.parametrize("method", METHODS)
def test_content(server: Server, method: str, version: str, connection: str | None) -> None:
    for asked in contents(method, version, connection):
        assert_told(server, asked)


@pytest.mark.parametrize("method", METHODS)
def test_headers(server: Server, method: str) -> None:
    for asked in all_headers(method):
        assert_told(server, asked)


@pytest.mark.parametrize("method", METHODS)
def test_statuses(server: Server, method: str) -> None:
    """All of them on one connection."""
    assert_told(server, *all_statuses(method))


def test_lines_end_with_crlf(server: Server) -> None:
    """h11 would take LF alone; here every octet is part of a head."""
    for asked in [*all_headers("HEAD"), *all_statuses("HEAD")]:
        heads = ask(server, [asked, replace(LAST, method="HEAD")])
        assert heads.count(b"\r") == heads.count(b"\n") == heads.count(b"\r\n"), asked


@pytest.mark.parametrize("method", METHODS)
def test_httpx(browser: httpx.Client, method: str) -> None:
    for asked in [
        *contents(method, "1.1", None),
        *contents(method, "1.1", "close"),
        *all_headers(method),
        *all_statuses(method),
    ]:
        asked.assert_answered_by(fetch(browser, asked))


TOKEN_CHARACTERS = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

VALUE_CHARACTERS = "\t" + "".join(map(chr, [*range(32, 127), *range(128, 256)]))

NAMES = st.text(TOKEN_CHARACTERS, min_size=1, max_size=20)

VALUES = st.text(VALUE_CHARACTERS, max_size=40)

SERVERS_NAMES = st.sampled_from(["date", "server", "connection", "transfer-encoding"])

SIZES = st.integers(0, 300) | st.sampled_from([4095, 4096, 16_383, 16_384, 65_535, 65_536, 100_000])


@st.composite
def in_any_case(draw: st.DrawFn, names: st.SearchStrategy[str]) -> str:
    name = draw(names)
    return "".join(draw(st.sampled_from([octet.lower(), octet.upper()])) for octet in name)


HEADERS_GIVEN = st.lists(
    st.tuples(NAMES, VALUES)
    | st.tuples(in_any_case(SERVERS_NAMES), VALUES)
    | st.tuples(in_any_case(st.just("connection")), st.sampled_from(["close", "a, Close", "x"])),
    max_size=5,
).map(tuple)

INSTRUCTIONS = st.builds(
    Instruction,
    status=st.sampled_from(STATUSES) | st.integers(200, 999),
    headers=HEADERS_GIVEN,
    pieces=st.lists(SIZES, min_size=1, max_size=5).map(tuple),
    reads=st.booleans(),
)


@st.composite
def requests(draw: st.DrawFn) -> Asked:
    version, connection = draw(st.sampled_from(PERSISTENCE))
    content = draw(st.binary(max_size=20))
    asked = Asked(draw(INSTRUCTIONS), draw(st.sampled_from(METHODS)), version, connection, content)
    is_declared = draw(st.booleans())
    return declared(asked, draw(in_any_case(st.just("content-length")))) if is_declared else asked


GENERATED = settings(
    max_examples=10_000 if IS_FULL else 120,
    derandomize=not IS_FULL,
    database=None,
)


@pytest.mark.timeout(900)
@GENERATED
@given(asked=st.lists(requests(), min_size=1, max_size=5))
def test_generated(server: Server, asked: list[Asked]) -> None:
    assert_told(server, *asked)


@pytest.mark.timeout(900)
@GENERATED
@given(asked=requests().filter(lambda asked: asked.version == "1.1"))
def test_generated_for_httpx(browser: httpx.Client, asked: Asked) -> None:
    asked.assert_answered_by(fetch(browser, asked))


def test_continue_comes_before_the_response(server: Server) -> None:
    """The application waits for the content, so the client is told to send it."""
    asked = [
        Asked(Instruction(status, (), pieces), "POST", content=b"hello", expects_continue=True)
        for status, pieces in product((200, 204, 404), PIECES.values())
    ]
    client = StrictClient(each.method for each in [*asked, LAST])
    with server.connect() as connection:
        for number, each in enumerate(asked):
            connection.send(each.head)
            read_until(lambda: bool(client.interim), client, connection)
            connection.send(each.content)
            read_until(lambda: len(client.responses) > number, client, connection)  # noqa: B023
        connection.send(LAST.octets)
        read_until(lambda: client.is_closed, client, connection)
    assert [each.interim for each in client.responses] == [*[[100]] * len(asked), []]
    for each, response in zip([*asked, LAST], client.responses, strict=True):
        each.assert_answered_by(response)


def read_until(is_enough: Callable[[], bool], client: StrictClient, connection: Connection) -> None:
    while not is_enough():
        client.feed(connection.receive())


def test_content_that_nobody_waits_for_is_not_asked_for(server: Server) -> None:
    """There is no telling whether it comes, so the connection can't be used again."""
    for pieces in PIECES.values():
        instruction = Instruction(403, (), pieces, reads=False)
        asked = Asked(instruction, "POST", content=b"hello", expects_continue=True)
        with server.connect() as connection:
            connection.send(asked.head)
            (response,) = judged(connection.read_to_end(), ["POST"])
        assert response.interim == []
        asked.assert_answered_by(response)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("fails_after", [0, 1])
def test_application_that_fails_first(server: Server, method: str, fails_after: int) -> None:
    failing = Asked(Instruction(fails_after=fails_after), method)
    *before, response = judged(ask(server, [Asked(), failing, LAST]), ["GET", method, LAST.method])
    assert [each.status for each in before] == [200]
    assert response.status == 500
    assert bool(response.body) is (method != "HEAD")
    server.expect_error("as instructed")


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
@pytest.mark.parametrize("name", ["many", "large-among-small"])
@pytest.mark.parametrize("is_declared", [False, True])
def test_application_that_fails_within_content(
    server: Server,
    method: str,
    name: str,
    is_declared: bool,  # noqa: FBT001
) -> None:
    """A client can tell that the content is incomplete."""
    pieces = PIECES[name]
    for fails_after in range(2, len(pieces) - 1):
        asked = Asked(Instruction(pieces=pieces, fails_after=fails_after), method)
        received = ask(server, [declared(asked) if is_declared else asked, LAST])
        with pytest.raises(h11.RemoteProtocolError, match="without sending complete message body"):
            judged(received, [method, LAST.method])
    server.expect_error("as instructed")
