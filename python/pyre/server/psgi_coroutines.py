"""What the core runs in Python for PSGI applications: streams, and what comes after a response."""

import asyncio
import inspect
from collections.abc import AsyncIterable, Awaitable, Callable, Iterable, Sequence
from typing import Any, TypeAlias

Send: TypeAlias = Callable[[Any], Awaitable[None]]
Call: TypeAlias = tuple[Callable[..., Awaitable[object]], tuple[Any, ...]]


async def pull(stream: Iterable[Any] | AsyncIterable[Any], send: Send) -> None:
    """Send each piece of a body when those before it are taken; close it in any case."""
    pieces = aiter(stream) if isinstance(stream, AsyncIterable) else iter(stream)
    try:
        if isinstance(pieces, AsyncIterable):
            async for piece in pieces:
                await send(piece)
        else:
            for piece in pieces:
                await send(piece)
    finally:
        await _close(pieces)


async def dismiss(stream: object) -> None:
    """Close a body that nobody wants, without beginning it."""
    await _close(stream)


async def _close(stream: object) -> None:
    close = getattr(stream, "aclose", None) or getattr(stream, "close", None)
    if close is not None:
        closed = close()
        if inspect.isawaitable(closed):
            await closed


async def follow(
    calls: Sequence[Call], out: Awaitable[None], report: Callable[[BaseException], object]
) -> None:
    """Make the calls that were given to ``request.after``, once the response is ``out``."""
    task = asyncio.current_task()
    while task is not None and task.cancelling():
        # The stream was cancelled because its peer has left: that is over.
        task.uncancel()
    await out
    for function, arguments in calls:
        try:
            await function(*arguments)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the next one must not suffer
            report(error)
