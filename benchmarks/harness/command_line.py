"""Measure Pyre beside its peers."""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from rich.console import Console

from harness import comparison, runs
from harness.comparison import Judgement
from harness.environments import BENCHMARKS, ROOT
from harness.errors import BenchmarkError
from harness.peers import Peer, known_peers
from harness.publication import draw, publish
from harness.results import Table, load, newest
from harness.terminal import show, show_changes
from harness.workloads import WORKLOADS, Workload

QUICK_OUTPUT = ROOT / "target" / "bench"
QUICK_WORKLOADS = ("hello", "echo", "framework-json")
QUICK_PEERS = (
    *("fixed_answer", "pyre", "pyre-psgi", "uvicorn", "granian", "granian-rsgi"),
    *("FastAPI on pyre", "FastAPI on uvicorn", "Starlette on pyre", "Starlette on uvicorn"),
)

# Where there is less space than a table needs, long lines are better than half of a figure.
LEAST_WIDTH = 130
CONSOLE = Console(width=max(LEAST_WIDTH, Console().width))
# Progress is for those who wait; it is no part of what is kept.
PROGRESS = Console(stderr=True, style="dim", highlight=False)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command: 0 when all is well, 1 when ours failed or has slowed, 2 when none can tell."""
    options = parser().parse_args(arguments)
    command: Callable[[argparse.Namespace, Path], int] = options.function
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["BENCHMARK_FILE"] = str(runs.write_files(Path(scratch)))
        try:
            return command(options, Path(scratch))
        except (BenchmarkError, FileNotFoundError, ValueError) as error:
            print(error, file=sys.stderr)
            return 2


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    top = argparse.ArgumentParser(prog="python benchmarks", description=__doc__)
    commands = top.add_subparsers(required=True)
    run = commands.add_parser("run", help="measure; write results, charts, report and README")
    sized(run, rounds=5, seconds=2)
    chosen(run, list(WORKLOADS), None, BENCHMARKS)
    quick = commands.add_parser("quick", help=f"a few workloads and peers, into {QUICK_OUTPUT}")
    sized(quick, rounds=3, seconds=1)
    chosen(quick, list(QUICK_WORKLOADS), list(QUICK_PEERS), QUICK_OUTPUT)
    compared = commands.add_parser("compare", help="has the tree become slower than a commit?")
    compared.add_argument("base", help="the commit to compare with")
    sized(compared, rounds=9, seconds=2)
    workloads = list(comparison.WORKLOADS)
    compared.add_argument("--workload", nargs="+", choices=list(WORKLOADS), default=workloads)
    compared.set_defaults(function=compare)
    report = commands.add_parser("report", help="draw charts, report and README from a file")
    report.add_argument("file", type=Path, nargs="?", help="the newest by default")
    report.set_defaults(function=redraw)
    commands.add_parser("list", help="name the workloads and the peers").set_defaults(
        function=name_all
    )
    return top


def sized(command: argparse.ArgumentParser, *, rounds: int, seconds: int) -> None:
    """Add the options that say how thoroughly to measure."""
    command.add_argument("--rounds", type=int, default=rounds, help=f"default: {rounds}")
    command.add_argument("--seconds", type=int, default=seconds, help=f"default: {seconds}")


def chosen(
    command: argparse.ArgumentParser, workloads: list[str], peers: list[str] | None, output: Path
) -> None:
    """Add the options that say what to measure, and where to write."""
    command.add_argument("--workload", nargs="+", choices=list(WORKLOADS), default=workloads)
    command.add_argument("--peer", nargs="+", default=peers, metavar="NAME", help="default: all")
    command.add_argument("--output", type=Path, default=output, help=f"default: {output}")
    command.set_defaults(function=run)


def run(options: argparse.Namespace, scratch: Path) -> int:
    """Measure, show, and publish."""
    peers = selected(known_peers(scratch), options.peer)
    workloads = [WORKLOADS[name] for name in options.workload]
    plan = runs.Plan(workloads, peers, options.rounds, options.seconds)
    PROGRESS.print(str(plan))
    measurement = runs.prepare(plan, PROGRESS.print)
    tables = [shown(runs.measured(measurement, workload)) for workload in workloads]
    results = runs.results_of(measurement, tables)
    CONSOLE.print(f"The report is {publish(results, options.output)}")
    return 0 if runs.is_complete(results) else 1


def selected(known: Mapping[str, Peer], names: Iterable[str] | None) -> list[Peer]:
    """Find the peers that were named, or all."""
    if names is None:
        return list(known.values())
    unknown = [name for name in names if name not in known]
    if unknown:
        raise BenchmarkError(f"no such peer: {', '.join(unknown)}; `list` names them")
    return [known[name] for name in names]


def shown(table: Table) -> Table:
    """Print a table as soon as it is known."""
    show(table, CONSOLE)
    return table


def compare(options: argparse.Namespace, scratch: Path) -> int:
    """Measure a commit and the tree side by side."""
    workloads: list[Workload] = [WORKLOADS[name] for name in options.workload]
    both = comparison.peers(options.base, scratch)
    plan = runs.Plan(workloads, both, options.rounds, options.seconds)
    PROGRESS.print(str(plan))
    measurement = runs.prepare(plan, PROGRESS.print)
    tables = [shown(runs.measured(measurement, workload)) for workload in workloads]
    changes = [change for table in tables if (change := comparison.change(table))]
    show_changes(changes, CONSOLE)
    judgements = {change.judgement for change in changes}
    if Judgement.SLOWER in judgements or len(changes) < len(tables):
        return 1
    return 2 if Judgement.UNDECIDED in judgements else 0


def redraw(options: argparse.Namespace, _scratch: Path) -> int:
    """Draw again what a file holds."""
    file: Path = options.file.resolve() if options.file else newest(BENCHMARKS / "results")
    CONSOLE.print(f"The report is {draw(load(file), file, BENCHMARKS)}")
    return 0


def name_all(_options: argparse.Namespace, scratch: Path) -> int:
    """Print what there is to choose from."""
    peers = list(known_peers(scratch).values())
    for workload in WORKLOADS.values():
        names = ", ".join(peer.name for peer in peers if workload.asks in peer.offers)
        CONSOLE.print(f"[bold]{workload.name}[/]: {workload.title}\n  {names}", highlight=False)
    CONSOLE.print(f"\n{runs.Plan(list(WORKLOADS.values()), peers, 5, 2)}")
    return 0
