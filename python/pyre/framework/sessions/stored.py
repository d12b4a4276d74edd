"""Sessions in a store, whose cookies have a signed key only."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

from pyre.framework.errors import HTTPError
from pyre.framework.sessions.cookie import SessionCookie
from pyre.framework.sessions.keeping import Kept, Load
from pyre.framework.sessions.memory import MemoryStore
from pyre.framework.sessions.signing import Signer
from pyre.framework.sessions.store import SessionStore

if TYPE_CHECKING:
    from pyre.framework.request import Request

_LOG = logging.getLogger("pyre.framework")

_KEY_SIZE: Final = 24
"""Octets of randomness in a key; OWASP asks for 8 at least."""

_UNAVAILABLE: Final = Kept(b"", is_due=False)
"""In place of a session that the store was asked for in vain."""

_ABSENT: Final = Kept(b"", is_due=False)
"""In place of a session that the store does not have."""

_Answer = TypeVar("_Answer")
_Arguments = ParamSpec("_Arguments")


class InStore:
    """Keeps sessions in a store, by keys that nobody can guess, and that nobody but us signs.

    The store is asked before anybody could touch the session, as touching can't wait; and only for
    requests with a valid cookie. Memory is looked at when the session is touched. ``timeout`` is in
    seconds, for each question.
    """

    def __init__(
        self,
        store: SessionStore,
        signer: Signer,
        cookie: SessionCookie,
        *,
        max_age: int,
        timeout: float,
    ) -> None:
        self._store = store
        self._memory = store if type(store) is MemoryStore else None  # a subclass may wait
        self._signer = signer
        self._cookie = cookie
        self._max_age = max_age
        self._timeout = timeout

    @property
    def load(self) -> Load | None:
        """See ``Keeping``."""
        return self._load if self._memory is None else None

    def find(self, request: "Request") -> Kept | None:
        """See ``Keeping``."""
        if self._memory is not None:
            signed = self._signed_key(request)
            return None if signed is None else _kept(self._memory.look_up(signed[0]), signed)
        if request.loaded_session is _UNAVAILABLE:
            raise _unavailable()
        return None if request.loaded_session is _ABSENT else request.loaded_session

    async def keep(self, octets: bytes, kept: Kept | None, *, is_renewed: bool) -> str | None:
        """See ``Keeping``."""
        if kept is not None and not is_renewed:
            if await self._set(kept.key, octets, existing=True):
                return self._signer.sign(kept.key)
            return None
        key = secrets.token_urlsafe(_KEY_SIZE)
        await self._set(key, octets, existing=False)
        if kept is not None and not await self.forget(kept):  # it was ended meanwhile
            await self._ask(self._store.delete, key)
            return None
        return self._signer.sign(key)

    async def forget(self, kept: Kept) -> bool:
        """See ``Keeping``."""
        return await self._ask(self._store.delete, kept.key)

    async def _load(self, request: "Request") -> None:
        """See ``Load``. Does nothing the second time."""
        if request.loaded_session is not None:
            return
        signed = self._signed_key(request)
        if signed is None:
            return
        try:
            octets = await self._ask(self._store.get, signed[0])
        except HTTPError:
            request.loaded_session = _UNAVAILABLE
            return
        request.loaded_session = _kept(octets, signed) or _ABSENT

    def _signed_key(self, request: "Request") -> tuple[str, bool] | None:
        """The key that a request came with, and whether it is due to be signed again."""
        token = self._cookie.value(request)
        return None if token is None else self._signer.verify(token)

    async def _set(self, key: str, octets: bytes, *, existing: bool) -> bool:
        return await self._ask(self._store.set, key, octets, self._max_age, existing=existing)

    async def _ask(
        self,
        question: Callable[_Arguments, Awaitable[_Answer]],
        *arguments: _Arguments.args,
        **named: _Arguments.kwargs,
    ) -> _Answer:
        """What the store says. Raises ``HTTPError`` 503, and logs why."""
        try:
            async with asyncio.timeout(self._timeout):
                return await question(*arguments, **named)
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            if isinstance(error, TimeoutError) and not str(error):
                reason = f"no answer within {self._timeout:g} s"
            is_wanted = _LOG.isEnabledFor(logging.DEBUG)
            _LOG.error("the session store has failed: %s", reason, exc_info=is_wanted)
            raise _unavailable() from error


def _kept(octets: bytes | None, signed: tuple[str, bool]) -> Kept | None:
    key, is_due = signed
    return None if octets is None else Kept(octets, is_due, key)


def _unavailable() -> HTTPError:
    return HTTPError(503, "Sessions are not available at the moment.")
