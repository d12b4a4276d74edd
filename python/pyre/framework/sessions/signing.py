"""Signed text, which comes back as it was given out, or is not taken.

A token is ``time.text.signature``: the second in which it was signed, since 1970, and the keyed
BLAKE2b of all before it (RFC 7693 §2.9), in Base64, all of whose characters a cookie may have. Each
key is derived from a secret for one purpose, so that what was signed for another is no token here.

HMAC-SHA256 would do as well; OpenSSL takes four times as long for it.
"""

import hashlib
import hmac
import time
from binascii import b2a_base64
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from hashlib import blake2b as Keyed  # noqa: N812 - a function that is typed as a class

MAX_TOKEN_SIZE: Final = 4096
"""Octets; browsers keep no larger cookie (RFC 6265bis §5.6), and so none has to be looked at."""

_MIN_SECRET_SIZE: Final = 32
_SIGNATURE_SIZE: Final = 24


class Signer:
    """Signs by the newest of several secrets, and takes what any of them has signed.

    A token is valid for ``max_age`` seconds. ``secrets`` are ``str`` or ``bytes`` of at least 32
    octets, the newest first. Raises ``ValueError`` for none and for one that is too short,
    ``TypeError`` for what is neither.
    """

    def __init__(self, secrets: Iterable[str | bytes], purpose: str, max_age: int) -> None:
        if isinstance(secrets, str | bytes):
            raise TypeError("secrets is a list, the newest first: secrets=[secret]")
        self._keyed = [_keyed(secret, purpose) for secret in secrets]
        if not self._keyed:
            raise ValueError("sessions need a secret at least: secrets=[secret]")
        self._max_age = max_age

    def sign(self, text: str) -> str:
        """A token of text without dots."""
        signed = f"{int(time.time())}.{text}"
        return f"{signed}.{_signature(self._keyed[0], signed)}"

    def verify(self, token: str) -> tuple[str, bool] | None:
        """The text in a token; nothing if it is none of ours, or too old. Never raises.

        And whether to sign it again: half of its time is over, or an older secret has signed it.
        """
        if len(token) > MAX_TOKEN_SIZE or not token.isascii():
            return None
        signed, _, signature = token.rpartition(".")
        for keyed in self._keyed:
            if hmac.compare_digest(signature, _signature(keyed, signed)):
                second, _, text = signed.partition(".")
                age = int(time.time()) - int(second)
                is_due = 2 * age > self._max_age or keyed is not self._keyed[0]
                return (text, is_due) if age < self._max_age else None
        return None


def _keyed(secret: str | bytes, purpose: str) -> "Keyed":
    """What signs by a secret, once it is given the text."""
    if not isinstance(secret, str | bytes):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"a secret is str or bytes, and not {type(secret).__name__}")
    octets = secret.encode() if isinstance(secret, str) else secret
    if len(octets) < _MIN_SECRET_SIZE:
        raise ValueError(
            f"a secret has at least {_MIN_SECRET_SIZE} octets, and this one has {len(octets)}: "
            "make one by `python -c 'import secrets; print(secrets.token_urlsafe(32))'`"
        )
    key = hmac.digest(octets, f"pyre.framework.sessions {purpose}".encode(), "sha256")
    return hashlib.blake2b(key=key, digest_size=_SIGNATURE_SIZE)


def _signature(keyed: "Keyed", text: str) -> str:
    signing = keyed.copy()
    signing.update(text.encode())
    return b2a_base64(signing.digest(), newline=False).decode()
