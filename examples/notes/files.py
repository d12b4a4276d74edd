"""The contents of attachments, each in a file."""

import asyncio
from collections.abc import AsyncIterable
from pathlib import Path


class Files:
    """Files in a directory. Their keys are ours: a name that a peer has chosen is no path."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(exist_ok=True)
        self._directory = directory

    def path(self, key: str) -> Path:
        """Where a file is."""
        return self._directory / key

    async def write(self, key: str, pieces: AsyncIterable[bytes]) -> int:
        """Write a file while its pieces arrive. Returns its size, in octets."""
        size = 0
        with self.path(key).open("xb") as file:
            async for piece in pieces:
                size += await asyncio.to_thread(file.write, piece)
        return size

    def delete(self, *keys: str) -> None:
        """Delete files, of which some may not be there."""
        for key in keys:
            self.path(key).unlink(missing_ok=True)
