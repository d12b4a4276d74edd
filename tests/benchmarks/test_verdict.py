import pytest
from harness.verdict import Outcome, comparisons

from benchmarks.samples import CPU, P99, RATE, ours, results, row, table


def found(*rows, metrics=(CPU,)):
    compared = comparisons(results(table(*rows, metrics=metrics)))
    return [(each.metric.name, each.ours.peer, each.peer.peer, each.outcome) for each in compared]


@pytest.mark.parametrize(
    ("metric", "mine", "others", "outcome"),
    [
        (CPU, 1.0, 4.0, Outcome.AHEAD),
        (CPU, 2.0, 1.0, Outcome.BEHIND),
        (RATE, 2.0, 1.0, Outcome.AHEAD),
        (RATE, 1.0, 2.0, Outcome.BEHIND),
        (CPU, 1.0, 1.0, Outcome.EVEN),
    ],
)
def test_who_is_ahead(metric, mine, others, outcome):
    [compared] = found(ours("pyre", mine), row("granian", others), metrics=(metric,))
    assert compared == (metric.name, "pyre", "granian", outcome)


def test_within_the_spread_nobody_is_ahead():
    [compared] = found(ours("pyre", 9.0, 10.0, 11.0), row("granian", 10.0, 10.5, 11.0))
    assert compared[-1] is Outcome.EVEN


def test_every_judged_figure_is_compared():
    peers = (ours("pyre", 2.0), row("granian", 1.0))
    names = [name for name, *_ in found(*peers, metrics=(CPU, RATE, P99))]
    assert names == ["cpu_us", "p99_us"], "requests per second are bounded by the generator"


def test_the_main_figure_is_compared_whatever_it_is():
    [compared] = found(ours("pyre", 2.0), row("granian", 1.0), metrics=(RATE,))
    assert compared[0] == "requests_per_s"


def test_interfaces_are_compared_with_their_like():
    rows = (
        ours("pyre", 2.0),
        ours("pyre-psgi", 1.0, group="own interface"),
        row("granian", 3.0),
        row("granian-rsgi", 1.5, group="own interface"),
    )
    assert found(*rows) == [
        ("cpu_us", "pyre", "granian", Outcome.AHEAD),
        ("cpu_us", "pyre-psgi", "granian-rsgi", Outcome.AHEAD),
    ]


def test_without_its_like_ours_has_to_stand_up_as_it_is():
    rows = (ours("pyre", 2.0), row("granian-rsgi", 1.5, group="own interface"))
    assert found(*rows) == [("cpu_us", "pyre", "granian-rsgi", Outcome.BEHIND)]


def test_of_ours_the_best_is_compared():
    rows = (ours("pyre", 2.0), ours("pyre-other", 1.0), row("granian", 1.5))
    assert found(*rows) == [("cpu_us", "pyre-other", "granian", Outcome.AHEAD)]


@pytest.mark.parametrize("rows", [(), (row("uvicorn", 1.0),), (ours("pyre", 1.0),)])
def test_nothing_to_compare(rows):
    assert found(*rows) == []


def test_a_reference_is_no_rival():
    reference = row("fixed_answer", 1.0, side="reference", group="no Python")
    assert found(ours("pyre", 2.0), reference) == []
