"""A context (``contextvars``) of a request's own, in whatever task the server runs it.

Servers differ in where the context of a task comes from. Some start the next request of a
connection where the one before it ends, in a context that the application has left its marks in.
"""

import types
from collections.abc import Awaitable, Callable, Generator
from contextvars import Context
from typing import Any, TypeVar, TypeVarTuple

_Arguments = TypeVarTuple("_Arguments")
_Result = TypeVar("_Result")


@types.coroutine
def run_within(
    context: Context, function: Callable[[*_Arguments], Awaitable[_Result]], *args: *_Arguments
) -> Generator[Any, Any, _Result]:
    """Call a function and await what it returns, in a context other than the task's.

    This is ``await`` (PEP 380), but that each step is taken in the context. The task remains the
    same, and so time limits and task groups work within it.
    """
    coroutine = _called(function, args)
    resume, argument = coroutine.send, None
    try:
        while True:
            waited_for = context.run(resume, argument)
            try:
                resume, argument = coroutine.send, (yield waited_for)
            except BaseException as exception:  # noqa: BLE001 - it is the coroutine's to judge
                resume, argument = coroutine.throw, exception
    except StopIteration as end:
        result: _Result = end.value
        return result
    finally:
        del argument  # an exception refers to this frame


async def _called(
    function: Callable[[*_Arguments], Awaitable[_Result]], args: tuple[*_Arguments]
) -> _Result:
    return await function(*args)
