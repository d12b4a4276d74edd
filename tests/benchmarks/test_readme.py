import pytest
from harness.environments import ROOT
from harness.readme import README, SHOWN, block, named_file, updated
from harness.results import load, newest
from harness.workloads import WORKLOADS

from benchmarks.samples import CPU, RATE, ours, results, row, table

FILE = ROOT / "benchmarks" / "results" / "2026-11-23-abc1234.json"


def lines(*tables) -> list[str]:
    """The rows of the table, without its header."""
    return [line for line in block(results(*tables), FILE).splitlines() if line[:2] == "| "][1:]


def test_the_readme_says_what_the_file_that_it_names_says():
    readme = README.read_text(encoding="utf-8")
    file = named_file(readme)
    assert updated(readme, block(load(file), file)) == readme


def test_the_readme_names_the_newest_file():
    readme = README.read_text(encoding="utf-8")
    assert named_file(readme) == newest(ROOT / "benchmarks" / "results")


def test_a_row_compares_with_uvicorn_and_with_the_best_of_the_others():
    measured = table(
        ours("pyre", 10.0, 10.0, 10.0),
        row("uvicorn", 40.0, 40.0, 40.0),
        row("granian", 20.0, 20.0, 20.0),
        row("hypercorn", 90.0, 90.0, 90.0),
        row("fixed_answer", 5.0, 5.0, 5.0, side="reference", group="no Python"),
    )
    expected = "| GET, 13 bytes: CPU µs/request | 10.0 | 40.0 | **0.25** | 20.0 (granian) | 5.00 |"
    assert lines(measured) == [expected]


def test_of_requests_the_most_are_best():
    rows = [ours("pyre", 3.0), row("uvicorn", 1.0), row("granian", 2.0), row("hypercorn", 0.5)]
    measured = table(*rows, metrics=(CPU, RATE))
    assert [line.split(" | ")[-1] for line in lines(measured)] == [
        "~ 0.50 (hypercorn) |",
        "~ 2.00 (granian) |",
    ]


def test_a_column_without_figures_is_left_out():
    written = block(results(table(ours("pyre", 1.0), row("uvicorn", 2.0))), FILE)
    assert "| Pyre | uvicorn | ratio |\n" in written
    assert "PSGI" not in written


def test_psgi_has_a_column_when_it_was_measured():
    psgi = ours("pyre-psgi", 0.5, 0.5, 0.5, group="own interface")
    measured = table(ours("pyre", 1.0), row("uvicorn", 2.0), psgi)
    assert "| Pyre, PSGI |" in block(results(measured), FILE)
    assert lines(measured) == [
        "| GET, 13 bytes: CPU µs/request | ~ 1.00 | ~ 2.00 | **0.50** | 0.50 |"
    ]


def test_frameworks_are_compared_with_themselves():
    measured = table(
        ours("FastAPI on pyre", 60.0, 60.0, 60.0, group="FastAPI"),
        row("FastAPI on uvicorn", 80.0, 80.0, 80.0, group="FastAPI"),
        workload="framework-json",
    )
    expected = "| FastAPI: GET, 13 bytes: CPU µs/request | 60.0 | 80.0 | **0.75** |"
    assert lines(measured) == [expected]


@pytest.mark.parametrize(
    "measured", [table(ours("pyre", 1.0)), table(row("uvicorn", 1.0)), table(workload="crowd")]
)
def test_what_can_not_be_compared_has_no_row(measured):
    assert lines(measured) == []


def test_only_the_block_is_replaced():
    readme = "before\n<!-- benchmarks of a.json -->\nold\n<!-- end of the benchmarks -->\nafter\n"
    assert updated(readme, r"new \1") == "before\nnew \\1\nafter\n"


@pytest.mark.parametrize("function", [named_file, lambda readme: updated(readme, "new")])
def test_a_readme_without_the_block_is_refused(function):
    with pytest.raises(ValueError, match="no block"):
        function("# Pyre\n")


def test_what_the_readme_shows_is_measured():
    assert set(SHOWN) <= WORKLOADS.keys()
