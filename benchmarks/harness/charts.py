"""Charts as SVG, by hand: bars are simple, and so they stay light, and turn dark at night."""

import math
from collections.abc import Iterable, Iterator
from html import escape

from harness.results import Results, Row, Side, Table
from harness.spread import TIMES

WIDTH = 800
LABELS = 190
VALUES = 210
PLOT = WIDTH - LABELS - VALUES
TOP = 62
# The overview has a scale above its lines.
OVERVIEW_TOP = 80
TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
ROW = 30
BAR = 18
DOT = 6

STYLE = """
text { font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2937 }
.title { font-size: 16px; font-weight: 600 }
.note { font-size: 12px; fill: #6b7280 }
.label { text-anchor: end } .tick { text-anchor: middle }
.ours.label, .ours.value { font-weight: 600 }
.value { font-variant-numeric: tabular-nums }
.bar { fill: #9ca3af } .ours.bar { fill: #d9480f }
.reference.bar { fill: none; stroke: #9ca3af; stroke-dasharray: 3 2 }
.dot { fill: #9ca3af; fill-opacity: .75 } .ours.dot { fill: #d9480f; fill-opacity: 1 }
.reference.dot { fill: none; stroke: #9ca3af }
.whisker { stroke: #1f2937; stroke-width: 1.5 }
.axis { stroke: #d1d5db } .even { stroke: #6b7280; stroke-dasharray: 4 3 }
@media (prefers-color-scheme: dark) {
  text { fill: #e5e7eb } .note { fill: #9ca3af }
  .bar, .dot { fill: #6b7280 } .ours.bar, .ours.dot { fill: #ff7a3d }
  .reference.bar, .reference.dot { fill: none; stroke: #9ca3af }
  .whisker { stroke: #e5e7eb } .axis { stroke: #374151 } .even { stroke: #9ca3af }
}
"""


def bars(table: Table) -> str:
    """Draw the main figure of one workload, the best first."""
    metric = table.main
    rows = table.ranked()
    figures = [row.figure(metric.name) for row in rows]
    largest = max((figure.median + figure.spread for figure in figures), default=0) or 1
    better = "less" if metric.lower_is_better else "more"
    parts: list[str] = []
    for number, (row, figure) in enumerate(zip(rows, figures, strict=True)):
        top = TOP + number * ROW
        end = LABELS + PLOT * figure.median / largest
        reach = PLOT * figure.spread / largest
        middle = top + BAR / 2
        parts += [
            text(LABELS - 10, middle, row.peer, f"{row.side} label"),
            bar(row.side, top, end - LABELS),
            f'<path class="whisker" d="M{end - reach:.1f} {middle}H{end + reach:.1f}"/>',
            text(end + reach + 8, middle, value_of(table, row), f"{row.side} value"),
        ]
    note = f"{metric.title}: {better} is better; the line is the spread"
    return document(table.title, note, TOP + len(rows) * ROW, parts)


def bar(style: str, top: float, length: float) -> str:
    """Draw a bar that begins at the labels."""
    return (
        f'<rect class="{style} bar" x="{LABELS}" y="{top}" width="{length:.1f}" '
        f'height="{BAR}" rx="2"/>'
    )


def value_of(table: Table, row: Row) -> str:
    """Write the figure beside a bar, and its ratio to the first baseline."""
    figure = row.figure(table.main.name)
    baseline = table.baselines[0] if table.baselines else ""
    ratio = table.ratio(row, baseline) if row.peer != baseline else None
    return str(figure) if ratio is None else f"{figure} · {ratio:.2f} {TIMES}"


def overview(results: Results) -> str:
    """Draw every workload in one picture: each peer's main figure as a multiple of a baseline's."""
    tables = [table for table in results.tables if ratios_of(table)]
    every = [value for table in tables for _, value in ratios_of(table)]
    # At least from a half to the double, so that noise does not look like a difference.
    left, right = min([*every, 0.5]) / 1.1, max([*every, 2]) * 1.1

    def place(value: float) -> float:
        return LABELS + PLOT * math.log(value / left) / math.log(right / left)

    bottom = OVERVIEW_TOP + len(tables) * ROW
    parts = [f'<path class="even" d="M{place(1):.1f} {OVERVIEW_TOP - 8}V{bottom - 8}"/>']
    parts += [
        text(place(tick), OVERVIEW_TOP - 18, f"{tick:g} {TIMES}", "note tick")
        for tick in TICKS
        if left <= tick <= right
    ]
    for number, table in enumerate(tables):
        middle = OVERVIEW_TOP + number * ROW + BAR / 2
        parts += [
            text(LABELS - 10, middle, table.workload, "label"),
            f'<path class="axis" d="M{LABELS} {middle}H{LABELS + PLOT}"/>',
            *(dot(place(value), middle, row, value) for row, value in ratios_of(table)),
            text(LABELS + PLOT + 12, middle, ratio_of_ours(table), "ours value"),
        ]
    note = (
        "Main figure as a multiple of uvicorn's; of frameworks, of Starlette's on uvicorn."
        " Further to the left is better."
    )
    return document("Every workload", note, bottom, parts)


def ratios_of(table: Table) -> list[tuple[Row, float]]:
    """Divide every main figure by the first baseline's; ours come last, and so on top."""
    baseline = table.baselines[0] if table.baselines else ""
    found = [(row, ratio) for row in table.rows if (ratio := table.ratio(row, baseline))]
    return sorted(found, key=lambda pair: pair[0].side is Side.OURS)


def dot(x: float, y: float, row: Row, value: float) -> str:
    """Draw one peer of the overview; its name shows when it is pointed at."""
    title = escape(f"{row.peer}: {value:.2f} {TIMES}")
    return (
        f'<circle class="{row.side} dot" cx="{x:.1f}" cy="{y}" r="{DOT}">'
        f"<title>{title}</title></circle>"
    )


def ratio_of_ours(table: Table) -> str:
    """Write what the ASGI server of ours makes of a workload, or the best of ours without it."""
    ours = {row.peer: value for row, value in ratios_of(table) if row.side is Side.OURS}
    peer = "pyre" if "pyre" in ours else min(ours, key=ours.__getitem__, default="")
    return f"{ours[peer]:.2f} {TIMES} {peer.removesuffix(' on pyre')}" if peer else ""


def text(x: float, middle: float, content: str, style: str) -> str:
    """Write a line whose letters stand around `middle`."""
    return f'<text class="{style}" x="{x:.1f}" y="{middle + 4.5:.1f}">{escape(content)}</text>'


def document(title: str, note: str, height: float, parts: Iterable[str]) -> str:
    """Put a picture together."""
    return "\n".join(lines_of(title, note, height, parts)) + "\n"


def lines_of(title: str, note: str, height: float, parts: Iterable[str]) -> Iterator[str]:
    """Yield the lines of the file."""
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" role="img" aria-label="{escape(title)}">'
    )
    yield f"<style>{STYLE}</style>"
    yield text(8, 18, title, "title")
    yield text(8, 38, note, "note")
    yield from parts
    yield "</svg>"
