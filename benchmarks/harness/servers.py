"""A peer that runs: started on its CPUs, waited for, and ended."""

import contextlib
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from harness.clients import connect, request, unused_port
from harness.environments import BENCHMARKS
from harness.errors import PeerError
from harness.peers import Peer

START_DEADLINE = 120.0

# Every application answers the first request with as many bytes.
CONTENT_LENGTH = 13

# How much of what a peer has said is worth repeating.
LAST_WORDS = 300


@dataclass(frozen=True)
class Running:
    """A server that has answered once, and how long that took from the moment it was spawned."""

    pid: int
    port: int
    milliseconds_to_answer: float


@contextlib.contextmanager
def running(peer: Peer, cpus: Sequence[int]) -> Generator[Running]:
    """Run a peer on these CPUs, from its first answer to the end of the block."""
    port = unused_port()
    with tempfile.TemporaryFile() as output:
        spawned = time.perf_counter()
        process = start(peer, port, cpus, output)
        try:
            wait_for_answer(process, port, peer.probe)
            yield Running(process.pid, port, (time.perf_counter() - spawned) * 1000)
        except (PeerError, OSError) as error:
            # What it said while all was well explains nothing.
            ended = process.poll() is not None
            raise PeerError(f"{error}{last_words(output) if ended else ''}") from error
        finally:
            end(process)


def start(peer: Peer, port: int, cpus: Sequence[int], output: IO[bytes]) -> subprocess.Popen[bytes]:
    """Spawn it in a process group of its own, so that its workers end with it."""
    placed = ["taskset", "--cpu-list", ",".join(map(str, cpus))]
    command = [part.replace("{port}", str(port)) for part in peer.command]
    if not Path(command[0]).exists():
        raise PeerError(f"{Path(command[0]).name} is not installed")
    variables = {name: text.replace("{port}", str(port)) for name, text in peer.variables.items()}
    # Hypercorn, Gunicorn and FastPySGI import applications from where Python does.
    environment = {**os.environ, "PYTHONPATH": str(BENCHMARKS / "apps"), **variables}
    return subprocess.Popen(
        [*placed, *command],
        stdout=output,
        stderr=subprocess.STDOUT,
        env=environment,
        start_new_session=True,
    )


def wait_for_answer(process: subprocess.Popen[bytes], port: int, path: str) -> None:
    """Ask every millisecond until the server answers."""
    deadline = time.monotonic() + START_DEADLINE
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(ConnectionRefusedError), connect(port) as connection:
            request(connection, path, CONTENT_LENGTH)
            return
        time.sleep(0.001)
    raise PeerError("did not start")


def end(process: subprocess.Popen[bytes]) -> None:
    """End all of it at once: a server that has been measured has nothing to finish."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def last_words(output: IO[bytes]) -> str:
    """Repeat the last line that the server has written, which mostly says what is wrong."""
    output.seek(0)
    lines = output.read().decode(errors="replace").split("\n")
    said = [line.strip(" │╯╰─╭╮") for line in lines if line.strip(" │╯╰─╭╮")]
    return f"; it said: {said[-1][:LAST_WORDS]}" if said else ""
