"""The file that a run leaves: every sample, and what is needed to read it without this program."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from harness.spread import FEWEST, Figure, divided

SCHEMA = 1

# The share of a sample in which the hypervisor ran something else on one of the two CPUs.
DISTURBED = 0.05


class Side(StrEnum):
    """Whose a row is."""

    OURS = "ours"
    PEER = "peer"
    REFERENCE = "reference"
    """Measured to say what is possible; no competitor."""


@dataclass(frozen=True)
class Metric:
    """One column: what is measured and which way is better."""

    name: str
    title: str
    lower_is_better: bool = True


@dataclass(frozen=True)
class Sample:
    """What one run of the load gave. `steal` is unknown (`None`) where it was not measured."""

    values: Mapping[str, float]
    steal: float | None = None

    @property
    def is_disturbed(self) -> bool:
        """Whether the hypervisor took too much of the time away."""
        return self.steal is not None and self.steal > DISTURBED


@dataclass(frozen=True)
class Row:
    """The samples of one peer. Rows are comparable within a `group`."""

    peer: str
    side: Side
    group: str
    samples: tuple[Sample, ...]

    @property
    def counted(self) -> tuple[Sample, ...]:
        """The samples that nothing disturbed, or all, where too few are left."""
        quiet = tuple(sample for sample in self.samples if not sample.is_disturbed)
        return quiet if len(quiet) >= FEWEST else self.samples

    @property
    def disturbed(self) -> int:
        """How many samples were disturbed."""
        return sum(sample.is_disturbed for sample in self.samples)

    @property
    def is_spoilt(self) -> bool:
        """Whether disturbed samples had to be counted, because too few others are left."""
        return any(sample.is_disturbed for sample in self.counted)

    def figure(self, metric: str) -> Figure:
        """Summarize one column."""
        return Figure.of([sample.values[metric] for sample in self.counted])


@dataclass(frozen=True)
class Absent:
    """A peer that should have a row, and why it has none."""

    peer: str
    reason: str


@dataclass(frozen=True)
class Table:
    """One workload. The first metric is the one to compare by, `baselines` with whom."""

    workload: str
    title: str
    metrics: tuple[Metric, ...]
    rows: tuple[Row, ...]
    absent: tuple[Absent, ...] = ()
    baselines: tuple[str, ...] = ()

    @property
    def main(self) -> Metric:
        """The metric to compare by."""
        return self.metrics[0]

    def row(self, peer: str) -> Row | None:
        """Find the row of a peer."""
        return next((row for row in self.rows if row.peer == peer), None)

    def ranked(self) -> list[Row]:
        """Sort by the main figure, the best first."""
        sign = 1 if self.main.lower_is_better else -1
        return sorted(self.rows, key=lambda row: sign * row.figure(self.main.name).median)

    def metric(self, name: str) -> Metric | None:
        """Find a column."""
        return next((metric for metric in self.metrics if metric.name == name), None)

    def ratio(self, row: Row, baseline: str) -> float | None:
        """Divide the main figure of a row by that of a baseline, if that was measured."""
        other = self.row(baseline)
        if other is None:
            return None
        figures = (each.figure(self.main.name).median for each in (row, other))
        return divided(*figures)


@dataclass(frozen=True)
class Results:
    """A whole run: of which commit, when, on what, how, and what came of it."""

    commit: str
    date: str
    machine: Mapping[str, str]
    method: Mapping[str, float | str]
    versions: Mapping[str, str] = field(default_factory=dict[str, str])
    tables: tuple[Table, ...] = ()

    def table(self, workload: str) -> Table | None:
        """Find the table of a workload."""
        return next((table for table in self.tables if table.workload == workload), None)


def save(results: Results, path: Path) -> None:
    """Write the file, with the figures beside the samples that they summarize."""
    document: dict[str, Any] = {"schema": SCHEMA, **asdict(results)}
    for table, written in zip(results.tables, document["tables"], strict=True):
        for row, entry in zip(table.rows, written["rows"], strict=True):
            entry["disturbed"] = row.disturbed
            entry["figures"] = {
                metric.name: described(row.figure(metric.name)) for metric in table.metrics
            }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def described(figure: Figure) -> dict[str, float | bool]:
    """Write a figure for those who read the file without this program."""
    return {"median": figure.median, "spread": figure.spread, "is_wide": figure.is_wide}


def load(path: Path) -> Results:
    """Read a file; the figures are computed again from the samples."""
    document = json.loads(path.read_text(encoding="utf-8"))
    if document.get("schema") != SCHEMA:
        raise ValueError(f"{path.name} has schema {document.get('schema')}, not {SCHEMA}")
    return Results(
        document["commit"],
        document["date"],
        document["machine"],
        document["method"],
        document["versions"],
        tuple(table_from(table) for table in document["tables"]),
    )


def table_from(document: Mapping[str, Any]) -> Table:
    """Read one workload."""
    return Table(
        document["workload"],
        document["title"],
        tuple(Metric(**metric) for metric in document["metrics"]),
        tuple(row_from(row) for row in document["rows"]),
        tuple(Absent(**absent) for absent in document["absent"]),
        tuple(document["baselines"]),
    )


def row_from(document: Mapping[str, Any]) -> Row:
    """Read one peer's samples."""
    samples = tuple(Sample(**sample) for sample in document["samples"])
    return Row(document["peer"], Side(document["side"]), document["group"], samples)


def newest(folder: Path) -> Path:
    """Find the newest file, by the date that its name begins with, then by the one inside."""
    files = list(folder.glob("*.json"))
    if not files:
        raise FileNotFoundError(f"no results in {folder}; `make bench` writes some")
    return max(files, key=lambda path: (path.name[:10], load(path).date))
