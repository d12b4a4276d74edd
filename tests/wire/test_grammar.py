"""Thousands of odd requests, each answered as the reference reads it.

Behind every input the peer ends its side, so that a server which waits for more says so at once. By
default this takes some seconds; ``PYRE_SOAK=full`` asks for a million inputs.
"""

import contextlib
import json
import os
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from support.client import Connection, connected
from support.server import Launcher, Server

from wire.cases import load_cases
from wire.mutations import Mutator
from wire.reference import CLOSED, INCOMPLETE, End, Reading, Request, read

IS_FULL = os.environ.get("PYRE_SOAK") == "full"

SEEDS = range(100 if IS_FULL else 10)

INPUTS = 10_000 if IS_FULL else 2000
"""For each seed."""

AT_ONCE = 25
"""How many connections are open at the same time; a divisor of ``INPUTS``."""

SHOWN = 5
"""Differences that are worth reading."""

INTERIM = re.compile(rb"HTTP/1\.1 100 Continue\r\n\r\n")

INCOMPLETE_CONTENT = b"400 incomplete message\n"

pytestmark = pytest.mark.usefixtures("only_pyre")


@dataclass
class Answers:
    """What a server answered until it closed the connection."""

    requests: list[Request] = field(default_factory=list)
    """As the application saw them."""
    ends: set[End] = field(default_factory=lambda: {CLOSED})
    """One, or those between which a refusal without content leaves the choice."""

    @classmethod
    def of(cls, received: bytes) -> "Answers":
        answers = cls()
        rest = INTERIM.sub(b"", received)
        while rest:
            assert answers.ends == {CLOSED}, f"{rest!r} follows a refusal"
            head, end, rest = rest.partition(b"\r\n\r\n")
            assert end, f"{head!r} is cut off"
            rest = answers.add(head, rest)
        return answers

    def add(self, head: bytes, rest: bytes) -> bytes:
        """Take one answer, and return what follows it."""
        status = int(head.removeprefix(b"HTTP/1.1 ")[:3])
        if status == 200:
            self.requests.append(seen(head))
            return rest
        self.ends = {status}
        if status == 400 and rest in {b"", INCOMPLETE_CONTENT}:
            self.ends = {INCOMPLETE} if rest else {INCOMPLETE, 400}
        assert not rest or rest.startswith(b"%d " % status), rest
        return b""

    def agree_with(self, reading: Reading) -> bool:
        return self.requests == reading.requests and not self.ends.isdisjoint(reading.ends)


def seen(head: bytes) -> Request:
    """The request that the application tells about."""
    match = re.search(rb"\r\nseen: (.*)\r\n", head)
    assert match is not None
    told = json.loads(match[1])
    method, raw_path, query, version, content = (
        told[name].encode("latin-1")
        for name in ("method", "raw_path", "query", "version", "content")
    )
    fields = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in told["fields"]]
    request = Request(method, raw_path, query, version, fields, content)
    assert told["path"] == request.decoded_path
    return request


@pytest.fixture(scope="module")
def server(serve: Launcher) -> Iterator[Server]:
    """On a unix socket: a hundred thousand connections would use up the ports."""
    with serve("witness:app", "--no-access-log", uds=True) as server:
        yield server


def exchanged(server: Server, inputs: list[bytes], parts: int) -> list[bytes]:
    """What comes back for each input, on as many connections at once, sent in so many parts."""
    with connected(server.address, len(inputs)) as connections:
        for part in range(parts):
            for connection, octets in zip(connections, inputs, strict=True):
                start, end = (len(octets) * place // parts for place in (part, part + 1))
                send(connection, octets[start:end], is_last=part + 1 == parts)
        return [connection.read_to_end() for connection in connections]


def send(connection: Connection, octets: bytes, *, is_last: bool) -> None:
    """Send a part; the server may have closed the connection because of those before."""
    with contextlib.suppress(ConnectionError):
        connection.send(octets)
        if is_last:
            connection.socket.shutdown(socket.SHUT_WR)


def differences(server: Server, inputs: list[bytes], parts: int) -> Iterator[str]:
    for start in range(0, len(inputs), AT_ONCE):
        batch = inputs[start : start + AT_ONCE]
        for octets, answer in zip(batch, exchanged(server, batch, parts), strict=True):
            reading, answers = read(octets), Answers.of(answer)
            if not answers.agree_with(reading):
                yield f"{octets!r}\nshould be {reading}\nbut is    {answers}\n"


def assert_no_difference(server: Server, inputs: list[bytes], parts: int = 1) -> None:
    found = list(differences(server, inputs, parts))
    assert not found, f"{len(found)} differ:\n" + "\n".join(found[:SHOWN])


def test_cases_as_they_are(server: Server) -> None:
    """The table and the reference agree about the server."""
    assert_no_difference(
        server, [case.payload for case in load_cases() if len(case.payload) < 50_000]
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_odd_requests(server: Server, seed: int) -> None:
    """Sent whole for one seed, in two and in three parts for the next."""
    mutator = Mutator(seed)
    inputs = [mutator.input() for _ in range(INPUTS)]
    assert_no_difference(server, inputs, parts=seed % 3 + 1)


def test_odd_requests_are_of_all_kinds() -> None:
    """Else the test above would assert little."""
    mutator = Mutator(0)
    readings = [read(mutator.input()) for _ in range(INPUTS)]
    ends = {end for reading in readings for end in reading.ends}
    assert ends == {CLOSED, INCOMPLETE, 400, 403, 414, 417, 431, 501, 505}
    accepted = sum(bool(reading.requests) for reading in readings)
    assert INPUTS / 4 < accepted < INPUTS * 3 / 4
