"""The content of a request, on its way to the application."""

import asyncio
from collections.abc import AsyncGenerator

import httpx

from pyre.framework.testing.changes import Changes
from pyre.server.asgi import Message


class Upload:
    """Content that is pulled from the test when the application asks for it, piece by piece.

    A task of its own iterates: a ``receive`` that is cancelled then loses nothing, and a generator
    of the test may hold what belongs to one task.
    """

    def __init__(self, request: httpx.Request, changes: Changes) -> None:
        self._changes = changes
        self._is_wanted = False
        self._message: Message | None = None
        self._task: asyncio.Task[None] | None = None
        self.failure: Exception | None = None
        """What the generator of the test has raised."""
        if isinstance(request.stream, httpx.ByteStream):
            self._message = _piece(b"".join(request.stream), is_last=True)
        elif isinstance(request.stream, httpx.AsyncByteStream):
            self._task = asyncio.create_task(self._pull(request.stream))

    def want(self) -> None:
        """Ask for the next piece."""
        self._is_wanted = True
        self._changes.tell()

    @property
    def has_message(self) -> bool:
        """Whether a message is there to be taken."""
        return self._message is not None

    def take(self) -> Message:
        """Take the message that is there."""
        message, self._message = self._message, None
        assert message is not None  # noqa: S101 - `has_message` was asked
        self._is_wanted = False
        return message

    def stop(self) -> None:
        """Pull nothing any more."""
        if self._task is not None:
            self._task.cancel()

    async def close(self) -> None:
        """Stop, and wait for the generator of the test to end."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _pull(self, stream: httpx.AsyncByteStream) -> None:
        pieces = aiter(stream)
        try:
            await self._changes.until(lambda: self._is_wanted)
            async for piece in pieces:
                if piece:
                    await self._offer(piece)
            self._message = _piece(b"", is_last=True)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is raised to the test
            self.failure = error
        finally:
            self._changes.tell()
            if isinstance(pieces, AsyncGenerator):
                await pieces.aclose()

    async def _offer(self, piece: bytes) -> None:
        self._message = _piece(piece, is_last=False)
        self._changes.tell()
        await self._changes.until(lambda: self._message is None and self._is_wanted)


def _piece(content: bytes, *, is_last: bool) -> Message:
    return {"type": "http.request", "body": content, "more_body": not is_last}
