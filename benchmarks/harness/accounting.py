"""What the kernel has counted: time on a CPU, memory, and time that the hypervisor took."""

import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

PROC = Path("/proc")
# The column of /proc/stat that counts time in which another machine ran.
STEAL = 8


def cpu_seconds(pid: int) -> float:
    """Sum the time on a CPU, user and system, of all threads of a process and its descendants.

    `schedstat` counts nanoseconds where `stat` counts ticks of 10 ms. Threads that have ended
    are not in the sum; no server here ends one under load. Time that the hypervisor took is not in
    it either, where the kernel was built with `CONFIG_PARAVIRT_TIME_ACCOUNTING`.
    """
    tasks = (task for process in process_tree(pid) for task in tasks_of(process))
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


def resident_bytes(pid: int) -> int:
    """Sum the resident memory of a process and its descendants; what they share counts for each."""
    sizes = ((PROC / str(process) / "statm").read_text() for process in process_tree(pid))
    return os.sysconf("SC_PAGE_SIZE") * sum(int(size.split()[1]) for size in sizes)


def process_tree(pid: int) -> Iterator[int]:
    """Yield the process and all its descendants."""
    yield pid
    for task in tasks_of(pid):
        for child in (task / "children").read_text().split():
            yield from process_tree(int(child))


def tasks_of(pid: int) -> Iterator[Path]:
    """Yield the folder of each thread of a process."""
    return (PROC / str(pid) / "task").iterdir()


class StealClock:
    """Tells which share of the time the hypervisor has taken since this was made."""

    def __init__(self, cpus: Sequence[int]) -> None:
        self._cpus = cpus
        self._begin = time.monotonic()
        self._before = steal_seconds()

    def elapsed(self) -> float:
        """Seconds since this was made."""
        return time.monotonic() - self._begin

    def share(self) -> float:
        """The share on that CPU of ours which has lost most."""
        elapsed, now = self.elapsed(), steal_seconds()
        return max((now[cpu] - self._before[cpu]) / elapsed for cpu in self._cpus)


def steal_seconds() -> dict[int, float]:
    """Read the stolen time of each CPU since the machine was started."""
    return parsed_steal((PROC / "stat").read_text(), os.sysconf("SC_CLK_TCK"))


def parsed_steal(stat: str, ticks_per_second: int) -> dict[int, float]:
    """Read the lines `cpu0 user nice system idle iowait irq softirq steal …`."""
    lines = (line.split() for line in stat.splitlines())
    return {
        int(columns[0].removeprefix("cpu")): int(columns[STEAL]) / ticks_per_second
        for columns in lines
        if columns and columns[0].startswith("cpu") and columns[0] != "cpu"
    }
