"""A file as the body of a response (section 3, Files).

Where the server announces that it can send files, it is told which. Elsewhere the file is read
piece by piece on another thread, since a disk may make it wait.
"""

import asyncio
import os
import stat
import sys
from pathlib import Path

from pyre.psgi.asgi_host.exchange import Exchange
from pyre.psgi.asgi_host.outgoing import Outgoing
from pyre.psgi.file import File

_PIECE = 65536

# Opening a pipe would wait for somebody who writes into it.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class FileContent:
    """A part of an open file, of which the host has a descriptor of its own.

    Raises ``OSError`` if it can't be opened, ``ValueError`` if it is not a regular file or is
    shorter than the part.
    """

    def __init__(self, file: File) -> None:
        self._file = file
        self._descriptor = _opened(file)
        try:
            size = _size(file, self._descriptor)
        except BaseException:
            os.close(self._descriptor)
            raise
        self.length = size - file.offset if file.count is None else file.count
        self._whole_path = _path(file) if self.length == size else None

    def fileno(self) -> int:
        """The descriptor, for the server."""
        return self._descriptor

    async def send(self, exchange: Exchange, _length: int | None) -> None:
        """Send it in the best way that the server announces."""
        outgoing = exchange.outgoing
        if not self.length:
            await outgoing.send_piece(b"", is_last=True)
        elif self._whole_path and "http.response.pathsend" in exchange.extensions:
            await outgoing.send({"type": "http.response.pathsend", "path": self._whole_path})
        elif "http.response.zerocopysend" in exchange.extensions:
            part = {"file": self, "offset": self._file.offset, "count": self.length}
            await outgoing.send({"type": "http.response.zerocopysend", **part})
        else:
            await self._send_pieces(outgoing)

    async def _send_pieces(self, outgoing: Outgoing) -> None:
        offset, end = self._file.offset, self._file.offset + self.length
        while offset < end:
            octets = await self._read(min(_PIECE, end - offset), offset)
            if not octets:
                raise ValueError(f"the file has become shorter than {end} while it was sent")
            offset += len(octets)
            await outgoing.send_piece(octets, is_last=offset == end)

    async def _read(self, count: int, offset: int) -> bytes:
        loop = asyncio.get_running_loop()
        reading = loop.run_in_executor(None, _read_at, self._descriptor, count, offset)
        try:
            return await asyncio.shield(reading)
        except asyncio.CancelledError:
            # The thread goes on, and must not find the descriptor closed, or another file's.
            await asyncio.wait([reading])
            raise

    async def close(self, _exchange: Exchange) -> None:
        """Close the descriptor."""
        os.close(self._descriptor)


def _opened(file: File) -> int:
    """A descriptor of our own.

    It is opened here and not on another thread: one that comes when nobody waits for it any more
    would stay open.
    """
    if isinstance(file.file, int):
        return os.dup(file.file)
    if isinstance(file.file, str | os.PathLike):
        return os.open(file.file, _FLAGS)
    return os.dup(file.file.fileno())


def _path(file: File) -> str | None:
    if isinstance(file.file, str | os.PathLike):
        return str(Path(file.file).absolute())
    return None


def _size(file: File, descriptor: int) -> int:
    """The size of the whole file, which has to have the part."""
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise ValueError(f"{file.file!r} is not a regular file")
    end = file.offset + (file.count or 0)
    if end > status.st_size:
        raise ValueError(f"{file.file!r} has {status.st_size} octets, and not the {end} asked for")
    return status.st_size


def _read_at(descriptor: int, count: int, offset: int) -> bytes:
    """Read without a change of the position, which is the application's."""
    if sys.platform != "win32":
        return os.pread(descriptor, count, offset)
    position = os.lseek(descriptor, 0, os.SEEK_CUR)
    try:
        os.lseek(descriptor, offset, os.SEEK_SET)
        return os.read(descriptor, count)
    finally:
        os.lseek(descriptor, position, os.SEEK_SET)
