"""Waiting for a condition, for as long as a slow machine may need.

No test sleeps for a fixed time and hopes: it says what it waits for, and fails without it. How long
that takes on a machine of some speed is no business of a test, so all of them have one patience.
"""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")

PATIENCE = 120.0
"""Seconds after which what a test waits for is taken never to come: a condition, an octet, the end
of a process. Only a failing test takes that long, so it is generous: a machine five times slower
than a developer's, with two other loads, still comes in time.
"""

INTERVAL = 0.01
"""Seconds between two looks at a condition."""

STILL_FOR = 30
"""Looks in a row at which a value must be the same to be taken as settled."""


def wait_for(probe: Callable[[], Found], what: str, deadline: float = PATIENCE) -> Found:
    """Call ``probe`` until it returns something true, and return that."""
    end = time.monotonic() + deadline
    while not (found := probe()):
        if time.monotonic() > end:
            raise TimeoutError(f"waited {deadline} s for {what}")
        time.sleep(INTERVAL)
    return found


def eventually(probe: Callable[[], Found], accept: Callable[[Found], bool]) -> Found:
    """Call ``probe`` until its value is accepted, and return the last one, accepted or not."""
    end = time.monotonic() + PATIENCE
    while not accept(found := probe()) and time.monotonic() < end:
        time.sleep(INTERVAL)
    return found


def settled(probe: Callable[[], Found]) -> Found:
    """Call ``probe`` until it has returned the same for a while, and return that."""
    last, unchanged = probe(), 0

    def is_still() -> bool:
        nonlocal last, unchanged
        now = probe()
        unchanged = unchanged + 1 if now == last else 0
        last = now
        return unchanged >= STILL_FOR

    wait_for(is_still, "a value that no longer changes")
    return last
