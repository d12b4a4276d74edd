"""The fields that an application sends: brought into one form, and checked (RFC 9110 §5.1, §5.5).

Nothing that is not allowed gets through here: a line break in a value would be the beginning of a
field, or of a response, that somebody else has written.
"""

import re
from collections.abc import Iterable, Sequence
from typing import TypeAlias, cast

from pyre.psgi.content import HeaderFields

EncodedFields: TypeAlias = list[tuple[bytes, bytes]]

_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL_OCTET = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")

_OF_THE_MESSAGE = frozenset(
    (b"connection", b"content-length", b"te", b"trailer", b"transfer-encoding", b"upgrade")
)
"""Fields that frame a message, or are about its connection: they belong to a head."""

_NOT_IN_HANDSHAKE = _OF_THE_MESSAGE | {
    *(b"sec-websocket-accept", b"sec-websocket-extensions", b"sec-websocket-protocol")
}
"""Fields by which the host answers a WebSocket handshake (RFC 6455 §4.2.2)."""

_NOT_IN_TRAILERS = _OF_THE_MESSAGE | {
    *(b"host", b"content-encoding", b"content-range", b"content-type"),
    *(b"authorization", b"proxy-authenticate", b"proxy-authorization", b"www-authenticate"),
    *(b"age", b"cache-control", b"date", b"expires", b"location", b"retry-after", b"vary"),
    *(b"set-cookie", b"keep-alive", b"max-forwards", b"proxy-connection"),
}
"""Fields for framing, routing, authentication, control, or content format (RFC 9110 §6.5.1)."""


def encoded(fields: HeaderFields, where: str) -> EncodedFields:
    """The fields as octets, with names in lower case.

    ``where`` is what a message calls them. Raises ``TypeError`` and ``ValueError``.
    """
    return [_field(pair, where) for pair in _pairs(fields, where)]


def encoded_interim(fields: HeaderFields) -> EncodedFields:
    """The fields of an interim response. Raises ``TypeError`` and ``ValueError``."""
    return _without(_OF_THE_MESSAGE, encoded(fields, "headers"), "an interim response")


def encoded_handshake(fields: HeaderFields) -> EncodedFields:
    """The fields of an accepted WebSocket handshake. Raises ``TypeError`` and ``ValueError``."""
    return _without(_NOT_IN_HANDSHAKE, encoded(fields, "headers"), "a WebSocket handshake")


def encoded_trailers(fields: HeaderFields) -> EncodedFields:
    """The fields of a trailer section. Raises ``TypeError`` and ``ValueError``."""
    return _without(_NOT_IN_TRAILERS, encoded(fields, "trailers"), "trailers (RFC 9110 §6.5.1)")


def is_token(text: str) -> bool:
    """Whether the text is a token (RFC 9110 §5.6.2)."""
    return text.isascii() and _TOKEN.fullmatch(text.encode()) is not None


def list_members(value: bytes) -> list[bytes]:
    """The members of a value that is a list, in lower case (RFC 9110 §5.6.1)."""
    return [member.strip(b" \t").lower() for member in value.split(b",")]


def _without(names: frozenset[bytes], fields: EncodedFields, where: str) -> EncodedFields:
    for name, _ in fields:
        if name in names:
            raise ValueError(f"{name.decode()} is not allowed in {where}")
    return fields


def _pairs(fields: object, where: str) -> Iterable[object]:
    items = getattr(fields, "items", None)
    pairs: object = items() if callable(items) else fields
    if not isinstance(pairs, Iterable):
        raise TypeError(
            f"{where} must be an iterable of pairs or a mapping, not {type(fields).__name__}"
        )
    return cast("Iterable[object]", pairs)


def _field(pair: object, where: str) -> tuple[bytes, bytes]:
    name, value = _parts(pair, where)
    octets = _octets(name, f"{where}: the name {name!r}")
    if not _TOKEN.fullmatch(octets):
        raise ValueError(f"{where}: the name {name!r} is not a token (RFC 9110 §5.1)")
    content = _octets(value, f"{where}: the value of {octets.decode()}")
    if _CONTROL_OCTET.search(content):
        raise ValueError(
            f"{where}: the value of {octets.decode()} has a control octet (RFC 9110 §5.5)"
        )
    return octets.lower(), content


def _parts(pair: object, where: str) -> tuple[object, object]:
    kind = type(pair).__name__
    # Not any iterable: a text of two characters is no pair.
    if isinstance(pair, tuple | list):
        parts = cast("Sequence[object]", pair)
        if len(parts) == 2:  # noqa: PLR2004 - a pair
            return parts[0], parts[1]
    raise TypeError(f"{where} must have pairs of name and value, not {kind}")


def _octets(text: object, where: str) -> bytes:
    if isinstance(text, bytes):
        return text
    if not isinstance(text, str):
        raise TypeError(f"{where} must be str or bytes, not {type(text).__name__}")
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        raise ValueError(f"{where} has characters beyond Latin-1") from None
