"""Takes the samples: rounds are interleaved, and every sample starts a fresh server.

A slow phase of the machine then meets all servers alike: A B C, A B C.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from harness.accounting import StealClock
from harness.errors import BenchmarkError, PeerError
from harness.machine import Placement
from harness.peers import Peer
from harness.results import Absent, Row, Sample, Table
from harness.servers import running
from harness.workloads import RATE, WARM_UP_SECONDS, WORKLOADS, Load, Workload

# Around the load of a sample: the start of a server and its end.
SECONDS_AROUND = 0.5

# Whose maximum sets the rate of the workload that has a fixed one.
PACEMAKER = "uvicorn"


@dataclass
class Rows:
    """What has been measured of one workload so far, and who has dropped out."""

    samples: dict[str, list[Sample]] = field(default_factory=dict[str, list[Sample]])
    absent: dict[str, str] = field(default_factory=dict[str, str])

    def row(self, peer: Peer) -> Row:
        """What has been measured of one peer."""
        return Row(peer.name, peer.side, peer.group, tuple(self.samples.get(peer.name, ())))


@dataclass(frozen=True)
class Measurement:
    """How a run measures. `unavailable` says of peers why they could not be built.

    `tell` is called with each step, since a run takes long.
    """

    peers: Sequence[Peer]
    unavailable: Mapping[str, str]
    placement: Placement
    load: Load
    rounds: int
    tell: Callable[[str], None]

    def measure(self, workload: Workload) -> Table:
        """Take every sample of one workload, and once more as many where too few count."""
        asked = asked_of(workload, self.peers)
        rows = Rows(absent=self._absent_from_the_start(asked))
        for number in range(1, self.rounds + 1):
            self._round(workload, asked, rows, f"{number} of {self.rounds}")
        for number in range(1, self.rounds + 1):
            spoilt = [peer for peer in asked if rows.row(peer).is_spoilt]
            self._round(workload, spoilt, rows, f"{number} more, for steal time")
        return table(workload, asked, rows)

    def paced(self) -> "Measurement":
        """As this one, at half of the rate that the pacemaker can keep up."""
        peer = next((peer for peer in self.peers if peer.name == PACEMAKER), None)
        if peer is None or peer.name in self.unavailable:
            raise PeerError(f"the rate is half of what {PACEMAKER} can do, which is absent")
        self.tell(f"how many requests per second {PACEMAKER} can answer")
        maximum = self._sample(WORKLOADS["hello"], peer).values[RATE.name]
        return replace(self, load=replace(self.load, rate=maximum / 2))

    def _absent_from_the_start(self, peers: Sequence[Peer]) -> dict[str, str]:
        """Find out who can't be measured on this machine."""
        cpus = len(self.placement.servers)
        too_large = {
            peer.name: f"needs {peer.cpus} CPUs beside that of the load, here is {cpus}"
            for peer in peers
            if peer.cpus > cpus
        }
        names = {peer.name for peer in peers}
        return too_large | {name: why for name, why in self.unavailable.items() if name in names}

    def _round(self, workload: Workload, peers: Iterable[Peer], rows: Rows, name: str) -> None:
        for peer in peers:
            if peer.name not in rows.absent:
                self.tell(f"{workload.name}: {peer.name}, {name}")
                self._take(workload, peer, rows)

    def _take(self, workload: Workload, peer: Peer, rows: Rows) -> None:
        try:
            sample = self._sample(workload, peer)
        except PeerError as error:
            rows.absent[peer.name] = str(error)
            self.tell(f"{workload.name}: {peer.name} is absent: {error}")
        else:
            rows.samples.setdefault(peer.name, []).append(sample)

    def _sample(self, workload: Workload, peer: Peer) -> Sample:
        cpus = self.placement.servers[: peer.cpus]
        with running(peer, cpus) as server:
            clock = StealClock((*cpus, self.placement.load))
            values = workload.sample(server, self.load)
            steal = clock.share()
        return Sample({metric.name: values[metric.name] for metric in workload.metrics}, steal)


def asked_of(workload: Workload, peers: Iterable[Peer]) -> list[Peer]:
    """Choose those who can answer a workload."""
    return [peer for peer in peers if workload.asks in peer.offers]


def table(workload: Workload, asked: Iterable[Peer], rows: Rows) -> Table:
    """Put the samples in the order of the peers; who failed once has no row."""
    return Table(
        workload.name,
        workload.title,
        workload.metrics,
        tuple(rows.row(peer) for peer in asked if peer.name not in rows.absent),
        tuple(Absent(name, reason) for name, reason in rows.absent.items()),
        workload.baselines,
    )


def prepared(peers: Iterable[Peer], tell: Callable[[str], None]) -> dict[str, str]:
    """Build what the peers need, each once; return why some could not be built."""
    failures: dict[Callable[[], None], str] = {}
    unavailable: dict[str, str] = {}
    builds = dict.fromkeys(peer.build for peer in peers)
    for build in builds:
        tell(f"prepares {', '.join(peer.name for peer in peers if peer.build == build)}")
        try:
            build()
        except BenchmarkError as error:
            failures[build] = str(error)
    for peer in peers:
        if peer.build in failures:
            unavailable[peer.name] = failures[peer.build]
    return unavailable


def seconds_of(
    workloads: Iterable[Workload], peers: Sequence[Peer], load: Load, rounds: int
) -> float:
    """Estimate how long a run takes, without what it has to build."""
    samples = sum(len(asked_of(workload, peers)) for workload in workloads) * rounds
    return samples * (load.seconds + WARM_UP_SECONDS + SECONDS_AROUND)
