"""The body of a request, in the forms in which applications want it."""

from collections.abc import AsyncIterator
from copy import copy
from typing import TYPE_CHECKING, Any, Final, TypeVar, overload

from pyre import psgi
from pyre.framework.errors import HTTPError
from pyre.framework.forms import Form
from pyre.framework.json_decoding import decode_json
from pyre.framework.limits import Limits
from pyre.framework.media_types import MediaType, charset_of, media_type_of
from pyre.framework.multipart import MultipartReader, boundary_of
from pyre.framework.parts import Parts
from pyre.framework.urlencoded import TooManyFieldsError, decode_fields

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

_T = TypeVar("_T")

_CONTENT_TOO_LARGE: Final = 413
_MOST_DIGITS: Final = 20
_URLENCODED: Final = "application/x-www-form-urlencoded"
_MULTIPART: Final = "multipart/form-data"


class Body:
    """What a peer has sent with its request.

    ``read`` keeps the body, and whatever comes later gets it from there: a middleware may verify a
    signature of what an endpoint takes as a form. What comes first and takes the body as it
    arrives, which is an iteration, ``multipart`` and ``form`` of a multipart one, keeps nothing of
    it, so that a second one raises ``RuntimeError``; ``form`` gives the same form again.

    What waits for the peer raises ``psgi.Disconnected`` when it leaves, ``psgi.BodyError`` when the
    host has refused the body, and ``HTTPError`` 413 above a limit of the application.
    """

    __slots__ = ("_form", "_is_streamed", "_limits", "_octets", "_request")

    def __init__(self, request: psgi.Request, limits: Limits) -> None:
        self._request = request
        self._limits = limits
        self._octets: bytes | None = None
        self._form: Form | HTTPError | None = None
        self._is_streamed = False

    async def read(self, limit: int | None = None) -> bytes:
        """The whole body, of at most ``limit`` octets, or else ``Limits.body``.

        Raises ``RuntimeError`` when it was taken as it arrived.
        """
        if limit is None:
            limit = self._limits.body
        if self._octets is None:
            self._check_is_whole()
            try:
                self._octets = await self._request.read(limit)
            except psgi.BodyError as error:
                # A host that has refused the body by itself has answered the request by that.
                if error.status != _CONTENT_TOO_LARGE or self._request.is_closed:
                    raise
                raise _too_large(limit) from None
        if len(self._octets) > limit:
            raise _too_large(limit)
        return self._octets

    async def text(self) -> str:
        """The body as text, in the charset of its content type; without one, in UTF-8.

        Raises ``HTTPError`` 415 for a charset that is not known, and 400 for octets that are
        nothing in it.
        """
        charset = charset_of(self._request.headers)
        octets = await self.read()
        try:
            return octets.decode(charset)
        except UnicodeDecodeError as error:
            detail = f"The body is not {charset.replace('_', '-')} (byte {error.start})."
            raise HTTPError(400, detail) from None

    @overload
    async def json(self) -> Any: ...  # noqa: ANN401 - JSON of any shape
    @overload
    async def json(self, type: type[_T]) -> _T: ...
    @overload
    async def json(self, type: Any) -> Any: ...  # noqa: ANN401 - a union, say, is no class
    async def json(self, type: Any = Any) -> Any:  # noqa: A002 - as in msgspec
        """The body as JSON, of any type that msgspec knows; decoded anew each time.

        JSON is UTF-8 (RFC 8259 §8.1). What the content type says is not asked: whoever calls this
        wants JSON. Raises ``HTTPError`` 400 that names the first place that is wrong.

            book = await request.body.json(Book)
        """
        return decode_json(await self.read(), type)

    async def form(self) -> Form:
        """The form in the body, urlencoded or multipart; its files are closed with the request.

        Raises ``HTTPError`` 415 when the content type says that there is none, and 400 when it is
        malformed. A second call gives, or raises, the same.
        """
        if self._form is None:
            try:
                self._form = await self._read_form()
            except HTTPError as error:
                self._form = copy(error)  # the traceback refers to the body
        if isinstance(self._form, HTTPError):
            raise copy(self._form)
        return self._form

    def multipart(self, limits: Limits | None = None) -> Parts:
        """The parts of a multipart form as they arrive: nothing of them is kept.

        Raises ``HTTPError`` 415 when the body is no such form, 400 when it has no boundary,
        and ``RuntimeError`` when it was taken as it arrived. What is malformed later is raised
        by the iteration.

            async for part in request.body.multipart():
                async for piece in part:
                    ...
        """
        media_type = media_type_of(self._request.headers)
        if media_type is None or media_type.name != _MULTIPART:
            raise _unsupported(_MULTIPART)
        limits = limits or self._limits
        reader = MultipartReader(boundary_of(media_type), limits)
        self._check_announced_length(limits.multipart)
        return Parts(aiter(self), reader, limits)

    def __aiter__(self) -> AsyncIterator[bytes]:
        """The body as it arrives, or the one that was read, in pieces of at least one octet.

        There is no limit. Raises ``RuntimeError`` when it was taken as it arrived.
        """
        if self._octets is not None:
            return _once(self._octets)
        self._check_is_whole()
        self._is_streamed = True
        return aiter(self._request)

    async def _read_form(self) -> Form:
        media_type = media_type_of(self._request.headers)
        if media_type is not None and media_type.name == _URLENCODED:
            return await self._read_urlencoded(media_type)
        if media_type is not None and media_type.name == _MULTIPART:
            return await Form.of(self.multipart(), self._request)
        raise _unsupported(_URLENCODED, _MULTIPART)

    async def _read_urlencoded(self, media_type: MediaType) -> Form:
        charset = media_type.charset()
        octets = await self.read()
        try:
            return Form(decode_fields(octets, self._limits.fields, charset))
        except TooManyFieldsError:
            raise HTTPError(413, f"The form has more than {self._limits.fields} fields.") from None

    def _check_is_whole(self) -> None:
        if self._is_streamed:
            raise RuntimeError(
                "the body was taken as it arrived; who wants it more than once calls read() first"
            )

    def _check_announced_length(self, limit: int) -> None:
        """Refuse at once what is announced to be too long; hosts refuse what is no length."""
        length = self._request.headers.get("content-length", "0").lstrip("0") or "0"
        # More digits than Python reads are also more than any limit.
        if length.isdecimal() and (len(length) > _MOST_DIGITS or int(length) > limit):
            raise _too_large(limit)


async def _once(octets: bytes) -> "AsyncGenerator[bytes]":
    if octets:
        yield octets


def _too_large(limit: int) -> HTTPError:
    return HTTPError(_CONTENT_TOO_LARGE, f"The body is longer than {limit} octets.")


def _unsupported(*wanted: str) -> HTTPError:
    return HTTPError(
        415, f"The body has to be {' or '.join(wanted)}.", headers=[("accept", ", ".join(wanted))]
    )
