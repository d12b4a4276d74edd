"""Content, as ASGI takes it: ``bytes``."""

from typing import cast


def octets_of(content: object, what: str) -> bytes:
    """The octets of what is bytes-like, or of a text in UTF-8.

    ``what`` is what a message calls it. Raises ``TypeError``, and ``ValueError`` for a text that is
    none.
    """
    if isinstance(content, bytes):
        return content
    if isinstance(content, bytearray | memoryview):
        return bytes(cast("bytearray", content))
    if not isinstance(content, str):
        raise TypeError(f"{what} must be bytes-like or str, not {type(content).__name__}")
    try:
        return content.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"{what} is not text: {error.reason}") from None
