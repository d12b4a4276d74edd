"""Responses whose content is there already: text, HTML, octets, JSON."""

from collections.abc import AsyncIterable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Generic

from pyre import psgi
from pyre.framework.responses.application import Application
from pyre.framework.responses.cookies import SetsCookies
from pyre.framework.responses.encoding import JSON, OCTETS, PLAIN_TEXT, encode_json
from pyre.framework.responses.headers import ResponseHeaders

if TYPE_CHECKING:
    from typing_extensions import TypeVar

    # Without a default, type checkers would want an argument of everybody.
    _Value_co = TypeVar("_Value_co", covariant=True, default=Any)
else:
    from typing import TypeVar

    _Value_co = TypeVar("_Value_co", covariant=True)

_FIRST_STATUS = 200
_LAST_STATUS = 999


class Response(SetsCookies):
    """A response (RFC 9110 §15); status, fields and body may be changed until it is sent.

    ``body`` is what the body of ``psgi.Response`` may be: ``None``, ``str`` (sent as UTF-8),
    bytes-like, ``psgi.File``, an iterable or an async iterable of pieces. ``status`` is from 200 to
    999. ``content_type`` is that of the body, unless ``headers`` has one; left out, a ``str`` is
    plain text and octets are ``application/octet-stream``, as where an endpoint returns them.

    Raises ``ValueError`` for a status or a field that can't be sent, ``TypeError`` for what is no
    body.

        Response("Gone for good.", status=410, headers={"cache-control": "max-age=86400"})
    """

    __slots__ = ("body", "lines", "status")

    body: psgi.Body
    lines: list[tuple[str, str]]
    """The lines that ``headers`` shows and changes."""
    status: int

    def __init__(
        self,
        body: psgi.Body = None,
        *,
        status: int = 200,
        headers: psgi.HeaderFields = (),
        content_type: str | None = None,
    ) -> None:
        if not _FIRST_STATUS <= status <= _LAST_STATUS:
            raise ValueError(f"the status of a response is from 200 to 999, and not {status}")
        self.status = status
        self.body = body
        fields = ResponseHeaders(headers)
        self.lines = fields.lines
        if content_type is None and body is not None:
            content_type = _usual_content_type(body)
        if content_type is not None and not (fields.lines and "content-type" in fields):
            fields.add("content-type", content_type)

    @property
    def headers(self) -> ResponseHeaders:
        """The fields, to be changed in place, or set to others."""
        return ResponseHeaders.showing(self.lines)

    @headers.setter
    def headers(self, fields: psgi.HeaderFields) -> None:
        self.lines = ResponseHeaders(fields).lines

    def to_psgi(self, app: Application, request: psgi.Request) -> psgi.Response:  # noqa: ARG002 - others need them
        """What the host sends. It is called once, when every middleware has seen the response.

        Raises ``HTTPError`` where only the request tells that there is nothing to send.
        """
        return psgi.Response(self.status, self.lines, self.body)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {int(self.status)}>"


class PlainTextResponse(Response):
    """Text that a browser shows as it is."""

    __slots__ = ()

    def __init__(
        self,
        text: psgi.Content,
        *,
        status: int = 200,
        headers: psgi.HeaderFields = (),
        content_type: str = PLAIN_TEXT,
    ) -> None:
        super().__init__(text, status=status, headers=headers, content_type=content_type)


class HTMLResponse(Response):
    """A page. Nothing in it is escaped here; ``TemplateResponse`` does that."""

    __slots__ = ()

    def __init__(
        self,
        html: psgi.Content,
        *,
        status: int = 200,
        headers: psgi.HeaderFields = (),
        content_type: str = "text/html; charset=utf-8",
    ) -> None:
        super().__init__(html, status=status, headers=headers, content_type=content_type)


class JSONResponse(Response, Generic[_Value_co]):
    """Anything that msgspec can encode, and pydantic models, as JSON (RFC 8259).

    It is encoded here, and not when it is sent: what can't be encoded is a ``TypeError`` in the
    endpoint. An endpoint that is annotated with ``JSONResponse[Book]`` is so described by OpenAPI.

        JSONResponse({"created": 7}, status=201)
    """

    __slots__ = ()

    def __init__(
        self,
        value: _Value_co,
        *,
        status: int = 200,
        headers: psgi.HeaderFields = (),
        content_type: str = JSON,
    ) -> None:
        octets = encode_json(value)
        super().__init__(octets, status=status, headers=headers, content_type=content_type)


def _usual_content_type(body: object) -> str | None:
    if isinstance(body, str):
        return PLAIN_TEXT
    if isinstance(body, (bytes, bytearray, memoryview)):
        return OCTETS
    if _is_other_body(body):
        return None
    name = type(body).__name__
    raise TypeError(f"{name} is no body of a response; JSONResponse sends it as JSON")


def _is_other_body(body: object) -> bool:
    return isinstance(body, psgi.File | Iterable | AsyncIterable) and not isinstance(body, Mapping)
