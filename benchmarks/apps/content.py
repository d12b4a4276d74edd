"""What the applications answer with, whatever interface they speak."""

import os
from collections.abc import Iterator
from pathlib import Path

HELLO = b"Hello, world!"

PIECE = b"x" * 65_536
STREAM_PIECES = 16
LARGE_PIECES = 256

PAUSE = 0.001

FILE = Path(os.environ.get("BENCHMARK_FILE", "/dev/null"))


def pieces(count: int) -> Iterator[bytes]:
    """A body that is never in memory as a whole."""
    for _ in range(count):
        yield PIECE


def file_size() -> int:
    """How many bytes the file has."""
    return FILE.stat().st_size


def file_pieces() -> Iterator[bytes]:
    """Read it piece by piece."""
    with FILE.open("rb") as file:
        while piece := file.read(len(PIECE)):
            yield piece
