"""Ten KiB of a peer never cost more than one MiB, whatever the peer says and the application does.

``--log-cli-level=info`` shows what they did cost.
"""

import contextlib
import logging
import sys
from dataclasses import dataclass

import pytest
from support.client import chunked, connected, encoded
from support.process import peak_resident_bytes, reset_peak, resident_bytes
from support.scenarios import tally
from support.server import Launcher, Server
from support.waiting import settled, wait_for

KIBIBYTE = 1024

INPUT = 10 * KIBIBYTE

BOUND = 256 * KIBIBYTE
"""What an input may cost of many; that it is less than a MiB leaves room for other allocators."""

CONNECTIONS = 100

PATHS = ("/wait", "/echo", "/fail")
"""What becomes of a request."""

NO_TIMEOUTS = (
    *("--timeout-header", "none"),
    *("--timeout-keep-alive", "none"),
    *("--timeout-body", "none"),
)

JSON_LOG = ("--access-log-format", "json")
"""The one that escapes most."""

pytestmark = [
    pytest.mark.usefixtures("only_pyre"),
    pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc"),
]


@dataclass(frozen=True)
class Family:
    """Inputs of one idea: ``start``, as many ``unit``s as there is room for, and ``end``."""

    start: str
    unit: str
    end: str = ""
    has_requests: bool = True

    def input(self, path: str) -> bytes:
        count = (INPUT - len(self.start) - len(self.end)) // len(self.unit)
        return (self.start + self.unit * count + self.end).replace("/PATH", path).encode("latin-1")

    def requests(self, path: str) -> int:
        """How many of them an application begins."""
        if not self.has_requests:
            return 0
        # Who waits holds up the others, and who fails ends the connection.
        return self.input(path).count(b"HTTP/1.1") if path == "/echo" else 1


def head(method: str, *fields: str) -> str:
    return encoded(f"{method} /PATH", b"", *fields).decode()


GET = head("GET")
UNFINISHED = GET[:-2]
CHUNKED = head("POST", "Transfer-Encoding: chunked")
ENDLESS = head("POST", "Content-Length: 1000000000000")
LONG_QUERY = GET.replace("/PATH", "/PATH?" + "%41" * 2700)[:-2]

FAMILIES = {
    "most-fields": Family(UNFINISHED, "a:" + "v" * 100 + "\r\n", "\r\n"),
    "most-fields-unfinished": Family(UNFINISHED, "a:" + "v" * 100 + "\r\n", has_requests=False),
    "field-unfinished": Family(UNFINISHED + "a:", "v", has_requests=False),
    "field-that-a-log-escapes": Family(UNFINISHED + "Referer:", "\xe9", "\r\n\r\n"),
    "longest-query": Family(LONG_QUERY + "a:", "v", "\r\n\r\n"),
    "pipelined": Family("", GET),
    "pipelined-chunks": Family("", CHUNKED + chunked(b"a").decode()),
    "one-octet-chunks": Family(CHUNKED, "1\r\na\r\n", "0\r\n\r\n"),
    "chunk-extensions": Family(CHUNKED, '1;a;b="c"\r\na\r\n', "0\r\n\r\n"),
    "endless-content": Family(ENDLESS, "a"),
}


CASES = [
    pytest.param(family, path, id=f"{name}-{path[1:]}")
    for name, family in FAMILIES.items()
    for path in (PATHS if family.has_requests else PATHS[:1])
]


@pytest.mark.parametrize(("family", "path"), CASES)
def test_100_inputs(serve: Launcher, family: Family, path: str) -> None:
    """One on each connection, which stays open; the peak is looked at when all have arrived."""
    begun = CONNECTIONS * family.requests(path)
    with serve("amplified:app", *NO_TIMEOUTS, *JSON_LOG) as server:
        before = baseline(server)
        with connected(server.address, CONNECTIONS) as connections:
            for connection in connections:
                # An application that has failed already has ended the connection.
                with contextlib.suppress(ConnectionError):
                    connection.send(family.input(path))
            wait_for(lambda: tally(server, path[1:]) == begun, "the requests to begin")
            cost = settled(lambda: peak_resident_bytes(server.pid)) - before
        if path == "/fail" and begun:
            server.expect_error("ExpectedError: at once")
    logging.getLogger(__name__).info("%d KiB for each", cost / CONNECTIONS / KIBIBYTE)
    assert cost <= CONNECTIONS * BOUND


def baseline(server: Server) -> int:
    """What is resident of a server that has served."""
    assert server.request("GET /plain").body == b"plain"
    reset_peak(server.pid)
    return resident_bytes(server.pid)
