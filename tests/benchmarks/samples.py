"""Results as short as a test wants them."""

from collections.abc import Sequence

from harness.results import Absent, Metric, Results, Row, Sample, Side, Table

CPU = Metric("cpu_us", "CPU µs/request")
P99 = Metric("p99_us", "p99 µs")
RATE = Metric("requests_per_s", "requests/s", lower_is_better=False)


def row(peer, *values: float, side=Side.PEER, group="ASGI", steal: float | None = 0.0) -> Row:
    """A row with these values in every column."""
    names = (CPU.name, P99.name, RATE.name)
    samples = (Sample(dict.fromkeys(names, value), steal) for value in values)
    return Row(peer, side, group, tuple(samples))


def ours(peer, *values: float, group="ASGI") -> Row:
    return row(peer, *values, side=Side.OURS, group=group)


def table(
    *rows: Row,
    workload="hello",
    metrics: Sequence[Metric] = (CPU,),
    absent: Sequence[Absent] = (),
) -> Table:
    baselines = ("uvicorn", "fixed_answer")
    return Table(workload, "GET, 13 bytes", tuple(metrics), rows, tuple(absent), baselines)


def results(*tables: Table) -> Results:
    machine = {"cpu": "A CPU", "cpus": "2", "kernel": "6.18", "python": "3.13.0"}
    return Results("abc1234", "2026-11-23", machine, {"rounds": 3}, {"uvicorn": "0.54.0"}, tables)
