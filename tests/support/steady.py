"""A client that asks all the time, in a thread of its own, while a test does something else."""

import threading
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self

from support.client import Address, Connection, encoded
from support.waiting import wait_for

PIPELINED = 5
"""Requests that are sent before the first of their responses is read."""

BATCHES_PER_ARRIVAL = 20
"""Batches of the connection that stays, after which another one comes and goes."""


class SteadyClient:
    """Asks ``/plain`` from entry to exit, and fails at the exit unless each answer was its own."""

    def __init__(self, address: Address) -> None:
        self.answered = 0
        self._address = address
        self._is_over = threading.Event()
        self._pool = ThreadPoolExecutor(1)

    def __enter__(self) -> Self:
        self._asking = self._pool.submit(self._ask_until_over)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._is_over.set()
        with self._pool:
            self._asking.result()

    def wait_for_answers(self, count: int) -> None:
        """Wait until so many more requests have been answered."""
        enough = self.answered + count
        wait_for(lambda: self.answered >= enough or self._asking.done(), "answers")
        if self._asking.done():
            self._asking.result()

    def _ask_until_over(self) -> None:
        with Connection(self._address) as staying:
            while not self._is_over.is_set():
                for _ in range(BATCHES_PER_ARRIVAL):
                    self._ask(staying, PIPELINED)
                with Connection(self._address) as arriving:
                    self._ask(arriving, 1)

    def _ask(self, connection: Connection, count: int) -> None:
        numbers = [str(self.answered + offset) for offset in range(count)]
        connection.send(b"".join(encoded(f"GET /plain?{number}") for number in numbers))
        for number in numbers:
            response = connection.read_response()
            assert (response.status, response.body) == (200, number.encode())
            self.answered += 1
