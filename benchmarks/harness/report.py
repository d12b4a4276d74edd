"""The page that one looks at: where we are not ahead, one picture of all, then each workload."""

import tomllib
from collections.abc import Iterable, Iterator
from html import escape
from itertools import groupby
from pathlib import Path
from string import Template

from harness.charts import bars, overview
from harness.environments import BENCHMARKS
from harness.results import Metric, Results, Row, Side, Table
from harness.spread import TIMES
from harness.verdict import Comparison, Outcome, comparisons

PAGE = Template((Path(__file__).with_name("report.html")).read_text(encoding="utf-8"))
EXPLANATIONS = BENCHMARKS / "explanations.toml"


def page(results: Results, explanations: dict[str, str]) -> str:
    """Write the whole page; it needs nothing beside it."""
    return PAGE.substitute(
        title=escape(f"Pyre {results.commit}, {results.date}"),
        verdict=verdict(results, explanations),
        overview=overview(results),
        machine=facts(results.machine.items()),
        method=facts((name, str(value)) for name, value in results.method.items()),
        versions=facts(results.versions.items()),
        workloads="\n".join(section(table) for table in results.tables),
    )


def explanations_from(path: Path = EXPLANATIONS) -> dict[str, str]:
    """Read why a peer is ahead in a workload, as the profile said."""
    return {name: str(why) for name, why in tomllib.loads(path.read_text()).items()}


def verdict(results: Results, explanations: dict[str, str]) -> str:
    """Say where a peer is ahead of ours, or even with it, before anything else is said."""
    compared = comparisons(results)
    behind = [each for each in compared if each.outcome is Outcome.BEHIND]
    even = [each for each in compared if each.outcome is Outcome.EVEN]
    if not behind:
        peers = ", ".join(dict.fromkeys(each.peer.peer for each in compared))
        lead = (
            "<p>In this run no peer was ahead of Pyre by more than the spread."
            f" It was compared with: {escape(peers)}.</p>"
        )
    else:
        where = ", ".join(dict.fromkeys(each.table.workload for each in behind))
        lead = (
            f"<p>Pyre is <strong>not ahead of every peer</strong>: a peer is ahead in"
            f" {len(behind)} of {len(compared)} comparisons, in {escape(where)}.</p>"
            f"{listed(behind, explanations)}"
        )
    names = (f"{each.table.workload} {each.metric.title}: {each.peer.peer}" for each in even)
    if not even:
        return lead
    return f"{lead}<p>Not to be told apart within the spread: {escape('; '.join(names))}.</p>"


def listed(behind: Iterable[Comparison], explanations: dict[str, str]) -> str:
    """List by workload who is ahead, and why."""
    by_workload = groupby(behind, lambda each: each.table)
    items = (item(table, ahead, explanations) for table, ahead in by_workload)
    return f"<ul>{''.join(items)}</ul>"


def item(table: Table, ahead: Iterable[Comparison], explanations: dict[str, str]) -> str:
    """Name the figures of one workload in which a peer is ahead, and say why once."""
    by_figure = groupby(ahead, lambda each: (each.metric, each.ours))
    figures = " ".join(defeat(*figure, list(peers)) for figure, peers in by_figure)
    why = escape(explanations.get(table.workload, "Not explained yet."))
    link = f'<a href="#{table.workload}">{escape(table.title)}</a>'
    return f"<li>{link}. {figures} {why}</li>"


def defeat(metric: Metric, ours: Row, ahead: list[Comparison]) -> str:
    """Name the peers that are ahead in one figure, and by how much."""
    peers = ", ".join(
        f"{escape(each.peer.peer)} {each.peer.figure(metric.name)} "
        f"(<b>{each.ratio:.2f} {TIMES}</b>)"
        for each in sorted(ahead, key=lambda each: -each.ratio)
    )
    mine = f"{escape(ours.peer)} {ours.figure(metric.name)}"
    return f"{escape(metric.title)}: {mine}; {peers}."


def section(table: Table) -> str:
    """Write one workload: chart, warnings, table, who is absent."""
    absent = "".join(f"<li>{escape(row.peer)}: {escape(row.reason)}</li>" for row in table.absent)
    return (
        f'<section id="{table.workload}">{pictured(table)}{"".join(warnings(table))}'
        f"{f'<p>Absent:</p><ul>{absent}</ul>' if absent else ''}</section>"
    )


def pictured(table: Table) -> str:
    """Draw the chart, with the figures behind it."""
    if not table.rows:
        return f"<h2>{escape(table.title)}</h2>"
    details = f"<details><summary>All figures</summary>{figures(table)}</details>"
    return f"{bars(table)}{details}"


def warnings(table: Table) -> Iterator[str]:
    """Say which rows are not to be trusted, and why."""
    wide = [row.peer for row in table.rows if row.figure(table.main.name).is_wide]
    if wide:
        yield f'<p class="warning">The spread is too wide: {escape(", ".join(wide))}.</p>'
    spoilt = [row.peer for row in table.rows if row.is_spoilt]
    if spoilt:
        names = escape(", ".join(spoilt))
        yield f'<p class="warning">Too few samples without steal time: {names}.</p>'


def figures(table: Table) -> str:
    """Write every column of every row."""
    baselines = [name for name in table.baselines if table.row(name)]
    titles = ["", *(metric.title for metric in table.metrics), *(f"÷ {name}" for name in baselines)]
    head = "".join(f"<th>{escape(title)}</th>" for title in titles)
    body = "".join(
        f"<tr{highlight(row)}>{cells(table, row, baselines)}</tr>" for row in table.ranked()
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def cells(table: Table, row: Row, baselines: list[str]) -> str:
    """Write one row."""
    ratios = [table.ratio(row, baseline) for baseline in baselines]
    return (
        f"<th>{escape(name_of(row))}</th>"
        + "".join(cell(row, metric) for metric in table.metrics)
        + "".join(f"<td>{ratio:.2f}</td>" for ratio in ratios if ratio is not None)
    )


def cell(row: Row, metric: Metric) -> str:
    """Write a figure with its spread."""
    figure = row.figure(metric.name)
    unsure = ' class="wide"' if figure.is_wide else ""
    return f"<td{unsure}>{figure}</td>"


def name_of(row: Row) -> str:
    """Name the peer, and say how many of its samples were disturbed."""
    note = f" ({row.disturbed} of {len(row.samples)} disturbed)" if row.disturbed else ""
    return f"{row.peer}{note}"


def highlight(row: Row) -> str:
    """Make ours stand out."""
    return ' class="ours"' if row.side is Side.OURS else ""


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Write names and values."""
    items = (f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in pairs)
    return f"<dl>{''.join(items)}</dl>"
