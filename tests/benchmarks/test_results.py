import json

import pytest
from harness.environments import BENCHMARKS
from harness.results import DISTURBED, Absent, Sample, Side, load, newest, save

from benchmarks.samples import P99, RATE, ours, results, row, table

COMMITTED = sorted((BENCHMARKS / "results").glob("*.json"))


def test_a_file_is_read_as_it_was_written(tmp_path):
    measured = results(
        table(
            ours("pyre", 1.0, 2.0, 3.0),
            row("uvicorn", 4.0, steal=None),
            row("nginx", 0.1, side=Side.REFERENCE, group="no Python"),
            metrics=(P99, RATE),
            absent=[Absent("granian", "did not start")],
        ),
        table(workload="echo"),
    )
    save(measured, tmp_path / "new" / "file.json")
    read = load(tmp_path / "new" / "file.json")
    # A row has every value that was measured, a file those of its columns and more.
    assert read == measured


def test_the_figures_stand_beside_the_samples(tmp_path):
    save(results(table(ours("pyre", 1.0, 2.0, 3.0, 4.0, 5.0))), tmp_path / "file.json")
    document = json.loads((tmp_path / "file.json").read_text())
    written = document["tables"][0]["rows"][0]
    assert written["figures"] == {"cpu_us": {"median": 3.0, "spread": 1.0, "is_wide": True}}
    assert written["disturbed"] == 0
    assert written["side"] == "ours"


def test_another_schema_is_refused(tmp_path):
    (tmp_path / "old.json").write_text('{"environment": {}, "samples": {}}')
    with pytest.raises(ValueError, match=r"old\.json has schema None, not 1"):
        load(tmp_path / "old.json")


@pytest.mark.parametrize(
    ("steal", "is_disturbed"), [(None, False), (0.0, False), (DISTURBED, False), (0.051, True)]
)
def test_a_sample_is_disturbed_by_steal_time(steal, is_disturbed):
    assert Sample({}, steal).is_disturbed is is_disturbed


def test_disturbed_samples_do_not_count_while_three_others_are_left():
    quiet, loud = row("uvicorn", 1.0, 1.0, 1.0), row("uvicorn", 9.0, 9.0, steal=0.5)
    mixed = type(quiet)("uvicorn", Side.PEER, "ASGI", quiet.samples + loud.samples)
    assert mixed.disturbed == 2
    assert mixed.figure("cpu_us").median == 1.0
    assert not mixed.is_spoilt


def test_disturbed_samples_count_when_too_few_others_are_left():
    quiet, loud = row("uvicorn", 1.0, 1.0), row("uvicorn", 9.0, 9.0, 9.0, steal=0.5)
    mixed = type(quiet)("uvicorn", Side.PEER, "ASGI", quiet.samples + loud.samples)
    assert mixed.figure("cpu_us").median == 9.0
    assert mixed.is_spoilt


def test_rows_are_ranked_by_the_first_metric():
    rows = (row("slow", 3.0), row("fast", 1.0), row("middle", 2.0))
    by_cpu, by_rate = table(*rows), table(*rows, metrics=(RATE,))
    assert [each.peer for each in by_cpu.ranked()] == ["fast", "middle", "slow"]
    assert [each.peer for each in by_rate.ranked()] == ["slow", "middle", "fast"]


def test_a_ratio_needs_its_baseline():
    measured = table(ours("pyre", 1.0), row("uvicorn", 4.0))
    assert measured.ratio(measured.rows[0], "uvicorn") == 0.25
    assert measured.ratio(measured.rows[0], "fixed_answer") is None


def test_the_newest_file_is_found_by_date(tmp_path):
    for name in ("2026-11-22-fff.json", "2026-11-23-aaa.json", "2026-10-30-ccc.json"):
        save(results(), tmp_path / name)
    assert newest(tmp_path).name == "2026-11-23-aaa.json"


def test_without_a_file_there_is_no_newest(tmp_path):
    with pytest.raises(FileNotFoundError, match="make bench"):
        newest(tmp_path)


@pytest.mark.parametrize("file", COMMITTED, ids=lambda file: file.name)
def test_a_committed_file_says_what_its_samples_say(file, tmp_path):
    save(load(file), tmp_path / "again.json")
    assert (tmp_path / "again.json").read_text() == file.read_text()
