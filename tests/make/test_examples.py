"""How many examples a generated test looks at depends on CPU time, not on the clock."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import examples


def looked_at(at_most: int) -> int:
    """How many different examples there were."""
    seen = set()

    @examples.many_examples(at_most)
    @given(st.integers())
    def look(number):
        seen.add(number)

    look()
    return len(seen)


def test_with_time_enough_all_rounds_are_run(monkeypatch):
    monkeypatch.setattr(examples, "SECONDS", 1000.0)
    assert looked_at(4 * examples.ROUND) > 2 * examples.ROUND


def test_without_time_there_is_one_round(monkeypatch):
    monkeypatch.setattr(examples, "SECONDS", 0.0)
    assert 0 < looked_at(4 * examples.ROUND) <= examples.ROUND


def test_a_failure_in_a_round_is_one_of_the_test():
    @examples.many_examples(100)
    @given(st.integers())
    def fails(number):
        assert number < 0

    with pytest.raises(AssertionError):
        fails()


def test_no_example_has_a_deadline():
    assert settings().deadline is None
