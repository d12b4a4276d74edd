"""What the messages of an application hold. It is told of what can't be sent, as by a server."""

import re
from typing import NamedTuple, TypeVar

from pyre.server.asgi import Message

_Value = TypeVar("_Value")

_TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")  # RFC 9110 §5.6.2
_FIELD_VALUE = re.compile(rb"[^\x00\r\n]*")  # RFC 9110 §5.5
_FINAL_STATUSES = range(200, 1000)


class Head(NamedTuple):
    """Status and header fields of a response."""

    status: int
    headers: list[tuple[bytes, bytes]]


def head_of(message: Message) -> Head:
    """The head that a ``response.start`` begins a response with."""
    status = _checked(message, "status", int)
    if status not in _FINAL_STATUSES:
        raise ValueError(f"{status} is not the status of a response")
    return Head(status, fields_of(message))


def fields_of(message: Message) -> list[tuple[bytes, bytes]]:
    """The header fields of a message."""
    return [_field(name, value) for name, value in message.get("headers", ())]


def body_of(message: Message) -> bytes:
    """The content of a ``response.body``."""
    return _checked(message, "body", bytes, b"")


def text_or_bytes_of(message: Message) -> str | bytes:
    """The content of a ``websocket.send``."""
    if message.get("text") is not None:
        return _checked(message, "text", str)
    return _checked(message, "bytes", bytes)


def close_of(message: Message) -> tuple[int, str]:
    """The code and the reason of a ``websocket.close``."""
    return _checked(message, "code", int, 1000), _checked(message, "reason", str, "")


def _field(name: object, value: object) -> tuple[bytes, bytes]:
    if not (isinstance(name, bytes) and isinstance(value, bytes)):
        raise TypeError(f"a header field is of bytes, and not {name!r}: {value!r}")
    if not (_TOKEN.fullmatch(name) and _FIELD_VALUE.fullmatch(value)):
        raise ValueError(f"{name!r}: {value!r} can't be sent as a header field")
    return name, value


def _checked(
    message: Message, key: str, kind: type[_Value], default: _Value | None = None
) -> _Value:
    value: object = message.get(key)
    if value is None and default is not None:
        return default
    if not isinstance(value, kind):
        what = f"{key!r} of {message['type']!r}"
        raise TypeError(f"{what} is of type {kind.__name__}, and not {type(value).__name__}")
    return value
