"""Responses whose content is made while it is sent."""

from collections.abc import AsyncIterable, Iterable, Mapping

from pyre import psgi
from pyre.framework.responses.application import Application
from pyre.framework.responses.encoding import OCTETS
from pyre.framework.responses.endless import EndlessBody
from pyre.framework.responses.response import Response


class StreamResponse(Response):
    """Pieces of ``bytes`` or ``str`` from an iterable or an async iterable, each sent at once.

    The source is asked for a piece when the peer has taken those before, and closed in every case:
    at its end, when it raises, when the peer leaves. A plain one must not block.

    When the application stops, it waits for the response to end: half a download must not
    look like a whole one. An ``endless`` one, which has to be asynchronous, ends at once.
    ``trailers`` is called at the end for fields that follow (RFC 9110 §6.5).

        StreamResponse(rows(), content_type="text/csv; charset=utf-8")
    """

    __slots__ = ("_is_endless", "_trailers")

    def __init__(  # noqa: PLR0913 - each is independent of the others
        self,
        source: AsyncIterable[psgi.Content] | Iterable[psgi.Content],
        *,
        status: int = 200,
        headers: psgi.HeaderFields = (),
        content_type: str = OCTETS,
        endless: bool = False,
        trailers: psgi.Trailers | None = None,
    ) -> None:
        if not _is_source(source):
            raise TypeError(
                f"a stream is an iterable of pieces, and not {type(source).__name__}: "
                "Response sends what is there already"
            )
        if endless and not isinstance(source, AsyncIterable):
            raise TypeError("an endless stream must be an async iterable: a plain one can't wait")
        super().__init__(source, status=status, headers=headers, content_type=content_type)
        self._is_endless = endless
        self._trailers = trailers

    def to_psgi(self, app: Application, request: psgi.Request) -> psgi.Response:  # noqa: ARG002
        """The stream."""
        body = self.body
        if self._is_endless and isinstance(body, AsyncIterable):
            body = EndlessBody(body, _unchanged, app.stopping)
        return psgi.Response(self.status, self.lines, body, trailers=self._trailers)


def _is_source(source: object) -> bool:
    if isinstance(source, str | bytes | bytearray | memoryview | Mapping):
        return False
    return isinstance(source, AsyncIterable | Iterable)


def _unchanged(piece: psgi.Content) -> psgi.Content:
    return piece
