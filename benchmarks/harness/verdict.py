"""Where ours is ahead, and where it is not: asked of the file, and answered without mercy."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from harness.results import Metric, Results, Row, Side, Table
from harness.spread import divided

# The figures that a claim is about, beside the main one of each workload.
JUDGED = ("cpu_us", "cpu_us_per_mb", "p99_us")


class Outcome(Enum):
    """How ours compares with a peer."""

    AHEAD = auto()
    EVEN = auto()
    """Not to be told apart within both spreads."""
    BEHIND = auto()


@dataclass(frozen=True)
class Comparison:
    """One figure of a peer beside ours."""

    table: Table
    metric: Metric
    ours: Row
    peer: Row

    @property
    def outcome(self) -> Outcome:
        """Who is ahead, if the spreads leave no doubt."""
        mine, other = self.ours.figure(self.metric.name), self.peer.figure(self.metric.name)
        if not mine.differs_from(other):
            return Outcome.EVEN
        is_behind = (mine.median > other.median) == self.metric.lower_is_better
        return Outcome.BEHIND if is_behind else Outcome.AHEAD

    @property
    def ratio(self) -> float:
        """Ours divided by the peer's."""
        mine, other = (row.figure(self.metric.name) for row in (self.ours, self.peer))
        return divided(mine.median, other.median)


def comparisons(results: Results) -> list[Comparison]:
    """Compare every peer with ours, workload by workload."""
    return [comparison for table in results.tables for comparison in comparisons_in(table)]


def comparisons_in(table: Table) -> Iterator[Comparison]:
    """Compare the rows of each group, by the main figure and by those that are judged."""
    names = dict.fromkeys((table.main.name, *JUDGED))
    for metric in filter(None, map(table.metric, names)):
        for peer in table.rows:
            ours = best_of_ours(table, metric, peer.group)
            if peer.side is Side.PEER and ours is not None:
                yield Comparison(table, metric, ours, peer)


def best_of_ours(table: Table, metric: Metric, group: str) -> Row | None:
    """Find our best row of a group; where none was measured, any of ours has to stand up."""
    ours = [row for row in table.rows if row.side is Side.OURS]
    rivals = [row for row in ours if row.group == group] or ours
    best = min if metric.lower_is_better else max
    return best(rivals, key=lambda row: row.figure(metric.name).median) if rivals else None
