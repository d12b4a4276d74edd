"""Large content that is the same at both ends, and differs in each block."""

import hashlib
from collections.abc import Iterable, Iterator

BLOCK = 65_536

_FILLING = bytes(range(256)) * (BLOCK // 256 - 1) + bytes(248)


def blocks(total: int) -> Iterator[bytes]:
    """``total`` bytes, a multiple of ``BLOCK``, each block opening with its number."""
    assert total % BLOCK == 0
    for number in range(total // BLOCK):
        yield number.to_bytes(8, "big") + _FILLING


def digest(pieces: Iterable[bytes]) -> str:
    """The SHA-256 of the pieces joined."""
    found = hashlib.sha256()
    for piece in pieces:
        found.update(piece)
    return found.hexdigest()
