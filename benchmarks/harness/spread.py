"""From samples to one figure and how much it varies."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

# Beyond this share of the median, the spread says that the figure is not to be trusted.
WIDE = 0.05
# Fewer samples have no spread worth the name.
FEWEST = 3

# The multiplication sign, and the dash of a cell without a figure.
TIMES, NOTHING = "\u00d7", "\u2013"
# Between thousands, where no line may break.
SPACE = "\u00a0"


@dataclass(frozen=True)
class Figure:
    """The median of some samples, and half of the distance between their quartiles.

    The quartiles are those of the samples themselves (the inclusive method), so that one sample
    that something disturbed moves neither median nor spread much.
    """

    median: float
    spread: float
    samples: int

    @property
    def is_wide(self) -> bool:
        """Whether the samples differ too much, or are too few, to be trusted."""
        return self.samples < FEWEST or self.spread > WIDE * abs(self.median)

    @classmethod
    def of(cls, values: Sequence[float]) -> "Figure":
        """Summarize the samples; there must be one at least."""
        middle = statistics.median(values)
        if len(values) == 1:
            return cls(middle, 0.0, 1)
        lower, _, upper = statistics.quantiles(values, n=4, method="inclusive")
        return cls(middle, (upper - lower) / 2, len(values))

    def __str__(self) -> str:
        """Write `9.53 ±0.12`; a figure that is not to be trusted begins with `~`."""
        spread = f" ±{written(self.spread)}" if self.samples > 1 else ""
        return f"{self.marked}{spread}"

    @property
    def marked(self) -> str:
        """The median alone, with the same mark."""
        return f"{'~ ' if self.is_wide else ''}{written(self.median)}"

    def differs_from(self, other: "Figure") -> bool:
        """Whether the two are further apart than both spreads reach."""
        return abs(self.median - other.median) > self.spread + other.spread


def divided(value: float, baseline: float) -> float:
    """Divide; a baseline that costs nothing is infinitely far away."""
    return value / baseline if baseline else math.inf


def written(value: float) -> str:
    """Write a number with as many digits as mean something: `9.53`, `31.4`, `27 700`."""
    size = abs(value)
    if size >= 10_000:  # noqa: PLR2004 - from here on, three digits that count are enough
        return f"{round(value, -2):,.0f}".replace(",", SPACE)
    if size >= 100:  # noqa: PLR2004
        return f"{value:,.0f}".replace(",", SPACE)
    return f"{value:.1f}" if size >= 10 else f"{value:.2f}"  # noqa: PLR2004
