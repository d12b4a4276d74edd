import pytest
from harness.command_line import main, parser
from harness.comparison import Change
from harness.publication import publish
from harness.results import Absent, load
from harness.runs import Plan, is_complete
from harness.spread import Figure
from harness.terminal import show, show_changes
from harness.workloads import WORKLOADS
from rich.console import Console
from support.programs import needed_clone

from benchmarks.samples import CPU, P99, ours, results, row, table


@pytest.fixture
def console():
    return Console(width=200, record=True)


def test_a_peer_that_is_not_known_is_refused(capsys):
    assert main(["run", "--peer", "apache"]) == 2
    assert "no such peer: apache" in capsys.readouterr().err


def test_what_is_to_be_compared_with_has_to_be_a_commit(capsys):
    needed_clone()
    assert main(["compare", "no-such-commit"]) == 2
    assert "no-such-commit" in capsys.readouterr().err


def test_the_list_names_everything(capsys):
    assert main(["list"]) == 0
    listed = capsys.readouterr().out
    assert all(f"{name}:" in listed for name in WORKLOADS)
    assert "Robyn" in listed


def test_a_file_of_another_schema_can_not_be_drawn(tmp_path, capsys):
    (tmp_path / "old.json").write_text("{}")
    assert main(["report", str(tmp_path / "old.json")]) == 2
    assert "schema" in capsys.readouterr().err


def test_a_quick_run_measures_less():
    run, quick = parser().parse_args(["run"]), parser().parse_args(["quick"])
    assert len(quick.workload) < len(run.workload)
    assert quick.rounds * quick.seconds < run.rounds * run.seconds
    assert quick.output != run.output


def test_a_plan_says_how_long_it_takes():
    plan = Plan([WORKLOADS["hello"]], [], 5, 2)
    assert str(plan).startswith("1 workloads, 0 peers, 5 rounds of 2 s: about 0 minutes")


def test_a_table_shows_ratios_and_what_is_not_to_be_trusted(console):
    measured = table(
        ours("pyre", 5.0, 10.0, 15.0),
        row("uvicorn", 40.0, 40.0, 40.0, steal=0.5),
        metrics=(P99, CPU),
        absent=[Absent("granian", "did not start")],
    )
    show(measured, console)
    lines = console.export_text().splitlines()
    [pyre] = [line for line in lines if "pyre" in line]
    assert pyre.split() == ["pyre", "~", "10.0", "±2.50", "~", "10.0", "0.25"]
    [uvicorn] = [line for line in lines if line.strip().startswith("uvicorn ")]
    assert uvicorn.split()[-3:] == ["3", "of", "3"]
    assert "granian is absent: did not start" in lines


def test_a_change_is_shown_with_its_spread(console):
    changes = [
        Change(table(), Figure(1.1, 0.01, 9), 9),
        Change(table(workload="echo"), Figure(0.9, 0.01, 9), 9),
        Change(table(workload="idle"), Figure(1.01, 0.03, 9), 9),
        Change(table(workload="start"), Figure(1.1, 0.01, 9), 2),
    ]
    show_changes(changes, console)
    shown = [line.split() for line in console.export_text().splitlines() if "±" in line]
    judgements = ("slower", "faster", "same", "undecided:")
    assert [[word for word in judgements if word in line] for line in shown] == [
        [word] for word in judgements
    ]
    assert "1.100" in shown[0]


def test_results_charts_and_page_are_published(tmp_path):
    measured = results(table(ours("pyre", 1.0), row("uvicorn", 4.0)), table(workload="echo"))
    stale = tmp_path / "charts" / "stale.svg"
    stale.parent.mkdir()
    stale.touch()
    assert publish(measured, tmp_path) == tmp_path / "report.html"
    assert load(tmp_path / "results" / "2026-11-23-abc1234.json") == measured
    charts = {chart.name for chart in (tmp_path / "charts").iterdir()}
    assert charts == {"overview.svg", "hello.svg"}, "no row, no chart"
    assert "pyre" in (tmp_path / "report.html").read_text()


@pytest.mark.parametrize(("peer", "complete"), [("granian", True), ("pyre", False)])
def test_a_run_fails_when_ours_does(peer, complete):
    measured = results(table(absent=[Absent(peer, "did not start")]))
    assert is_complete(measured) is complete
