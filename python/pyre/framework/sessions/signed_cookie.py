"""Sessions that are wholly in their cookies: signed, and readable for whoever has the cookie."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
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
        try:
            octets = urlsafe_b64decode(signed.text + "=" * (-len(signed.text) % 4))
        except ValueError:  # signed by the same secret for something else
            return None
        return Kept(octets, signed.is_due)

    async def keep(self, octets: bytes, kept: Kept | None, *, is_renewed: bool) -> str:  # noqa: ARG002 - there is no identity but the content
        """See ``Keeping``; raises ``ValueError`` only."""
        token = self._signer.sign(urlsafe_b64encode(octets).rstrip(b"=").decode())
        size = len(self._cookie.name) + len(token)
        if size > MAX_TOKEN_SIZE:
            raise ValueError(
                f"the session has {len(octets)} octets, which makes a cookie of {size}, and "
                f"browsers drop it beyond {MAX_TOKEN_SIZE} (RFC 6265bis §5.6): "
                "keep less in it, or give app.sessions() a store"
            )
        return token

    async def forget(self, kept: Kept) -> None:
        """See ``Keeping``."""
