"""The two programs that make load: wrk as fast as it goes, pyre-load at a fixed rate."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from harness.environments import TARGET
from harness.errors import PeerError

WRK_SCRIPT = Path(__file__).with_name("wrk.lua")
OPEN_LOOP = TARGET / "release" / "pyre-load"

# The share of requests that may find no answer in time before figures of latency are wrong.
UNANSWERED = 0.001


@dataclass(frozen=True)
class Request:
    """What is asked, and on how many connections. `answer` is the size of the body that comes.

    With a `body`, which is sent as it is, the method is POST.
    """

    path: str
    answer: int
    connections: int = 32
    body: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    pipelined: int = 1


@dataclass(frozen=True)
class Outcome:
    """What a generator saw; times in microseconds.

    `delay` is how late requests left by the generator's own fault, in the 99th percentile.
    """

    requests: int
    bytes: int
    microseconds: float
    p50: float
    p99: float
    p999: float
    delay: float = 0.0


def wrk(port: int, cpu: int, seconds: int, request: Request) -> Outcome:
    """Run wrk with one thread."""
    fields = [f"--header={name}: {value}" for name, value in request.headers]
    command = [
        *("taskset", "--cpu-list", str(cpu), "wrk", "--threads", "1"),
        *("--connections", str(request.connections), "--duration", str(seconds)),
        *("--script", str(WRK_SCRIPT), *fields, f"http://127.0.0.1:{port}{request.path}"),
        *("--", request.body, str(request.pipelined)),
    ]
    return parsed_wrk(output_of(command), request)


def parsed_wrk(output: str, request: Request) -> Outcome:
    """Read what the script reports; errors are cheap to serve, so one spoils the sample."""
    report = json.loads(output.splitlines()[-1])
    failures, requests = report.pop("failures"), report["requests"]
    if failures or not requests:
        raise PeerError(f"{failures} requests failed, {requests} were answered")
    outcome = Outcome(**report)
    if outcome.bytes < outcome.requests * request.answer:
        raise PeerError(f"{outcome.bytes} bytes are too few for {outcome.requests} answers")
    return outcome


def open_loop(port: int, cpu: int, seconds: int, rate: float, request: Request) -> Outcome:
    """Run our generator, whose requests leave when they are due."""
    command = [
        *("taskset", "--cpu-list", str(cpu), str(OPEN_LOOP), "--port", str(port)),
        *("--path", request.path, "--rate", str(round(rate)), "--seconds", str(seconds)),
        *("--connections", str(request.connections), "--warm-up", "0"),
    ]
    return parsed_open_loop(output_of(command), request, seconds)


def parsed_open_loop(output: str, request: Request, seconds: int) -> Outcome:
    """Read its report; answers that never came would be missing among the slow ones."""
    report = json.loads(output)
    requests, unanswered = report["requests"], report["unanswered"]
    if not requests or unanswered > requests * UNANSWERED:
        raise PeerError(f"can't keep up with the rate: {unanswered} requests without an answer")
    size = requests * request.answer
    percentiles = (report[name] for name in ("p50", "p99", "p999", "own_delay_p99"))
    return Outcome(requests, size, seconds * 1e6, *percentiles)


def output_of(command: list[str]) -> str:
    """Run a generator; what it complains of is about the peer."""
    finished = subprocess.run(command, check=False, capture_output=True, text=True)
    if finished.returncode != 0 or not finished.stdout:
        raise PeerError(finished.stderr.strip() or "the load generator said nothing")
    return finished.stdout
