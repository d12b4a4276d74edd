"""Signed text, which comes back as it was given out, or is not taken (HMAC-SHA256, RFC 2104).

A token is ``time.text.signature``: the second in which it was signed, since 1970, and a signature
of all before it. Each key is derived from a secret for one purpose, so that what was signed for
another is no token here.
"""

import hmac
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from typing import Final, NamedTuple

MAX_TOKEN_SIZE: Final = 4096
"""Octets; browsers keep no larger cookie (RFC 6265bis §5.6), and so none has to be looked at."""

_MIN_SECRET_SIZE: Final = 32


class Signed(NamedTuple):
    """What was in a token."""

    text: str
    is_due: bool
    """Whether to sign it again: half of its time is over, or an older secret has signed it."""


class Signer:
    """Signs by the newest of several secrets, and takes what any of them has signed.

    A token is valid for ``max_age`` seconds. ``secrets`` are ``str`` or ``bytes`` of at least 32
    octets, the newest first. Raises ``ValueError`` for none and for one that is too short,
    ``TypeError`` for what is neither.
    """

    def __init__(self, secrets: Iterable[str | bytes], purpose: str, max_age: int) -> None:
        if isinstance(secrets, str | bytes):
            raise TypeError("secrets is a list, the newest first: secrets=[secret]")
        self._keys = [_key(secret, purpose) for secret in secrets]
        if not self._keys:
            raise ValueError("sessions need a secret at least: secrets=[secret]")
        self._max_age = max_age

    def sign(self, text: str) -> str:
        """A token of text without dots."""
        signed = f"{int(time.time())}.{text}"
        return f"{signed}.{_signature(self._keys[0], signed)}"

    def verify(self, token: str) -> Signed | None:
        """What is in a token; nothing if it is none of ours, or too old. Never raises."""
        if len(token) > MAX_TOKEN_SIZE or not token.isascii():
            return None
        signed, _, signature = token.rpartition(".")
        for number, key in enumerate(self._keys):
            if hmac.compare_digest(signature, _signature(key, signed)):
                return self._unless_expired(signed, is_by_newest=number == 0)
        return None

    def _unless_expired(self, signed: str, *, is_by_newest: bool) -> Signed | None:
        second, _, text = signed.partition(".")
        age = int(time.time()) - int(second)
        if age >= self._max_age:
            return None
        return Signed(text, is_due=not is_by_newest or 2 * age > self._max_age)


def _key(secret: str | bytes, purpose: str) -> bytes:
    if not isinstance(secret, str | bytes):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"a secret is str or bytes, and not {type(secret).__name__}")
    octets = secret.encode() if isinstance(secret, str) else secret
    if len(octets) < _MIN_SECRET_SIZE:
        raise ValueError(
            f"a secret has at least {_MIN_SECRET_SIZE} octets, and this one has {len(octets)}: "
            "make one by `python -c 'import secrets; print(secrets.token_urlsafe(32))'`"
        )
    return hmac.digest(octets, f"pyre.framework.sessions {purpose}".encode(), "sha256")


def _signature(key: bytes, text: str) -> str:
    digest = hmac.digest(key, text.encode(), "sha256")
    return urlsafe_b64encode(digest).rstrip(b"=").decode()
