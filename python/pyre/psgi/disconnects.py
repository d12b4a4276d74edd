"""Which errors of an application only tell that the peer has left, and are nobody's fault."""

from typing import cast

from pyre.psgi.errors import Disconnected

_DEPTH = 8
"""How far ``Disconnected`` is sought: an application can make a cycle of causes."""


def tells_of_leaving(error: BaseException | None, depth: int = _DEPTH) -> bool:
    """Whether an error is ``Disconnected``, or what a framework makes of it.

    That is a group of nothing else (task groups), an error that names it as its cause, or one that
    is named like it and was raised while it was handled. Any other error is a fault.
    """
    if isinstance(error, Disconnected):
        return True
    if error is None or not depth:
        return False
    if isinstance(error, BaseExceptionGroup):
        group = cast("BaseExceptionGroup[BaseException]", error)
        return all(tells_of_leaving(member, depth - 1) for member in group.exceptions)
    if tells_of_leaving(error.__cause__, depth - 1):
        return True
    return "Disconnect" in type(error).__name__ and isinstance(error.__context__, Disconnected)
