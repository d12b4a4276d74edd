"""A file in a form, in memory while it is small."""

import os
from tempfile import SpooledTemporaryFile
from typing import ClassVar, Final, Literal, Self

from pyre.framework.parts import Part
from pyre.framework.threads import in_thread
from pyre.psgi import Headers

# Going to a thread costs about as much as copying this much; a peer that sends single octets does
# not get a thread for each.
_BATCH: Final = 256 * 1024


class UploadFile:
    """A file that was uploaded: octets that are in memory, or above a limit in a temporary file.

    ``filename`` is a name without directories, and otherwise of the peer's choice; ``headers`` are
    those of the part. The file is open until the request is over.

    Memory is read and written on the loop's thread: to go to another one takes longer. A disk may
    block, so it is read and written on a thread.
    """

    __binding__: ClassVar[Literal["upload"]] = "upload"
    __slots__ = ("_file", "_is_on_disk", "filename", "headers", "size")

    def __init__(self, filename: str, headers: Headers) -> None:
        self.filename = filename
        self.headers = headers
        self.size = 0
        """Octets."""
        self._file: SpooledTemporaryFile[bytes] = SpooledTemporaryFile()  # noqa: SIM115
        self._is_on_disk = False

    @classmethod
    async def of(cls, part: Part, memory: int) -> Self:
        """The file in a part, of which ``memory`` octets may be kept in memory."""
        upload = cls(part.filename or "", part.headers)
        try:
            await upload._take(part, memory)
            await upload.seek(0)
        except BaseException:
            upload.dispose()
            raise
        return upload

    @property
    def content_type(self) -> str | None:
        """What the peer says that the content is."""
        return self.headers.get("content-type")

    @property
    def is_on_disk(self) -> bool:
        """Whether it is in a temporary file."""
        return self._is_on_disk

    @property
    def file(self) -> SpooledTemporaryFile[bytes]:
        """The file itself, for what does not await; on disk it may block."""
        return self._file

    async def read(self, size: int = -1) -> bytes:
        """The next ``size`` octets, or all that follow."""
        if self._is_on_disk:
            return await in_thread(self._file.read, size)
        return self._file.read(size)

    async def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to another position, and return it."""
        if self._is_on_disk:
            return await in_thread(self._file.seek, offset, whence)
        return self._file.seek(offset, whence)

    async def close(self) -> None:
        """Close the file before the request is over."""
        if self._is_on_disk:
            await in_thread(self._file.close)
        else:
            self._file.close()

    def dispose(self) -> None:
        """Close the file where nothing can be awaited."""
        self._file.close()

    def __del__(self) -> None:
        # The host calls nothing after a request that was broken off.
        self.dispose()

    def __repr__(self) -> str:
        return f"<UploadFile {self.filename!r} size={self.size}>"

    async def _take(self, part: Part, memory: int) -> None:
        batch = bytearray()
        async for piece in part:
            batch += piece
            if len(batch) >= _BATCH:
                await self._append(batch, memory)
                batch = bytearray()
        if batch:
            await self._append(batch, memory)

    async def _append(self, octets: bytearray, memory: int) -> None:
        self.size += len(octets)
        if self.size <= memory:
            self._file.write(octets)
            return
        self._is_on_disk = True
        await in_thread(self._append_to_disk, octets)

    def _append_to_disk(self, octets: bytearray) -> None:
        self._file.rollover()  # does nothing the second time
        self._file.write(octets)
