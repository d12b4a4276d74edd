"""Compare Pyre with uvicorn and with a server that runs no Python.

The server has one CPU, the load generator another. Rounds are interleaved (A B C, A B C), every
sample starts a fresh server, and what is shown is the median over the rounds with half the range.
`docs/benchmarks.md` says what the figures mean.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from servers import CONTENT_LENGTH, ROOT, Server, ServerError, known_servers, running
from workloads import FILE_BYTES, WORKLOADS, Load, Sample, Workload, allow_idle_connections

# Every table shows how its first column compares with these.
BASELINES = ("uvicorn", "fixed_answer")

# A decimal of a larger figure says nothing.
WHOLE_NUMBERS_FROM = 100

Samples = dict[str, list[Sample]]


def main() -> int:
    """Build, measure, print a table per workload."""
    with tempfile.TemporaryDirectory() as scratch:
        servers = known_servers(Path(scratch))
        os.environ["BENCHMARK_FILE"] = write_files(Path(scratch))
        arguments = parse_arguments(servers)
        chosen = [servers[name] for name in arguments.server]
        try:
            server_cpu, load_cpu = two_cpus()
            load = Load(load_cpu, arguments.seconds)
            prepare(chosen)
            print(" · ".join(environment().values()), end="\n\n")
            results = {
                name: measure(WORKLOADS[name], chosen, arguments.rounds, server_cpu, load)
                for name in arguments.workload
            }
        except ServerError as error:
            print(error, *getattr(error, "__notes__", ()), sep="\n", file=sys.stderr)
            return 1
    if arguments.json:
        report = {"environment": environment(), "samples": results}
        arguments.json.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n")
    return 0


def parse_arguments(servers: Mapping[str, Server]) -> argparse.Namespace:
    """Read the command line; everything is measured unless it says less."""
    parser = argparse.ArgumentParser(description="Compare Pyre with its peers.")
    every_workload, every_server = list(WORKLOADS), list(servers)
    usual = [server.name for server in servers.values() if not server.is_reference]
    parser.add_argument("--workload", nargs="+", choices=every_workload, default=every_workload)
    parser.add_argument("--server", nargs="+", choices=every_server, default=usual)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5, help="of load per sample")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every sample to FILE")
    return parser.parse_args()


def write_files(folder: Path) -> str:
    """Write what a file server answers with; return the path of the large file."""
    (folder / "index.html").write_bytes(b"x" * CONTENT_LENGTH)
    large = folder / "file"
    with large.open("wb") as file:
        file.truncate(FILE_BYTES)
    return str(large)


def two_cpus() -> tuple[int, int]:
    """Choose the CPU of the server and the one of the load generator."""
    cpus = sorted(os.sched_getaffinity(0))
    if len(cpus) == 1:
        raise ServerError("two CPUs are needed: one for the server, one for the load generator")
    return cpus[0], cpus[-1]


def prepare(servers: list[Server]) -> None:
    """Build what the chosen servers need, each once."""
    if shutil.which("wrk") is None:
        raise ServerError("wrk is not installed: apt-get install wrk")
    allow_idle_connections()
    # A server that was built for an earlier one is not built again; order is kept.
    for build in dict.fromkeys(server.build for server in servers):
        build()


def measure(
    workload: Workload, servers: list[Server], rounds: int, cpu: int, load: Load
) -> Samples:
    """Take the samples of one workload and print its table."""
    fitting = [server for server in servers if workload.fits(server)]
    samples: Samples = {server.name: [] for server in fitting}
    for _ in range(rounds):
        for server in fitting:
            with running(server, cpu) as process:
                samples[server.name].append(workload.sample(process, load))
    print_table(workload, samples)
    return samples


def print_table(workload: Workload, samples: Samples) -> None:
    """Print a row per server: each metric, then the ratio of the first one to the baselines."""
    main_metric = workload.metrics[0]
    medians = {name: median(rows, main_metric) for name, rows in samples.items()}
    baselines = [name for name in BASELINES if name in samples]
    header = [workload.title, *workload.metrics, *(f"÷ {name}" for name in baselines)]
    table = [header]
    for name, rows in samples.items():
        cells = [median_and_spread(rows, metric) for metric in workload.metrics]
        ratios = [f"{medians[name] / medians[baseline]:.2f}" for baseline in baselines]
        table.append([name, *cells, *ratios])
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for first, *others in table:
        cells = [f"{cell:>{width}}" for cell, width in zip(others, widths[1:], strict=True)]
        print("  ".join([f"{first:<{widths[0]}}", *cells]))
    print(flush=True)


def median(rows: list[Sample], metric: str) -> float:
    """Return the median of a metric over the rounds."""
    return statistics.median(row[metric] for row in rows)


def median_and_spread(rows: list[Sample], metric: str) -> str:
    """Write the median of the rounds and half their range, as `22.8 ±0.4`."""
    values = [row[metric] for row in rows]
    middle = statistics.median(values)
    digits = 0 if middle >= WHOLE_NUMBERS_FROM else 1
    return f"{middle:.{digits}f} ±{(max(values) - min(values)) / 2:.{digits}f}"


def environment() -> dict[str, str]:
    """Describe the machine and the tree, without which a figure means nothing."""
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, check=False, capture_output=True
    )
    return {
        "commit": commit.stdout.decode().strip(),
        "cpu": cpu_model(),
        "kernel": platform.release(),
        "python": platform.python_version(),
    }


def cpu_model() -> str:
    """Return the name that the processor gives itself."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


if __name__ == "__main__":
    sys.exit(main())
