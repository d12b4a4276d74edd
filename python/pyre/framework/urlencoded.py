"""``application/x-www-form-urlencoded``, in queries and in forms (WHATWG URL §5.1)."""

from urllib.parse import unquote_to_bytes


class TooManyFieldsError(ValueError):
    """There are more fields than the limit."""


def decode_fields(octets: bytes, limit: int, charset: str = "utf-8") -> list[tuple[str, str]]:
    """The names and values, in order; a field without ``=`` has an empty value.

    There is no text that is malformed: an escape that is none stands for itself, and octets that
    are nothing in the charset become U+FFFD. So do browsers and ``urllib.parse``.

    Raises ``TooManyFieldsError`` before anything is decoded.
    """
    if not octets:
        return []
    if octets.count(b"&") >= limit:
        raise TooManyFieldsError
    fields: list[tuple[str, str]] = []
    for field in octets.split(b"&"):
        if field:
            name, _, value = field.partition(b"=")
            fields.append((_decoded(name, charset), _decoded(value, charset)))
    return fields


def _decoded(octets: bytes, charset: str) -> str:
    if b"+" in octets:
        octets = octets.replace(b"+", b" ")
    if b"%" in octets:
        octets = unquote_to_bytes(octets)
    return octets.decode(charset, "replace")
