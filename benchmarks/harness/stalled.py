"""Connections that stall while others are measured, in each of the ways that clients stall."""

import contextlib
import os
import threading
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from harness.clients import connect, request
from harness.servers import CONTENT_LENGTH

STALLED = 200
PAUSE = 1.0


@dataclass(frozen=True)
class Kind:
    """What a client sends that stalls; `drip` follows once per pause."""

    opening: bytes = b""
    drip: bytes = b""
    is_idle: bool = False
    reads: bool = True


KINDS = (
    Kind(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ", b"x"),
    Kind(b"POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000\r\n\r\n", b"x"),
    Kind(b"GET /large HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", reads=False),
    Kind(is_idle=True),
    Kind(),
)


class Stalled:
    """One connection, begun anew when the server has ended it."""

    def __init__(self, kind: Kind, port: int, stack: contextlib.ExitStack) -> None:
        self._kind = kind
        self._port = port
        self._stack = stack
        self._begin()

    def go_on(self) -> None:
        """Send what follows now and then."""
        if self._kind.reads and self._has_ended():
            self._connection.close()
            self._begin()
        else:
            self._connection.sendall(self._kind.drip)

    def _begin(self) -> None:
        self._connection = self._stack.enter_context(connect(self._port))
        self._connection.sendall(self._kind.opening)
        if self._kind.is_idle:
            request(self._connection, "/", CONTENT_LENGTH)
        self._connection.setblocking(False)

    def _has_ended(self) -> bool:
        """Tell whether the server has closed, or has answered what is no request yet."""
        try:
            self._connection.recv(1)
        except BlockingIOError:
            return False
        except ConnectionError:
            return True
        return True


@contextlib.contextmanager
def stalled_connections(port: int, cpu: int) -> Generator[None]:
    """Hold as many of each kind to the end of the block, from a thread on that CPU."""
    with contextlib.ExitStack() as stack, ThreadPoolExecutor(1) as pool:
        connections = [
            Stalled(KINDS[number % len(KINDS)], port, stack) for number in range(STALLED)
        ]
        is_over = threading.Event()
        holding = pool.submit(hold, connections, cpu, is_over)
        try:
            yield
        finally:
            is_over.set()
        holding.result()


def hold(connections: list[Stalled], cpu: int, is_over: threading.Event) -> None:
    """Let all of them go on, once per pause."""
    os.sched_setaffinity(threading.get_native_id(), {cpu})
    while not is_over.wait(PAUSE):
        for connection in connections:
            connection.go_on()
