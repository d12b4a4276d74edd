"""Generated examples by a budget of CPU time: a slow machine looks at fewer, not for longer."""

import functools
import time
from collections.abc import Callable
from typing import Any

from hypothesis import seed, settings

ROUND = 25
"""Examples between two looks at the clock, and so the least that any machine tries."""

SECONDS = 4.0
"""CPU time of this process after which no further round begins."""


def many_examples(at_most: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Decorate a test of Hypothesis to run with up to so many examples, while there is time."""

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        one_round = settings(max_examples=ROUND)(test)

        @functools.wraps(one_round)
        def rounds(*arguments: Any, **values: Any) -> None:
            end = time.process_time() + SECONDS
            for number in range(0, at_most, ROUND):
                if settings().derandomize:  # as in CI, where each round would look at the same
                    seed(number)(one_round)
                one_round(*arguments, **values)
                if time.process_time() > end:
                    break

        return rounds

    return decorate
