"""Two sides that wait for each other."""

import asyncio
from collections.abc import Callable


class Changes:
    """Tells all who wait that something has changed.

    They look again, so that a notice too many does no harm, and nothing is lost by a wait that is
    cancelled.
    """

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def tell(self) -> None:
        """Have everybody look again."""
        self._next.set()
        self._next = asyncio.Event()

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until ``condition`` returns something true."""
        while not condition():
            await self._next.wait()
