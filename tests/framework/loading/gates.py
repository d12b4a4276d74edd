"""Places where an extension waits for the test."""

import asyncio
from collections.abc import Callable


class Gate:
    """Whoever comes to it waits until it is open."""

    def __init__(self) -> None:
        self._reached = asyncio.Event()
        self._opened = asyncio.Event()
        self.is_passed = False

    async def wait(self) -> None:
        """Wait at the gate."""
        self._reached.set()
        await self._opened.wait()
        self.is_passed = True

    async def reached(self) -> None:
        """Return when somebody has come to the gate."""
        await self._reached.wait()

    def open(self) -> None:
        """Let everybody pass."""
        self._opened.set()


async def until(condition: Callable[[], object]) -> None:
    """Return when a condition is true of what has no event of its own."""
    while not condition():  # noqa: ASYNC110
        await asyncio.sleep(0)
