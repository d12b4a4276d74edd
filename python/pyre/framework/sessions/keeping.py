"""Where sessions are between two requests: all of each in its cookie, or its key only."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from pyre.framework.request import Request

Load: TypeAlias = Callable[["Request"], Awaitable[None]]
"""Have the session of a request at hand when it is touched. Never raises."""


@dataclass(slots=True)
class Kept:
    """The session that a request came with."""

    octets: bytes
    """Its values as JSON."""
    is_due: bool
    """Whether it is to be saved, even if nothing has changed: half of its time is over, say."""
    key: str = ""
    """What the store knows it by."""


class Keeping(Protocol):
    """What an app does with all of its sessions."""

    @property
    def load(self) -> Load | None:
        """What is to be awaited before anybody can touch the session of a request."""
        ...

    def find(self, request: "Request") -> Kept | None:
        """The session that a request came with, if that is valid. Raises ``HTTPError`` 503."""
        ...

    async def keep(self, octets: bytes, kept: Kept | None, *, is_renewed: bool) -> str | None:
        """Save a session that is new, changed, due or renewed. Returns the value of its cookie.

        It is nothing where the session was ended meanwhile. Raises ``HTTPError`` 503, and
        ``ValueError`` for a session that is too large.
        """
        ...

    async def forget(self, kept: Kept) -> bool:
        """End a session. Returns whether it was still there. Raises ``HTTPError`` 503."""
        ...
