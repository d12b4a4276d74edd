"""What an endpoint has returned, as a response.

| returned | sent as |
|---|---|
| `Response` | itself |
| `None` | 204, no content |
| `str` | plain text, UTF-8 |
| `bytes`, `bytearray`, `memoryview` | `application/octet-stream` |
| anything else | JSON |

A tuple is a JSON array like a list: a status has its place in a response.
"""

from collections.abc import AsyncIterator, Awaitable, Iterable, Iterator
from http import HTTPStatus
from typing import Final, cast

from pyre import psgi
from pyre.framework.responses.application import Application
from pyre.framework.responses.encoding import JSON, OCTETS, PLAIN_TEXT, encode_json
from pyre.framework.responses.response import Response

_TEXT_FIELDS: Final = (("content-type", PLAIN_TEXT),)
_OCTETS_FIELDS: Final = (("content-type", OCTETS),)
_JSON_FIELDS: Final = (("content-type", JSON),)

_OK: Final = int(HTTPStatus.OK)
_NO_CONTENT: Final = int(HTTPStatus.NO_CONTENT)

_new = object.__new__


def respond(result: object) -> Response:
    """The response that stands for what an endpoint has returned.

    Raises ``TypeError`` that names the type of what can't be sent, ``ImportError`` for JSON
    without msgspec.
    """
    if type(result) is str:  # first what is answered most, and by the fastest question
        return _made(result, _TEXT_FIELDS)
    if isinstance(result, Response):
        return result
    if result is None:
        return Response(status=_NO_CONTENT)
    if isinstance(result, str):
        return _made(result, _TEXT_FIELDS)
    if isinstance(result, (bytes, bytearray, memoryview)):
        return _made(cast("psgi.Content", result), _OCTETS_FIELDS)
    return _made(_encoded(result), _JSON_FIELDS)


def to_psgi_directly(result: object, app: Application, request: psgi.Request) -> psgi.Response:
    """The same as ``respond(result).to_psgi(app, request)``, in a fraction of the time.

    For endpoints without middleware, where nobody sees the response in between.
    """
    if isinstance(result, str):
        return psgi.Response(_OK, _TEXT_FIELDS, result)
    if isinstance(result, Response):
        return result.to_psgi(app, request)
    if result is None:
        return psgi.Response(_NO_CONTENT)
    if isinstance(result, (bytes, bytearray, memoryview)):
        return psgi.Response(_OK, _OCTETS_FIELDS, cast("psgi.Content", result))
    return psgi.Response(_OK, _JSON_FIELDS, _encoded(result))


def _made(body: psgi.Content, fields: Iterable[tuple[str, str]]) -> Response:
    """A response without the checks of its constructor: there is nothing in it to check."""
    response = _new(Response)
    response.status = _OK
    response.body = body
    response.lines = [*fields]
    return response


def _encoded(result: object) -> bytes:
    try:
        return encode_json(result)
    except TypeError as error:
        advice = _advice(result)
        if advice:
            raise TypeError(f"{error}; {advice}") from error
        raise


def _advice(result: object) -> str:
    """What was meant, perhaps, by a result that is nothing to send."""
    if isinstance(result, psgi.Response):
        return "an endpoint returns a Response of pyre.framework"
    if isinstance(result, AsyncIterator | Iterator):
        return "StreamResponse sends what an iterator gives, EventStream sends it as events"
    if isinstance(result, Awaitable):
        return "was an await forgotten?"
    return ""
