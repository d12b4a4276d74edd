"""Server-sent events (WHATWG HTML §9.2)."""

import re
from collections.abc import AsyncIterable
from dataclasses import dataclass
from typing import Final

from pyre import psgi
from pyre.framework.responses.application import Application
from pyre.framework.responses.encoding import encode_json
from pyre.framework.responses.endless import EndlessBody
from pyre.framework.responses.response import Response

EVENT_STREAM: Final = "text/event-stream"

_LINE_END = re.compile(r"\r\n|\r|\n")

_COMMENT: Final = b":\n\n"
"""Nothing, for the peer: it has the head by it, and the connection is seen to live."""


@dataclass(frozen=True, slots=True)
class Event:
    """An event. ``data`` that is no text is sent as JSON.

    ``event`` is its type; a browser calls one without "message". ``id`` comes back in
    ``Last-Event-ID`` when the browser connects again, after ``retry`` milliseconds. Each line break
    in ``data``, CR too, arrives as LF.

    Raises ``ValueError`` for a line break in ``event`` or ``id``, for NUL in ``id`` (a browser
    would ignore it) and for a negative ``retry``; ``TypeError`` for a wrong type.

        Event({"price": 7}, event="tick", id="1017")
    """

    data: object
    event: str | None = None
    id: str | None = None
    retry: int | None = None

    def __post_init__(self) -> None:
        _check_line("event", self.event, "\r\n")
        _check_line("id", self.id, "\r\n\0")
        _check_retry(self.retry)

    def encoded(self) -> bytes:
        """The event as it is sent (§9.2.5).

        Raises ``TypeError`` for data that can't be encoded, ``ValueError`` for half of a surrogate
        pair in a text.
        """
        lines: list[str] = []
        if self.event is not None:
            lines.append(f"event: {self.event}")
        if self.id is not None:
            lines.append(f"id: {self.id}")
        if self.retry is not None:
            lines.append(f"retry: {int(self.retry)}")
        data = self.data if isinstance(self.data, str) else encode_json(self.data).decode()
        lines += [f"data: {line}" for line in _LINE_END.split(data)]
        return "\n".join([*lines, "", ""]).encode()


class EventStream(Response):
    """Events for as long as the peer listens.

    ``source`` gives ``Event``, or its data: ``str``, and anything else as JSON. After ``ping``
    seconds without an event, a comment keeps proxies from closing the connection; ``None`` turns
    that off. The stream begins with a comment, so that the peer knows at once that it is open.

    It ends with its source, when the peer leaves, and when the application stops; a browser then
    connects again. The source is closed in every case, at a ``yield`` or by cancellation.

        EventStream(prices(), ping=30.0)
    """

    __slots__ = ("_ping", "_source")

    def __init__(
        self,
        source: AsyncIterable[object],
        *,
        ping: float | None = 15.0,
        status: int = 200,
        headers: psgi.HeaderFields = (),
    ) -> None:
        if not _is_asynchronous(source):
            raise TypeError(f"events come from an async iterable, and not {type(source).__name__}")
        if ping is not None and not ping > 0:
            raise ValueError(f"ping is a time in seconds, more than none, and not {ping}")
        super().__init__(status=status, headers=headers)
        self.headers.setdefault("content-type", EVENT_STREAM)
        self.headers.setdefault("cache-control", "no-store")
        self.headers.setdefault("x-accel-buffering", "no")  # nginx holds pieces back otherwise
        self._source = source
        self._ping = ping

    def to_psgi(self, app: Application, request: psgi.Request) -> psgi.Response:  # noqa: ARG002
        """The stream."""
        body = EndlessBody(self._source, _encoded, app.stopping)
        body.opening = body.filler = _COMMENT
        body.ping = self._ping
        return psgi.Response(self.status, self.lines, body)


def _encoded(item: object) -> bytes:
    return (item if isinstance(item, Event) else Event(item)).encoded()


def _is_asynchronous(source: object) -> bool:
    return isinstance(source, AsyncIterable)


def _check_line(name: str, value: object, forbidden: str) -> None:
    if value is None:
        return
    if not isinstance(value, str):
        raise TypeError(f"{name} of an event must be str, and not {type(value).__name__}")
    if any(character in value for character in forbidden):
        raise ValueError(f"{name} of an event must not have any of {forbidden!r}: {value!r}")


def _check_retry(retry: object) -> None:
    if retry is None:
        return
    if isinstance(retry, bool) or not isinstance(retry, int):
        raise TypeError(f"retry of an event must be int, and not {type(retry).__name__}")
    if retry < 0:
        raise ValueError(f"retry of an event must not be negative, and is {retry}")
