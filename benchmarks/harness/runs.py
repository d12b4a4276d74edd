"""A run from its plan to its results."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from harness.environments import PEERS, ROBYN, build_open_loop, find
from harness.errors import PeerError
from harness.machine import allow_idle_connections, commit_of, description, placement
from harness.measurement import Measurement, asked_of, prepared, seconds_of
from harness.peers import Peer
from harness.results import Absent, Results, Table
from harness.servers import CONTENT_LENGTH
from harness.spread import written
from harness.workloads import FILE_BYTES, Load, Workload


@dataclass(frozen=True)
class Plan:
    """What a run measures, and for how long."""

    workloads: Sequence[Workload]
    peers: Sequence[Peer]
    rounds: int
    seconds: int

    @property
    def used(self) -> Sequence[Peer]:
        """The peers that some workload asks for."""
        asked = {peer.name for work in self.workloads for peer in asked_of(work, self.peers)}
        return [peer for peer in self.peers if peer.name in asked]

    def __str__(self) -> str:
        """Say how large it is, and how long it will take."""
        load = Load(0, self.seconds)
        minutes = seconds_of(self.workloads, self.peers, load, self.rounds) / 60
        return (
            f"{len(self.workloads)} workloads, {len(self.used)} peers, {self.rounds} rounds of "
            f"{self.seconds} s: about {minutes:.0f} minutes, and what has to be built"
        )


def prepare(plan: Plan, tell: Callable[[str], None]) -> Measurement:
    """Check the machine, and build what is to be measured."""
    for tool in ("wrk", "taskset"):
        find(tool)
    allow_idle_connections()
    place = placement()
    build_open_loop()
    unavailable = prepared(plan.used, tell)
    load = Load(place.load, plan.seconds)
    return Measurement(plan.used, unavailable, place, load, plan.rounds, tell)


def measured(measurement: Measurement, workload: Workload) -> Table:
    """Measure one workload, at the fixed rate if it asks for one."""
    if not workload.is_paced:
        return measurement.measure(workload)
    try:
        paced = measurement.paced()
    except PeerError as error:
        asked = asked_of(workload, measurement.peers)
        absent = tuple(Absent(peer.name, str(error)) for peer in asked)
        return Table(workload.name, workload.title, workload.metrics, (), absent)
    title = f"GET at {written(paced.load.rate)} per second, half of uvicorn's maximum"
    return paced.measure(replace(workload, title=title))


def results_of(measurement: Measurement, tables: Sequence[Table]) -> Results:
    """Put together what is kept of a run."""
    method: dict[str, float | str] = {
        "rounds": measurement.rounds,
        "seconds": measurement.load.seconds,
        "server CPUs": ", ".join(map(str, measurement.placement.servers)),
        "load CPU": str(measurement.placement.load),
        "figure": "median of the samples",
        "spread": "half of the distance between the quartiles",
    }
    robyn = {name: text for name, text in ROBYN.versions().items() if name == "robyn"}
    date = datetime.now(UTC).isoformat(timespec="seconds")
    versions = PEERS.versions() | robyn
    return Results(commit_of(), date, description(), method, versions, tuple(tables))


def is_complete(results: Results) -> bool:
    """Whether Pyre answered every workload; a peer may be absent, and everything shown says so."""
    return all(absent.peer != "pyre" for table in results.tables for absent in table.absent)


def write_files(folder: Path) -> Path:
    """Write what a file server answers with; return the large file."""
    (folder / "index.html").write_bytes(b"x" * CONTENT_LENGTH)
    large = folder / "file"
    with large.open("wb") as file:
        file.truncate(FILE_BYTES)
    return large
