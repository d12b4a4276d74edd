"""Sessions that are wholly in their cookies: signed, and readable for whoever has the cookie."""

from binascii import a2b_base64, b2a_base64
from typing import TYPE_CHECKING

from pyre.framework.sessions.cookie import SessionCookie
from pyre.framework.sessions.keeping import Kept
from pyre.framework.sessions.signing import MAX_TOKEN_SIZE, Signer

if TYPE_CHECKING:
    from pyre.framework.request import Request


class InCookies:
    """Keeps nothing: the visitor does."""

    load = None

    def __init__(self, signer: Signer, cookie: SessionCookie) -> None:
        self._signer = signer
        self._cookie = cookie

    def find(self, request: "Request") -> Kept | None:
        """See ``Keeping``; never raises."""
        token = self._cookie.value(request)
        signed = None if token is None else self._signer.verify(token)
        if signed is None:
            return None
        text, is_due = signed
        try:
            return Kept(a2b_base64(text), is_due)
        except ValueError:  # signed by the same secret for something else
            return None

    async def keep(self, octets: bytes, kept: Kept | None, *, is_renewed: bool) -> str:  # noqa: ARG002 - there is no identity but the content
        """See ``Keeping``; raises ``ValueError`` only."""
        token = self._signer.sign(b2a_base64(octets, newline=False).decode())
        size = len(self._cookie.name) + len(token)
        if size > MAX_TOKEN_SIZE:
            raise ValueError(
                f"the session has {len(octets)} octets, which makes a cookie of {size}, and "
                f"browsers drop it beyond {MAX_TOKEN_SIZE} (RFC 6265bis §5.6): "
                "keep less in it, or give app.sessions() a store"
            )
        return token

    async def forget(self, kept: Kept) -> bool:  # noqa: ARG002 - nobody knows but the visitor
        """See ``Keeping``."""
        return True
