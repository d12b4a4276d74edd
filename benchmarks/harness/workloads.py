"""The workloads: each takes one sample of one server that runs alone on its CPU."""

import contextlib
import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from harness.accounting import cpu_seconds, resident_bytes
from harness.clients import connect, cookie_of, request
from harness.generators import Outcome, Request, open_loop, wrk
from harness.results import Metric
from harness.servers import CONTENT_LENGTH, Running
from harness.stalled import stalled_connections

FILE_BYTES = 100_000_000
STREAM_BYTES = 16 * 65_536
IDLE_CONNECTIONS = 8000
WARM_UP_SECONDS = 1

CPU = Metric("cpu_us", "CPU µs/request")
CPU_PER_MB = Metric("cpu_us_per_mb", "CPU µs/MB")
RATE = Metric("requests_per_s", "requests/s", lower_is_better=False)
THROUGHPUT = Metric("mb_per_s", "MB/s", lower_is_better=False)
P50 = Metric("p50_us", "p50 µs")
P99 = Metric("p99_us", "p99 µs")
P999 = Metric("p999_us", "p99.9 µs")
DELAY = Metric("generator_delay_us", "generator late, p99 µs")
RSS = Metric("rss_mb", "RSS MB")
BYTES_PER_CONNECTION = Metric("bytes_per_connection", "bytes/connection")
START = Metric("start_ms", "ms")

LOADED = (CPU, RATE, P50, P99, P999, RSS)
PROMPT = (P50, P99, P999, CPU)
PACED = (P99, P50, P999, CPU, DELAY)
# Of requests that are sent together, wrk knows no latency.
BATCHED = (CPU, RATE, RSS)
BULK = (CPU_PER_MB, THROUGHPUT, RSS)

# What a browser sends, Host included by wrk.
BROWSER = (
    ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),
    ("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
    ("Accept-Language", "en-GB,en;q=0.7,de;q=0.3"),
    ("Accept-Encoding", "gzip, deflate, br, zstd"),
    ("Referer", "http://127.0.0.1/catalogue?page=1"),
    ("Cookie", "session=3b1f8a52c0d94e7e; theme=dark; consent=all"),
    ("Upgrade-Insecure-Requests", "1"),
    ("Sec-Fetch-Dest", "document"),
    ("Sec-Fetch-Mode", "navigate"),
    ("Sec-Fetch-Site", "same-origin"),
    ("Priority", "u=0, i"),
)


@dataclass(frozen=True)
class Load:
    """How a sample is taken: the CPU of the load generator, seconds, requests per second."""

    cpu: int
    seconds: int
    rate: float = 0.0


Values = dict[str, float]


@dataclass(frozen=True)
class Workload:
    """One table. The first of `metrics` is the one to compare by.

    `asks` is what a peer has to offer; `baselines` are the peers to compare with.
    """

    name: str
    title: str
    metrics: tuple[Metric, ...]
    sample: Callable[[Running, Load], Mapping[str, float]]
    asks: str = "hello"
    baselines: tuple[str, ...] = ("uvicorn", "fixed_answer")
    is_paced: bool = False


def loaded(asked: Request, server: Running, load: Load) -> Values:
    """Warm up, then let wrk ask as fast as it can."""
    return measured(server, asked, load, lambda: wrk(server.port, load.cpu, load.seconds, asked))


def paced(asked: Request, server: Running, load: Load) -> Values:
    """Warm up, then ask at a fixed rate, whatever the server does."""
    return measured(
        server,
        asked,
        load,
        lambda: open_loop(server.port, load.cpu, load.seconds, load.rate, asked),
    )


def measured(
    server: Running, asked: Request, load: Load, generate: Callable[[], Outcome]
) -> Values:
    """Take the CPU time and the memory around a load."""
    wrk(server.port, load.cpu, WARM_UP_SECONDS, asked)
    before = cpu_seconds(server.pid)
    outcome = generate()
    used = (cpu_seconds(server.pid) - before) * 1e6
    return {
        CPU.name: used / outcome.requests,
        CPU_PER_MB.name: used / (outcome.bytes / 1e6),
        THROUGHPUT.name: outcome.bytes / outcome.microseconds,
        RATE.name: outcome.requests * 1e6 / outcome.microseconds,
        P50.name: outcome.p50,
        P99.name: outcome.p99,
        P999.name: outcome.p999,
        DELAY.name: outcome.delay,
        RSS.name: resident_bytes(server.pid) / 1e6,
    }


def beside_stalled(asked: Request, server: Running, load: Load) -> Values:
    """The same while 200 other connections stall."""
    with stalled_connections(server.port, load.cpu):
        return loaded(asked, server, load)


def signed_in(asked: Request, server: Running, load: Load) -> Values:
    """The same as a visitor who has been there: with the cookie that signing in has set."""
    cookie = cookie_of(server.port, "/sign-in")
    return loaded(replace(asked, headers=(("Cookie", cookie),)), server, load)


