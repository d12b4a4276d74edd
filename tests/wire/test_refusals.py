"""What the server itself answers to a broken message is what clients read: h11, and httpx.

Each row of the table in ``crates/pyre-proto/src/http1/error.rs`` is brought about on the wire.
"""

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from support.client import Response
from support.server import Launcher, Server

from wire.asked import Asked
from wire.strict_client import judged

ERROR_TABLE = Path(__file__).parents[2] / "crates/pyre-proto/src/http1/error.rs"

LIMITS = ("--limit-body-size", "100")

HOST = b"Host: localhost\r\n"

START = b"POST / HTTP/1.1\r\n" + HOST

CHUNKED = START + b"Transfer-Encoding: chunked\r\n\r\n"

REFUSED = {
    "400 malformed request line": b"GET  / HTTP/1.1\r\n" + HOST + b"\r\n",
    "414 request line too long": b"GET /" + b"a" * 8192 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    "501 method not implemented": b"CONNECT localhost:80 HTTP/1.1\r\n" + HOST + b"\r\n",
    "400 malformed request target": b"HEAD /# HTTP/1.1\r\n" + HOST + b"\r\n",
    "505 only HTTP/1 is spoken here": b"HEAD / HTTP/2.0\r\n" + HOST + b"\r\n",
    "400 a line must end with CRLF": b"HEAD / HTTP/1.1\r\nHost: localhost\n\r\n",
    "400 malformed header field": START + b"x : y\r\n\r\n",
    "431 header section too large": START + b"x: " + b"y" * 65_536 + b"\r\n\r\n",
    "431 too many header fields": START + b"x: y\r\n" * 100 + b"\r\n",
    "400 missing, repeated or malformed Host": b"HEAD / HTTP/1.1\r\n\r\n",
    "400 malformed or repeated Content-Length": START + b"Content-Length: +1\r\n\r\n",
    "400 Transfer-Encoding must end with one chunked": START + b"Transfer-Encoding: gzip\r\n\r\n",
    "501 transfer coding not implemented": START + b"Transfer-Encoding: gzip, chunked\r\n\r\n",
    "400 both Transfer-Encoding and Content-Length": (
        START + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    ),
    "417 only 100-continue can be expected": START + b"Expect: 200-ok\r\n\r\n",
    "400 malformed chunk": CHUNKED + b"x\r\n",
    "400 chunk extensions too large": CHUNKED + b"1;" + b"a" * 16_384 + b"\r\n",
    "400 malformed trailer field": CHUNKED + b"0\r\nx y\r\n",
    "431 trailer section too large": CHUNKED + b"0\r\nx:" + b"y" * 8192 + b"\r\n",
    "413 content too large": START + b"Content-Length: 101\r\n\r\n" + b"x" * 101,
}

INCOMPLETE = "400 incomplete message"

LATE = "408 the message did not arrive in time"

UNFINISHED = {
    "request line": b"HEAD / HTT",
    "fields": START,
    "content": START + b"Content-Length: 5\r\n\r\nhell",
    "chunks": CHUNKED + b"5\r\nhell",
}

pytestmark = pytest.mark.usefixtures("only_pyre")


@pytest.fixture(scope="module")
def server(serve: Launcher) -> Iterator[Server]:
    with serve("instructed:app", "--no-access-log", *LIMITS) as server:
        yield server


@pytest.fixture(scope="module")
def impatient(serve: Launcher) -> Iterator[Server]:
    timeouts = ("--timeout-header", "0.5", "--timeout-body", "0.5")
    with serve("instructed:app", "--no-access-log", *timeouts) as server:
        yield server


def assert_refused(server: Server, octets: bytes, reason: str, *, half_closes: bool) -> None:
    """The last of two requests is refused; the server closes the connection by itself."""
    method = octets.split(b" ")[0].decode()
    with server.connect() as connection:
        connection.send(Asked().octets + octets)
        if half_closes:
            connection.socket.shutdown(socket.SHUT_WR)
        first, refusal = judged(connection.read_to_end(), ["GET", method])
    Asked().assert_answered_by(first)
    assert_refusal(refusal, reason, method)


def assert_refusal(response: Response, reason: str, method: str) -> None:
    assert response.status == int(reason[:3])
    assert response.body == (b"" if method == "HEAD" else reason.encode() + b"\n")
    assert response.header(b"content-length") == b"%d" % (len(reason) + 1)
    assert response.header(b"content-type") == b"text/plain; charset=utf-8"
    assert response.header(b"connection") == b"close"
    assert response.header(b"date")
    assert response.header(b"server")


def test_table_is_complete() -> None:
    rows = re.findall(r'\((\d{3}), "(.+)"\),', ERROR_TABLE.read_text("utf-8"))
    assert {f"{status} {reason}" for status, reason in rows} == {*REFUSED, INCOMPLETE, LATE}


@pytest.mark.parametrize("reason", REFUSED)
@pytest.mark.parametrize("half_closes", [False, True], ids=["open", "half-closed"])
def test_refused(server: Server, reason: str, half_closes: bool) -> None:  # noqa: FBT001
    """What follows is not read as a request."""
    octets = REFUSED[reason] + Asked().octets
    assert_refused(server, octets, reason, half_closes=half_closes)


@pytest.mark.parametrize("part", UNFINISHED)
def test_incomplete(server: Server, part: str) -> None:
    assert_refused(server, UNFINISHED[part], INCOMPLETE, half_closes=True)


@pytest.mark.parametrize("part", UNFINISHED)
def test_late(impatient: Server, part: str) -> None:
    assert_refused(impatient, UNFINISHED[part], LATE, half_closes=False)


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "OPTIONS"])
def test_httpx(server: Server, method: str) -> None:
    """As far as httpx can be made to ask for it."""
    long = "y" * 65_536
    with httpx.Client(base_url=server.url(""), trust_env=False) as browser:
        refusals = {
            "414 request line too long": browser.request(method, "/" + "a" * 8192),
            "431 header section too large": browser.request(method, "/", headers={"x": long}),
            "400 missing, repeated or malformed Host": browser.request(
                method, "/", headers={"host": "a b"}
            ),
            "413 content too large": browser.request(method, "/", content=b"x" * 101),
            "417 only 100-continue can be expected": browser.request(
                method, "/", headers={"expect": "more"}
            ),
        }
    for reason, refusal in refusals.items():
        headers = [(name.lower(), value) for name, value in refusal.headers.raw]
        response = Response(refusal.status_code, b"1.1", headers, refusal.content)
        assert_refusal(response, reason, method)
