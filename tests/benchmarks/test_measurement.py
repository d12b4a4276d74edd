"""Runs over small servers of the tests' own: what is measured here says nothing."""

import itertools
import sys

import pytest
from harness.accounting import StealClock, resident_bytes
from harness.errors import BenchmarkError, PeerError
from harness.machine import placement
from harness.measurement import Measurement, prepared, seconds_of
from harness.peers import Peer
from harness.results import Absent, Metric, Side
from harness.workloads import Load, Workload

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the harness needs Linux")

ANSWERS = """
import socket, sys
with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as listener:
    while True:
        connection, _ = listener.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(b"HTTP/1.1 200 OK\\r\\n\\r\\nHello, world!")
"""

ORDER = Metric("order", "order")


def peer(name, program=ANSWERS, **options) -> Peer:
    command = (sys.executable, "-c", program, "{port}")
    return Peer(name, command, lambda: None, frozenset({"hello"}), **options)


def workload(sample) -> Workload:
    return Workload("hello", "GET", (ORDER,), sample)


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture(autouse=True)
def stolen(monkeypatch) -> list[float]:
    """The share of each sample that is stolen, from the end; 0 when there are no more."""
    shares: list[float] = []
    monkeypatch.setattr(StealClock, "share", lambda _: shares.pop() if shares else 0.0)
    return shares


@pytest.fixture
def measure(told):
    """Measures these peers, each ``rounds`` times."""

    def measure(sample, *peers, rounds=1, unavailable=None):
        place, load = placement(), Load(placement().load, 1)
        run = Measurement(peers, unavailable or {}, place, load, rounds, told.append)
        return run.measure(workload(sample))

    return measure


@pytest.fixture
def numbered():
    """A sample that says which one it was."""
    numbers = itertools.count(1)
    return lambda _server, _load: {ORDER.name: next(numbers)}


def test_rounds_are_interleaved(measure, numbered):
    measured = measure(numbered, peer("a"), peer("b"), rounds=2)
    order = {row.peer: [sample.values["order"] for sample in row.samples] for row in measured.rows}
    assert order == {"a": [1, 3], "b": [2, 4]}
    assert measured.absent == ()


def test_a_row_knows_whose_it_is_and_what_was_stolen(measure, numbered, stolen):
    stolen.append(0.04)
    [row] = measure(numbered, peer("a", side=Side.OURS, group="PSGI")).rows
    assert (row.side, row.group) == (Side.OURS, "PSGI")
    assert row.samples[0].steal == 0.04


def test_a_row_with_too_few_quiet_samples_is_measured_again(measure, numbered, stolen):
    of_a, of_b = [0.5, 0.5, 0.5, 0.0], [0.0, 0.0, 0.5, 0.0]
    in_turn = [share for pair in zip(of_a, of_b, strict=True) for share in pair]
    stolen += reversed([*in_turn, 0.5, 0.0, 0.0])
    rows = {row.peer: row for row in measure(numbered, peer("a"), peer("b"), rounds=4).rows}
    assert [sample.steal for sample in rows["a"].samples] == [0.5, 0.5, 0.5, 0.0, 0.5, 0.0, 0.0]
    assert [sample.steal for sample in rows["b"].samples] == [0.0, 0.0, 0.5, 0.0]


def test_a_row_that_stays_disturbed_is_not_measured_for_ever(measure, numbered, stolen):
    stolen += [0.5] * 100
    [row] = measure(numbered, peer("a"), rounds=3).rows
    assert len(row.samples) == 6
    assert row.is_spoilt


@pytest.mark.parametrize(
    ("absent", "reason"),
    [
        (
            peer("b", "print('first'); print('No module named b')"),
            "did not start; it said: No module named b",
        ),
        (peer("b", ""), "did not start"),
        (
            peer("b", ANSWERS.replace("200 OK", "500 Broken")),
            "answered b'HTTP/1.1 500 Broken\\r\\n\\r\\nHello, world!'",
        ),
        (
            peer("b", ANSWERS.replace("world!", "")),
            "closed the connection after b'HTTP/1.1 200 OK\\r\\n\\r\\nHello, '",
        ),
        (
            Peer("b", ("/no/such/server",), lambda: None, frozenset({"hello"})),
            "server is not installed",
        ),
        (peer("b", cpus=1000), f"needs 1000 CPUs beside that of the load, here is {1}"),
    ],
    ids=["says why", "says nothing", "500", "too short", "not installed", "too many CPUs"],
)
def test_a_peer_that_can_not_be_measured_is_absent_with_the_reason(
    measure, numbered, absent, reason
):
    measured = measure(numbered, absent, peer("a"), rounds=2)
    assert [row.peer for row in measured.rows] == ["a"]
    assert len(measured.rows[0].samples) == 2, "the run goes on"
    [named] = measured.absent
    expected = reason.replace(f"is {1}", f"is {len(placement().servers)}")
    assert named == Absent("b", expected)


def test_a_peer_that_fails_under_load_has_no_row(measure, numbered, told):
    def fails_later(server, load):
        sample = numbered(server, load)
        if sample["order"] == 3:
            raise PeerError("wrk counted failed requests")
        return sample

    measured = measure(fails_later, peer("a"), peer("b"), rounds=2)
    assert [row.peer for row in measured.rows] == ["b"]
    assert measured.absent == (Absent("a", "wrk counted failed requests"),)
    assert "hello: a is absent: wrk counted failed requests" in told


def test_a_peer_that_could_not_be_built_is_not_started(measure, numbered):
    measured = measure(numbered, peer("a"), unavailable={"a": "pip failed", "z": "not asked"})
    assert (measured.rows, measured.absent) == ((), (Absent("a", "pip failed"),))


def test_a_peer_that_does_not_offer_what_is_asked_is_not_missed(measure, numbered):
    other = Peer("nginx", ("nginx",), lambda: None, frozenset({"file"}))
    assert measure(numbered, other).absent == ()


def test_the_server_runs_during_the_sample_and_not_after(measure):
    seen = []

    def sample(server, _load):
        seen.append(server)
        return {ORDER.name: resident_bytes(server.pid)}

    [row] = measure(sample, peer("a")).rows
    assert row.samples[0].values["order"] > 0
    [server] = seen
    with pytest.raises(FileNotFoundError):
        resident_bytes(server.pid)
    assert server.milliseconds_to_answer > 0


def test_what_several_peers_need_is_built_once(told):
    built = []

    def build():
        built.append("once")

    def fail():
        raise BenchmarkError("failed: cargo build")

    peers = [
        Peer("a", (), build),
        Peer("b", (), build),
        Peer("c", (), fail),
    ]
    assert prepared(peers, told.append) == {"c": "failed: cargo build"}
    assert built == ["once"]
    assert told == ["prepares a, b", "prepares c"]


def test_the_estimate_counts_the_samples():
    peers = [peer("a"), peer("b"), Peer("c", (), lambda: None, frozenset())]
    once = seconds_of([workload(None)], peers, Load(0, 2), 1)
    assert once > 2 * 3
    assert seconds_of([workload(None)] * 3, peers, Load(0, 2), 5) == pytest.approx(15 * once)
