import math

import pytest
from harness.spread import Figure, divided, written


@pytest.mark.parametrize(
    ("values", "median", "spread"),
    [
        ([7.0], 7.0, 0.0),
        ([1.0, 2.0, 3.0], 2.0, 0.5),
        ([1.0, 2.0, 3.0, 4.0, 5.0], 3.0, 1.0),
        ([5.0, 3.0, 1.0, 4.0, 2.0], 3.0, 1.0),
        # One that was disturbed moves neither.
        ([2.0, 2.0, 2.0, 2.0, 200.0], 2.0, 0.0),
    ],
)
def test_median_and_half_of_the_distance_between_quartiles(values, median, spread):
    figure = Figure.of(values)
    assert (figure.median, figure.spread, figure.samples) == (median, spread, len(values))


@pytest.mark.parametrize(
    ("figure", "is_wide"),
    [
        (Figure(100.0, 5.0, 3), False),
        (Figure(100.0, 5.1, 3), True),
        (Figure(100.0, 0.0, 2), True),
        (Figure(0.0, 0.0, 3), False),
    ],
)
def test_a_figure_is_wide_by_its_spread_or_for_want_of_samples(figure, is_wide):
    assert figure.is_wide is is_wide


def test_figures_differ_where_the_spreads_do_not_meet():
    figure = Figure(10.0, 1.0, 5)
    assert figure.differs_from(Figure(12.1, 1.0, 5))
    assert not figure.differs_from(Figure(12.0, 1.0, 5))
    assert figure.differs_from(Figure(7.9, 1.0, 5))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.004, "0.00"),
        (9.527, "9.53"),
        (31.44, "31.4"),
        (834.6, "835"),
        (7_852.4, "7\N{NO-BREAK SPACE}852"),
        (27_730.0, "27\N{NO-BREAK SPACE}700"),
        (1_234_567.0, "1\N{NO-BREAK SPACE}234\N{NO-BREAK SPACE}600"),
        (-0.5, "-0.50"),
    ],
)
def test_a_number_has_the_digits_that_mean_something(value, text):
    assert written(value) == text


def test_what_costs_nothing_is_infinitely_far_away():
    assert divided(3.0, 2.0) == 1.5
    assert divided(3.0, 0.0) == math.inf


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([9.5, 9.5, 9.7], "9.50 ±0.05"),
        ([5.0, 10.0, 15.0], "~ 10.0 ±2.50"),
        ([10.0, 10.0], "~ 10.0 ±0.00"),
        ([10.0], "~ 10.0"),
    ],
)
def test_a_figure_is_written_with_its_spread_and_its_doubt(values, text):
    assert str(Figure.of(values)) == text