def idle(server: Running, _load: Load) -> Values:
    """Hold connections that have each had one answer."""
    with contextlib.ExitStack() as connections:
        before = resident_bytes(server.pid)
        for _ in range(IDLE_CONNECTIONS):
            request(connections.enter_context(connect(server.port)), "/", CONTENT_LENGTH)
        growth = resident_bytes(server.pid) - before
    return {BYTES_PER_CONNECTION.name: growth / IDLE_CONNECTIONS}


def start(server: Running, _load: Load) -> Values:
    """The server was spawned and asked until it answered."""
    return {
        START.name: server.milliseconds_to_answer,
        RSS.name: resident_bytes(server.pid) / 1e6,
    }


def by_wrk(asked: Request) -> Callable[[Running, Load], Values]:
    """A sample that wrk takes."""
    return functools.partial(loaded, asked)


HELLO = Request("/", CONTENT_LENGTH)
ONE = Request("/", CONTENT_LENGTH, connections=1)
CLOSE = Request("/", CONTENT_LENGTH, headers=(("Connection", "close"),))
PIPELINED = Request("/", CONTENT_LENGTH, pipelined=16)
CROWD = Request("/", CONTENT_LENGTH, connections=1000)
UNREAD = Request("/", CONTENT_LENGTH, headers=BROWSER)
READ = Request("/headers?page=2&sort=name", CONTENT_LENGTH, headers=BROWSER)
SMALL_ECHO = Request("/echo", 10_000, body=10_000 * "x")
LARGE_ECHO = Request("/echo", 100_000, body=100_000 * "x")
STREAM = Request("/stream", STREAM_BYTES, connections=8)
FILE = Request("/file", FILE_BYTES, connections=4)
SLEEP = Request("/sleep", CONTENT_LENGTH, connections=64)
PACED_HELLO = Request("/", CONTENT_LENGTH, connections=64)
ROUTE = Request("/hello/world", CONTENT_LENGTH)
ORDER = (
    '{"number":7,"customer":"Ada Lovelace","email":"ada@example.org","street":"St James Square 12",'
    '"city":"London","quantity":3,"price":19.5,"paid":true}'
)
JSON = Request("/orders", len(ORDER), body=ORDER, headers=(("Content-Type", "application/json"),))

FRAMEWORK_BASELINES = ("Starlette on uvicorn",)

ALL = (
    Workload("hello", "GET, 13 bytes, 32 connections", LOADED, by_wrk(HELLO)),
    Workload("latency", "GET, 13 bytes, one connection", PROMPT, by_wrk(ONE)),
    Workload(
        "rate",
        "GET at a fixed rate, half of uvicorn's maximum",
        PACED,
        functools.partial(paced, PACED_HELLO),
        is_paced=True,
    ),
    Workload("headers", "GET with 12 header fields that nobody reads", LOADED, by_wrk(UNREAD)),
    Workload(
        "headers-read",
        "GET with 12 header fields, three and the query read",
        LOADED,
        by_wrk(READ),
        "headers",
    ),
    Workload("echo", "POST echo of 10 kB", LOADED, by_wrk(SMALL_ECHO), "echo"),
    Workload("echo-100k", "POST echo of 100 kB", LOADED, by_wrk(LARGE_ECHO), "echo"),
    Workload("stream", "1 MiB in 16 pieces, 8 connections", LOADED, by_wrk(STREAM), "stream"),
    Workload("file", "File of 100 MB, 4 connections", BULK, by_wrk(FILE), "file"),
    Workload("sleep", "sleep(1 ms), 64 connections", LOADED, by_wrk(SLEEP), "sleep"),
    Workload("close", "A connection for each request", LOADED, by_wrk(CLOSE)),
    Workload("pipelined", "16 requests at once", BATCHED, by_wrk(PIPELINED)),
    Workload("crowd", "GET, 13 bytes, 1000 connections", LOADED, by_wrk(CROWD)),
    Workload(
        "stalled",
        "One connection beside 200 that stall",
        PROMPT,
        functools.partial(beside_stalled, ONE),
        "stalled",
    ),
    Workload(
        "access-log",
        "GET with an access log",
        LOADED,
        by_wrk(HELLO),
        "access log",
        ("uvicorn-log",),
    ),
    Workload("workers", "GET, two workers", LOADED, by_wrk(HELLO), "workers", ("uvicorn-2",)),
    Workload(
        "framework",
        "Framework, GET by route",
        LOADED,
        by_wrk(ROUTE),
        "route",
        (*FRAMEWORK_BASELINES, "fixed_answer"),
    ),
    Workload(
        "framework-json",
        "Framework, JSON in and out, 8 fields",
        LOADED,
        by_wrk(JSON),
        "orders",
        FRAMEWORK_BASELINES,
    ),
    Workload(
        "session",
        "Framework, GET with the cookie of a session",
        LOADED,
        functools.partial(signed_in, HELLO),
        "session",
        ("Starlette session untouched",),
    ),
    Workload("idle", "Memory of an idle connection", (BYTES_PER_CONNECTION,), idle),
    Workload("start", "Start to first answer", (START, RSS), start),
)
WORKLOADS = {workload.name: workload for workload in ALL}
