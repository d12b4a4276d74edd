"""What the operating system knows about a process. Linux only: it reads ``/proc``."""

import os
import re
from pathlib import Path

PAGE_SIZE = os.sysconf("SC_PAGE_SIZE")


def resident_bytes(pid: int) -> int:
    """The resident set size."""
    pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * PAGE_SIZE


def open_descriptors(pid: int) -> int:
    """How many file descriptors are open."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def peak_resident_bytes(pid: int) -> int:
    """The largest resident set size since the start, or since the last reset."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    kibibytes = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    assert kibibytes, status
    return int(kibibytes[1]) * 1024


def reset_peak(pid: int) -> None:
    """Let the peak be what is resident now; see proc_pid_clear_refs(5)."""
    Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")
