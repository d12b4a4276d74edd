"""Which statuses a response may have, and what follows from them."""

from http import HTTPStatus
from typing import Final

WITHOUT_CONTENT: Final = frozenset(
    (HTTPStatus.NO_CONTENT, HTTPStatus.RESET_CONTENT, HTTPStatus.NOT_MODIFIED)
)
"""A response with one of these has no content, whatever its body is (RFC 9110 §6.4.1, §15.3.6)."""


def checked_status(status: object) -> int:
    """The status of a response. Raises ``TypeError`` and ``ValueError``."""
    return _checked(status, "status", 200, 999)


def checked_interim_status(status: object) -> int:
    """The status of an interim response; 100 is the host's, and 101 is that of ``accept``.

    Raises ``TypeError`` and ``ValueError``.
    """
    return _checked(status, "the status of an interim response", 102, 199)


def _checked(status: object, name: str, first: int, last: int) -> int:
    if not isinstance(status, int):
        raise TypeError(f"{name} must be an int, not {type(status).__name__}")
    if not first <= status <= last:
        raise ValueError(f"{name} must be from {first} to {last}, and is {status}")
    return int(status)
