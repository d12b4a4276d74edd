"""The head of a response: the application's fields, checked, and what the host makes of them."""

from dataclasses import dataclass
from http import HTTPStatus

from pyre.psgi.asgi_host.contents import Contents
from pyre.psgi.asgi_host.exchange import Exchange
from pyre.psgi.content import Trailers
from pyre.psgi.fields import EncodedFields, encoded, list_members
from pyre.psgi.response import Response
from pyre.psgi.statuses import WITHOUT_CONTENT, checked_status
from pyre.server.asgi import Message


@dataclass(slots=True)
class Head:
    """The head, and what it says of that which follows."""

    status: int
    fields: EncodedFields
    length: int | None
    """Octets that the body must have; ``None`` if nobody has said it."""
    has_content: bool
    trailers: Trailers | None
    """``None`` also when they can't be sent."""

    @property
    def message(self) -> Message:
        """The head for ASGI."""
        message = {
            "type": "http.response.start",
            "status": self.status,
            "headers": self.fields,
        }
        return {**message, "trailers": True} if self.trailers else message


def head_of(response: Response, contents: Contents, exchange: Exchange) -> Head:
    """The head of a response. Raises ``TypeError`` and ``ValueError`` for what is wrong in it."""
    status = checked_status(response.status)
    fields, given = _heard(encoded(response.headers, "headers"))
    length = _length(response, contents, given, takes_content=exchange.takes_content)
    has_content = exchange.takes_content and status not in WITHOUT_CONTENT
    trailers = _checked_trailers(response.trailers)
    if not (has_content and _takes_trailers(exchange)):
        trailers = None
    # In HTTP/1.1 trailers come with chunks only, which exclude a length (RFC 9112 §6.2).
    if length is not None and not trailers:
        fields.append((b"content-length", b"%d" % length))
    return Head(status, fields, length, has_content, trailers)


def _checked_trailers(trailers: Trailers | None) -> Trailers | None:
    if trailers is None or callable(trailers):
        return trailers
    raise TypeError(f"trailers must be callable or None, not {type(trailers).__name__}")


def _heard(fields: EncodedFields) -> tuple[EncodedFields, int | None]:
    """The fields that are the application's to send, and the length that it gives."""
    own: EncodedFields = []
    length = None
    for name, value in fields:
        if name == b"content-length":
            length = _number(value, length)
        elif name == b"connection":
            if b"close" in list_members(value):
                own.append((name, b"close"))
        elif name != b"transfer-encoding":
            own.append((name, value))
            if name == b"upgrade":  # RFC 9110 §7.8
                own.append((b"connection", b"upgrade"))
    return own, length


def _number(value: bytes, before: int | None) -> int:
    if not value.isdigit() or before is not None:
        text = value.decode("latin-1")
        raise ValueError(f"headers: content-length must be one number, not {text!r}")
    return int(value)


def _length(
    response: Response, contents: Contents, given: int | None, *, takes_content: bool
) -> int | None:
    """The value of ``content-length``, if there is to be one."""
    known = contents.length
    lacks_content = not takes_content or response.status == HTTPStatus.NOT_MODIFIED
    if lacks_content and response.body is None:
        known = None  # that of another response, which is not there (RFC 9110 §8.6)
    if given is not None and known is not None and given != known:
        raise ValueError(f"headers: content-length is {given}, and the body has {known}")
    match response.status:
        case HTTPStatus.NO_CONTENT:  # RFC 9110 §8.6
            return None
        case HTTPStatus.RESET_CONTENT:  # RFC 9110 §15.3.6
            return 0
        case HTTPStatus.NOT_MODIFIED:
            return given
        case _:
            return given if known is None else known


def _takes_trailers(exchange: Exchange) -> bool:
    """Whether the server can send trailers, and the peer wants them (RFC 9110 §6.5.1)."""
    if "http.response.trailers" not in exchange.extensions:
        return False
    if exchange.scope.get("http_version") == "1.0":
        return False
    lines = exchange.scope["headers"]
    return any(name == b"te" and b"trailers" in list_members(value) for name, value in lines)
