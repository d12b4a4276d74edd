import pytest
from harness.comparison import WORKLOADS as COMPARED
from harness.comparison import Judgement, change, peers
from harness.environments import BASE, PEERS
from harness.measurement import asked_of
from harness.results import Row
from harness.workloads import WORKLOADS
from support.programs import needed_clone

from benchmarks.samples import RATE, ours, row, table


def judged(base, tree, **options):
    return change(table(ours("base", *base), ours("tree", *tree), **options)).judgement


def test_rounds_are_compared_one_by_one():
    # The machine has become slower, the program has not.
    found = change(table(ours("base", 1.0, 2.0, 4.0), ours("tree", 1.0, 2.0, 4.0)))
    assert (found.ratio.median, found.ratio.spread) == (1.0, 0.0)


@pytest.mark.parametrize(
    ("tree", "judgement"),
    [
        ([10.3, 10.3, 10.3], Judgement.SLOWER),
        ([9.7, 9.7, 9.7], Judgement.FASTER),
        ([10.19, 10.19, 10.19], Judgement.SAME),
        ([9.81, 9.81, 9.81], Judgement.SAME),
        # More than noise and spread, but less than twice the spread.
        ([10.0, 10.5, 11.6], Judgement.SAME),
        ([10.8, 11.0, 11.1], Judgement.SLOWER),
    ],
)
def test_a_change_is_one_beyond_noise_and_twice_the_spread(tree, judgement):
    assert judged([10.0, 10.0, 10.0], tree) is judgement


@pytest.mark.parametrize(("tree", "judgement"), [(12.0, Judgement.FASTER), (8.0, Judgement.SLOWER)])
def test_more_may_be_better(tree, judgement):
    assert judged([10.0] * 3, [tree] * 3, metrics=(RATE,)) is judgement


def disturbed_in_the_last(peer, *values, last) -> Row:
    quiet, loud = ours(peer, *values), row(peer, last, steal=0.5)
    return Row(peer, quiet.side, quiet.group, quiet.samples + loud.samples)


def test_a_round_that_was_disturbed_says_nothing():
    base = ours("base", 1.0, 1.0, 1.0, 1.0)
    tree = disturbed_in_the_last("tree", 1.0, 1.0, 1.0, last=9.0)
    found = change(table(base, tree))
    assert (found.ratio.samples, found.quiet, found.judgement) == (3, 3, Judgement.SAME)


def test_with_too_few_quiet_rounds_nothing_is_decided():
    base = ours("base", 1.0, 1.0, 1.0)
    tree = disturbed_in_the_last("tree", 2.0, 2.0, last=2.0)
    assert change(table(base, tree)).judgement is Judgement.UNDECIDED


def test_rounds_that_were_all_disturbed_are_shown_all_the_same():
    base, tree = row("base", 1.0, 2.0, 1.0, steal=0.5), row("tree", 3.0, 6.0, 3.0, steal=0.5)
    found = change(table(base, tree))
    assert (found.ratio.median, found.judgement) == (3.0, Judgement.UNDECIDED)


def test_without_one_of_the_two_there_is_no_change():
    assert change(table(ours("tree", 1.0))) is None


def test_what_is_compared_is_measured():
    assert set(COMPARED) <= WORKLOADS.keys()


@pytest.mark.parametrize("workload", WORKLOADS.values(), ids=WORKLOADS)
def test_two_servers_of_the_same_kind_answer_each_workload(workload, tmp_path):
    needed_clone()
    base, tree = asked_of(workload, peers("HEAD", tmp_path))
    assert base.name != tree.name
    assert base.command[0] == str(BASE.bin / "pyre")
    assert tree.command == (str(PEERS.bin / "pyre"), *base.command[1:])
