"""The workloads: each takes one sample of one server that runs alone on its CPU."""

import contextlib
import json
import resource
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from servers import Running, Server, ServerError, connect, request
from stalled import stalled_connections

WRK_SCRIPT = Path(__file__).with_name("wrk.lua")

CONNECTIONS = 32
ECHO_BYTES = 10_000
LARGE_ECHO_BYTES = 100_000
FILE_BYTES = 100_000_000
FILE_CONNECTIONS = 4
IDLE_CONNECTIONS = 8000
# Standard streams, listeners, pollers, the interpreter's files.
SPARE_DESCRIPTORS = 200

Sample = dict[str, float]


@dataclass(frozen=True)
class Load:
    """How a sample is taken: the CPU of the load generator and seconds of measurement."""

    cpu: int
    seconds: int


@dataclass(frozen=True)
class Workload:
    """One table. `metrics` are its columns, the one to compare by first."""

    title: str
    metrics: tuple[str, ...]
    sample: Callable[[Running, Load], Sample]
    needs_app: bool = False
    needs_file: bool = False

    def fits(self, server: Server) -> bool:
        """Whether the server can answer it."""
        if self.needs_file:
            return server.serves_file
        return server.runs_app or not self.needs_app


def hello(server: Running, load: Load) -> Sample:
    """GET 13 bytes on 32 keep-alive connections."""
    return wrk(server, load, "/", CONNECTIONS)


def latency(server: Running, load: Load) -> Sample:
    """GET 13 bytes on one connection, one request after the other."""
    return wrk(server, load, "/", 1)


def stalled(server: Running, load: Load) -> Sample:
    """The same while 200 other connections stall."""
    with stalled_connections(server.port, load.cpu):
        return latency(server, load)


def echo(server: Running, load: Load) -> Sample:
    """POST 10 kB on 32 keep-alive connections and read it back."""
    return wrk(server, load, "/echo", CONNECTIONS, ECHO_BYTES)


def large_echo(server: Running, load: Load) -> Sample:
    """POST 100 kB on 32 keep-alive connections and read it back."""
    return wrk(server, load, "/echo", CONNECTIONS, LARGE_ECHO_BYTES)


def file(server: Running, load: Load) -> Sample:
    """GET a file of 100 MB on 4 keep-alive connections."""
    return wrk(server, load, "/file", FILE_CONNECTIONS)


def idle(server: Running, _load: Load) -> Sample:
    """Hold 8000 connections that have each had one answer."""
    with contextlib.ExitStack() as connections:
        before = server.resident_bytes()
        for _ in range(IDLE_CONNECTIONS):
            request(connections.enter_context(connect(server.port)))
        growth = server.resident_bytes() - before
    return {"bytes/connection": growth / IDLE_CONNECTIONS}


def start(server: Running, _load: Load) -> Sample:
    """Spawn the server and ask until it answers."""
    return {"ms": server.milliseconds_to_answer, "RSS MB": server.resident_bytes() / 1e6}


PROMPT = ("p50 µs", "p99 µs", "CPU µs/request")
LOADED = ("CPU µs/request", "requests/s", "p50 µs", "p99 µs", "RSS MB")
WORKLOADS = {
    "hello": Workload("GET, 13 bytes, 32 connections", LOADED, hello),
    "latency": Workload("GET, 13 bytes, 1 connection", PROMPT, latency),
    "stalled": Workload("The same beside 200 that stall", PROMPT, stalled, needs_app=True),
    "echo": Workload("POST echo, 10 kB, 32 connections", LOADED, echo, needs_app=True),
    "echo100": Workload("POST echo, 100 kB, 32 connections", LOADED, large_echo, needs_app=True),
    "file": Workload("File of 100 MB, 4 connections", ("CPU µs/MB", "MB/s"), file, needs_file=True),
    "idle": Workload("Memory of an idle keep-alive connection", ("bytes/connection",), idle),
    "start": Workload("Start to first answer", ("ms", "RSS MB"), start),
}


def wrk(server: Running, load: Load, path: str, connections: int, body: int = 0) -> Sample:
    """Warm up for a second, then measure."""
    target = [f"http://127.0.0.1:{server.port}{path}", *(["--", str(body)] if body else [])]
    run_wrk(load.cpu, 1, connections, target)
    before = server.cpu_seconds()
    report = run_wrk(load.cpu, load.seconds, connections, target)
    used = server.cpu_seconds() - before
    return {
        "CPU µs/MB": used * 1e12 / report["bytes"],
        "MB/s": report["bytes"] / report["microseconds"],
        "CPU µs/request": used * 1e6 / report["requests"],
        "requests/s": report["requests"] * 1e6 / report["microseconds"],
        "p50 µs": report["p50"],
        "p99 µs": report["p99"],
        "RSS MB": server.resident_bytes() / 1e6,
    }


def run_wrk(cpu: int, seconds: int, connections: int, target: list[str]) -> Sample:
    """Run wrk with one thread and return what its script reports."""
    pinned = ["taskset", "--cpu-list", str(cpu), "wrk", "--threads", "1"]
    options = ["--connections", str(connections), "--duration", str(seconds)]
    command = [*pinned, *options, "--script", str(WRK_SCRIPT), *target]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    report: Sample = json.loads(output.splitlines()[-1])
    if report["failures"] or not report["requests"]:
        raise ServerError(f"wrk reports failures: {report}")
    return report


def allow_idle_connections() -> None:
    """Raise the limit of open files for this process and for the servers, which inherit it."""
    needed = IDLE_CONNECTIONS + SPARE_DESCRIPTORS
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise ServerError(f"`ulimit -Hn` is {hard}, the idle workload needs {needed}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
