"""Run one step of the build, so that it shows what it does and is never silent for long.

    python scripts/run_step.py "Build the Rust core" maturin develop --release

The command's output is passed on as it comes. On a terminal the command has a terminal too, so
that cargo and pip show their progress. When nothing has come for a while, a line tells for how long
the step has run. The exit status is the command's.
"""

import os
import pty
import select
import subprocess
import sys
import termios
import time
import tty

SILENCE = 8.0
"""Seconds without output after which a line is printed."""

CHUNK = 65536


def main() -> int:
    """Run the command of the arguments, which follows the step's name."""
    name, *command = sys.argv[1:]
    begin = time.monotonic()
    print(f"== {name}", flush=True)
    output, its_output = terminal() if sys.stdout.isatty() else os.pipe()
    process = subprocess.Popen(command, stdout=its_output, stderr=its_output)
    os.close(its_output)
    try:
        pass_on(output, process, name, begin)
        status = process.wait()
    except KeyboardInterrupt:  # the command has got it as well
        status = process.wait()
        return status if status > 0 else 130
    if status:
        print(f"== {name}: failed with status {status}", file=sys.stderr, flush=True)
    return status if status >= 0 else 128 - status


def terminal() -> tuple[int, int]:
    """Make a pseudo-terminal like the one of standard output, but for what it does to lines."""
    ours, its = pty.openpty()
    termios.tcsetwinsize(its, termios.tcgetwinsize(sys.stdout.fileno()))
    tty.setraw(its)
    return ours, its


def pass_on(output: int, process: subprocess.Popen[bytes], name: str, begin: float) -> None:
    """Copy the output to its end; what the command has left running doesn't hold it up."""
    data = b""
    while True:
        if select.select([output], [], [], SILENCE)[0]:
            if not (data := read(output)):
                return
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
        elif process.poll() is not None:
            return
        else:
            if data and not data.endswith(b"\n"):
                print()
            data = b""
            print(f"== {name}: {time.monotonic() - begin:.0f} s so far", flush=True)


def read(output: int) -> bytes:
    """Read some of it, or nothing at its end, which a pseudo-terminal reports as an error."""
    try:
        return os.read(output, CHUNK)
    except OSError:
        return b""


if __name__ == "__main__":
    sys.exit(main())
