"""Passwords, of which only hashes are kept."""

import hashlib
import hmac
import os

COST = {"n": 2**14, "r": 8, "p": 5}
"""Of scrypt, as OWASP has it: 16 MiB, and some tenths of a second. So it runs on a thread."""

SALT_SIZE = 16

OF_NOBODY = bytes(SALT_SIZE)
"""No password is this one, and to find that out takes as long as with any."""


def hashed(password: str) -> bytes:
    """What is kept of a password: a salt, and the hash."""
    salt = os.urandom(SALT_SIZE)
    return salt + _scrypt(password, salt)


def is_right(password: str, kept: bytes) -> bool:
    """Whether it is the password that this was kept of."""
    salt, expected = kept[:SALT_SIZE], kept[SALT_SIZE:]
    return hmac.compare_digest(_scrypt(password, salt), expected)


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, **COST)
