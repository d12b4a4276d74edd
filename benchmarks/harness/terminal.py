"""Tables for those who wait for them."""

from collections.abc import Iterable

from rich import box
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from harness.comparison import Change
from harness.results import Row, Side, Table
from harness.spread import Figure

STYLES = {Side.OURS: "bold", Side.PEER: "", Side.REFERENCE: "dim"}


def show(table: Table, console: Console) -> None:
    """Print one workload: a row for each peer, best first, then who is absent."""
    console.print(rendered(table) if table.rows else Text(table.title, style="bold"))
    for absent in table.absent:
        console.print(Text(f"{absent.peer} is absent: {absent.reason}", style="yellow"))
    console.print()


def rendered(table: Table) -> RichTable:
    """Make the table. Only the main figure has its spread beside it: the report has the others."""
    baselines = [name for name in table.baselines if table.row(name)]
    view = plain_table(table.title)
    view.add_column("", no_wrap=True)
    titles = [metric.title.replace("/", "/\n") for metric in table.metrics]
    for title in (*titles, *(f"÷\n{name}" for name in baselines), "disturbed"):
        view.add_column(title, justify="right", no_wrap=True)
    for row in table.ranked():
        cells = [cell(row.figure(metric.name), metric == table.main) for metric in table.metrics]
        ratios = [Text(ratio(table, row, name)) for name in baselines]
        view.add_row(Text(row.peer), *cells, *ratios, disturbed(row), style=STYLES[row.side])
    return view


def plain_table(title: str) -> RichTable:
    """Make a table with one line below its header, and nothing else."""
    return RichTable(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)


def cell(figure: Figure, is_main: bool) -> Text:  # noqa: FBT001 - a column is the main one or not
    """Write a figure; one that is not to be trusted stands out."""
    return Text(str(figure) if is_main else figure.marked, style="yellow" if figure.is_wide else "")


def ratio(table: Table, row: Row, baseline: str) -> str:
    """Write how the main figure compares."""
    value = table.ratio(row, baseline)
    return "" if value is None else f"{value:.2f}"


def disturbed(row: Row) -> Text:
    """Say how many samples were disturbed."""
    share = f"{row.disturbed} of {len(row.samples)}" if row.disturbed else ""
    return Text(share, style="yellow" if row.is_spoilt else "")


def show_changes(changes: Iterable[Change], console: Console) -> None:
    """Print how the tree compares with the base."""
    view = plain_table("The tree ÷ the base")
    for title in ("", "main figure", "ratio", ""):
        view.add_column(title)
    for change in changes:
        ratio = f"{change.ratio.median:.3f} ±{change.ratio.spread:.3f}"
        view.add_row(change.table.title, change.table.main.title, ratio, change.judgement)
    console.print(view)
