"""The README's table, generated from one file of results, which it names."""

import re
from collections.abc import Iterator
from pathlib import Path

from harness.environments import ROOT
from harness.results import Metric, Results, Row, Side, Table, load
from harness.spread import NOTHING, divided

README = ROOT / "README.md"
END = "<!-- end of the benchmarks -->"
BLOCK = re.compile(r"<!-- benchmarks of (\S+) -->\n.*?" + re.escape(END), re.DOTALL)

# What ours is called, and its counterpart: `FastAPI on pyre`, `FastAPI on uvicorn`.
OURS, BASELINE = "pyre", "uvicorn"
PSGI, REFERENCE = "pyre-psgi", "fixed_answer"

# The workloads that the README shows; the report has all.
SHOWN = (
    *("hello", "latency", "rate", "headers", "echo", "echo-100k", "stream", "file", "sleep"),
    *("access-log", "framework-json", "idle", "start"),
)
# Beside the main figures, the ones that people ask for first.
ALSO = {"hello": "requests_per_s"}

HEADER = ("", "Pyre", "uvicorn", "ratio", "Pyre, PSGI", "best of the others", "without Python")


def block(results: Results, file: Path) -> str:
    """Write what stands between the two comments."""
    return "\n".join(
        [
            f"<!-- benchmarks of {file.relative_to(ROOT).as_posix()} -->",
            *markdown([HEADER, *(cells for name in SHOWN for cells in rows_of(results, name))]),
            "",
            environment(results),
            END,
        ]
    )


def markdown(rows: list[tuple[str, ...]]) -> list[str]:
    """Write a table without the columns that have nothing to say."""
    columns = [
        column
        for column in zip(*rows, strict=True)
        if any(cell != NOTHING for cell in column[1:]) or column[0] in HEADER[:3]
    ]
    header, *body = (f"| {' | '.join(cells)} |" for cells in zip(*columns, strict=True))
    return [header, "|---" * len(columns) + "|", *body]


def rows_of(results: Results, workload: str) -> Iterator[tuple[str, ...]]:
    """Write the main figure of a workload, and another that is asked for."""
    table = results.table(workload)
    if table is None:
        return
    for name in dict.fromkeys((table.main.name, ALSO.get(workload, ""))):
        metric = table.metric(name)
        for ours in table.rows if metric else ():
            baseline = table.row(ours.peer.replace(OURS, BASELINE))
            if metric and baseline and ours.side is Side.OURS:
                yield cells_of(table, metric, ours, baseline)


def cells_of(table: Table, metric: Metric, ours: Row, baseline: Row) -> tuple[str, ...]:
    """Write one row."""
    mine, other = ours.figure(metric.name), baseline.figure(metric.name)
    whose = "" if ours.group == "ASGI" else f"{ours.group}: "
    return (
        f"{whose}{table.title}: {metric.title}",
        mine.marked,
        other.marked,
        f"**{divided(mine.median, other.median):.2f}**",
        figure_of(table.row(PSGI), metric),
        best_of_others(table, metric, baseline),
        figure_of(table.row(REFERENCE), metric),
    )


def best_of_others(table: Table, metric: Metric, baseline: Row) -> str:
    """Name the best peer beside the baseline, whatever interface it has."""
    peers = [row for row in table.rows if row.side is Side.PEER and row is not baseline]
    sign = 1 if metric.lower_is_better else -1
    best = min(peers, key=lambda row: sign * row.figure(metric.name).median, default=None)
    return f"{best.figure(metric.name).marked} ({best.peer})" if best else NOTHING


def figure_of(row: Row | None, metric: Metric) -> str:
    """Write a figure that may be missing."""
    return NOTHING if row is None else row.figure(metric.name).marked


def environment(results: Results) -> str:
    """Say where the figures come from."""
    machine = results.machine
    versions = [
        f"{name} {results.versions[name]}"
        for name in ("uvicorn", "granian", "uvloop")
        if name in results.versions
    ]
    return " · ".join(
        [
            f"Commit {results.commit}, {results.date[:10]}",
            f"{machine['cpu']}, {machine['cpus']} CPUs",
            f"Linux {machine['kernel']}",
            f"CPython {machine['python']}",
            *versions,
            "medians; ~ marks a spread that is too wide",
        ]
    )


def updated(readme: str, new_block: str) -> str:
    """Replace the block of a README."""
    if not BLOCK.search(readme):
        raise ValueError(f"the README has no block that ends with {END}")
    return BLOCK.sub(lambda _: new_block, readme)


def named_file(readme: str) -> Path:
    """Find the file that a README's table comes from."""
    found = BLOCK.search(readme)
    if not found:
        raise ValueError(f"the README has no block that ends with {END}")
    return ROOT / found[1]


def rewrite(file: Path) -> None:
    """Write the table of a file into the README."""
    readme = README.read_text(encoding="utf-8")
    README.write_text(updated(readme, block(load(file), file)), encoding="utf-8")
