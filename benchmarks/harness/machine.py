"""Describes the machine and the tree, without which a figure means nothing."""

import os
import platform
import re
import resource
import subprocess
from dataclasses import dataclass
from pathlib import Path

from harness.environments import ROOT
from harness.errors import BenchmarkError
from harness.workloads import IDLE_CONNECTIONS

# Standard streams, listeners, pollers, the interpreter's files.
SPARE_DESCRIPTORS = 200


@dataclass(frozen=True)
class Placement:
    """Which CPUs servers get, and which one the load."""

    servers: tuple[int, ...]
    load: int


def placement() -> Placement:
    """The load gets the last CPU, the servers what is left."""
    cpus = sorted(os.sched_getaffinity(0))
    if len(cpus) == 1:
        raise BenchmarkError("two CPUs are needed: one for the server, one for the load")
    return Placement(tuple(cpus[:-1]), cpus[-1])


def allow_idle_connections() -> None:
    """Raise the limit of open files for this process and for the servers, which inherit it."""
    needed = IDLE_CONNECTIONS + SPARE_DESCRIPTORS
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise BenchmarkError(f"`ulimit -Hn` is {hard}, the idle workload needs {needed}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))


def description() -> dict[str, str]:
    """Name the processor, the kernel, and the tools."""
    return {
        "cpu": cpu_model(),
        "cpus": str(os.cpu_count()),
        "memory": f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.0f} GiB",
        "virtual": "yes" if " hypervisor" in Path("/proc/cpuinfo").read_text() else "no",
        "kernel": platform.release(),
        "python": platform.python_version(),
        "wrk": version_of("wrk", "--version"),
        "nginx": version_of("nginx", "-v"),
        "rustc": version_of("rustc", "--version"),
    }


def cpu_model() -> str:
    """Return the name that the processor gives itself."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def version_of(*command: str) -> str:
    """Find the version in what a tool says of itself."""
    try:
        said = subprocess.run(command, check=False, capture_output=True, text=True)
    except FileNotFoundError:
        return "not installed"
    found = re.search(r"\d+\.\d+(\.\d+)?", said.stdout + said.stderr)
    return found[0] if found else "unknown"


def commit_of(revision: str = "") -> str:
    """Name a commit, or the tree as it is, with `-dirty` where it differs from its commit."""
    what = [revision] if revision else ["--dirty"]
    command = ["git", "describe", "--always", "--exclude=*", *what]
    described = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    if described.returncode != 0:
        raise BenchmarkError(described.stderr.strip())
    return described.stdout.strip()
