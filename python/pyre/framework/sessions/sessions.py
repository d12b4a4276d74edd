"""The sessions of an app: from a request to its session, and from there to the response."""

import math
from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, cast

import msgspec

from pyre.framework.responses import Response
from pyre.framework.responses.cookies import CookieScope
from pyre.framework.sessions.cookie import SessionCookie, vary_by_cookie
from pyre.framework.sessions.keeping import Keeping, Load
from pyre.framework.sessions.session import Session
from pyre.framework.sessions.signed_cookie import InCookies
from pyre.framework.sessions.signing import Signer
from pyre.framework.sessions.store import SessionStore
from pyre.framework.sessions.stored import InStore

if TYPE_CHECKING:
    from pyre.framework.request import Request

_EMPTY: Final = b"{}"


class Sessions:
    """What ``App.sessions`` has asked for, which tells of the arguments and the errors."""

    def __init__(  # noqa: PLR0913 - as of App.sessions
        self,
        secrets: Iterable[str | bytes],
        store: SessionStore | None,
        *,
        max_age: timedelta | float,
        timeout: float,
        name: str,
        scope: CookieScope,
    ) -> None:
        seconds = max_age.total_seconds() if isinstance(max_age, timedelta) else max_age
        if not 1 <= seconds < math.inf:
            raise ValueError(f"max_age of sessions is 1 second at least, and not {max_age}")
        if not 0 < timeout < math.inf:
            raise ValueError(f"the timeout of the session store is a positive time, not {timeout}")
        age = int(seconds)
        self._cookie = SessionCookie(name, age, scope)
        self._keeping: Keeping
        if store is None:
            signer = Signer(secrets, f"content of {self._cookie.name}", age)
            self._keeping = InCookies(signer, self._cookie)
        else:
            signer = Signer(secrets, f"key in {self._cookie.name}", age)
            self._keeping = InStore(store, signer, self._cookie, max_age=age, timeout=timeout)

    @property
    def load(self) -> Load | None:
        """See ``Keeping``."""
        return self._keeping.load

    def touch(self, request: "Request") -> Session:
        """The session of a request. Raises ``HTTPError`` 503."""
        kept = self._keeping.find(request)
        values = None if kept is None else _decoded(kept.octets)
        return Session({}) if values is None else Session(values, kept)

    async def save(self, session: Session, response: Response, request: "Request") -> None:
        """Save the session if there is need, and set the fields of the response that go with it.

        Raises ``HTTPError`` 503, ``TypeError`` for values that can't be written as JSON, and
        ``ValueError`` for a session that is too large.
        """
        vary_by_cookie(response)
        octets, kept = session.seal(), session.kept
        if octets == _EMPTY:
            if kept is not None and await self._keeping.forget(kept):
                self._cookie.delete(response, request)
            return
        if kept is not None and session.is_cleared:  # what it holds now has begun after that
            await self._keeping.forget(kept)
            kept = None
        is_renewed = session.is_renewed
        if kept is not None and octets == kept.octets and not (kept.is_due or is_renewed):
            return
        value = await self._keeping.keep(octets, kept, is_renewed=is_renewed)
        if value is not None:
            self._cookie.set(response, value, request)


def _decoded(octets: bytes) -> dict[str, Any] | None:
    """The values of a session; nothing for what is none, as somebody else's entry in a store."""
    try:
        values = msgspec.json.decode(octets)
    except (ValueError, RecursionError):  # also msgspec.DecodeError, and what is not UTF-8
        return None
    return cast("dict[str, Any]", values) if isinstance(values, dict) else None
