"""The coroutines of request tasks, which the core starts: applications, streams, ``after``.

Being coroutines of Python, they leave everything about tasks to asyncio: names, contexts, stacks,
cancellation. ``run_asgi`` and ``run_psgi`` report to the core whatever ends the application.
"""

import asyncio
import contextlib
import inspect
from collections.abc import AsyncIterable, Awaitable, Callable, Iterable, Sequence
from typing import Any, NoReturn, Protocol, TypeAlias

from pyre.server.asgi import ASGIApplication, Receive, Scope, Send

SendPiece: TypeAlias = Callable[[Any], Awaitable[None]]
End: TypeAlias = Callable[..., None]
Call: TypeAlias = tuple[Callable[..., Awaitable[object]], tuple[Any, ...]]


class PSGICall(Protocol):
    """One call of a PSGI application. Both methods return the next awaitable, if there is one."""

    def advance(self, result: object, /) -> Awaitable[object] | None:
        """Take the result of what was awaited."""

    def fail(self, error: BaseException, /) -> Awaitable[object] | None:
        """Take the exception that it raised."""


async def run_asgi(
    app: ASGIApplication,
    scope: Scope,
    receive: Receive,
    send: Send,
    end: End,
) -> None:
    """Call an ASGI application, and ``end`` its request with the exception that it raised, if any.

    Raises ``asyncio.CancelledError`` when the task was cancelled.
    """
    try:
        await app(scope, receive, send)
    except asyncio.CancelledError as error:
        end(scope, error)
        raise
    except KeyboardInterrupt as error:
        end(scope, error)
        _end_loop(error)
    except BaseException as error:  # noqa: BLE001 - the core reports it
        if isinstance(error, TypeError) and _is_of_the_call(error):
            error.add_note("An ASGI application is an async def app(scope, receive, send).")
        end(scope, error)
    else:
        end(scope)


def _end_loop(error: KeyboardInterrupt) -> None:
    """Have the loop raise ``error``, which ends the process: a task would keep it, and complain."""

    def interrupt() -> NoReturn:
        raise error

    asyncio.get_running_loop().call_soon(interrupt)


def _is_of_the_call(error: TypeError) -> bool:
    """Whether the call itself or its ``await`` failed, and not the application's code."""
    return error.__traceback__ is not None and error.__traceback__.tb_next is None


async def run_psgi(stage: Awaitable[object], call: PSGICall) -> None:
    """Await the stages of a PSGI call, one after the other: application, stream, ``after``."""
    awaited: Awaitable[object] | None = stage
    while awaited is not None:
        try:
            result = await awaited
        except KeyboardInterrupt as error:
            with contextlib.suppress(KeyboardInterrupt):
                call.fail(error)
            _end_loop(error)
            return
        except BaseException as error:
            awaited = call.fail(error)
            if awaited is None and isinstance(error, asyncio.CancelledError):
                raise
        else:
            awaited = call.advance(result)


async def pull(
    stream: Iterable[Any] | AsyncIterable[Any],
    send: SendPiece,
    watch: Callable[[asyncio.Task[Any] | None], None],
) -> None:
    """Send each piece of a body when those before it are taken; close it in any case.

    ``watch`` is given the task that is to be cancelled when the client leaves.
    """
    watch(asyncio.current_task())
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
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            is_cancelled = task is not None and task.cancelling()
            if is_cancelled and isinstance(error, asyncio.CancelledError):
                raise  # at the end of a stop
            report(error)  # the next one must not suffer
