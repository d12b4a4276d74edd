"""The types of the ASGI 3.0 interface, as the server sees them from its side."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, NoReturn, TypeAlias

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
ASGIApplication: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]


class Announcement(dict[str, Any]):
    """The value of an extension in a scope: an empty dictionary that stays so.

    Every scope has the same one, so an application must not change it. Changing it raises
    ``TypeError``.
    """

    __slots__ = ()


def _refuse(_announcement: Announcement, *_arguments: object, **_options: object) -> NoReturn:
    raise TypeError(
        "the value of an extension is read-only, as requests share it; set a key of your own"
        ' in scope["extensions"] or scope["state"]'
    )


_CHANGES = "__setitem__ __delitem__ __ior__ clear pop popitem setdefault update"

for _name in _CHANGES.split():
    setattr(Announcement, _name, _refuse)
