"""Files as responses: conditional requests, ranges, precompressed siblings."""

import os
from http import HTTPStatus
from typing import Final, NamedTuple

from pyre import psgi
from pyre.framework.errors import HTTPError
from pyre.framework.responses.application import Application
from pyre.framework.responses.codings import preferred_coding
from pyre.framework.responses.conditions import Validators, allows_range, unmet_precondition
from pyre.framework.responses.content_types import guessed_content_type
from pyre.framework.responses.disposition import Disposition, content_disposition
from pyre.framework.responses.headers import ResponseHeaders
from pyre.framework.responses.http_dates import http_date, parse_http_date
from pyre.framework.responses.open_file import OpenFile, http_error
from pyre.framework.responses.problem import problem
from pyre.framework.responses.ranges import UnsatisfiableError, requested_part
from pyre.framework.responses.response import Response

_SUFFIXES: Final = {"br": ".br", "zstd": ".zst", "gzip": ".gz"}
"""Codings, and how the names of their files end; of those that a peer likes equally, the first."""

_OF_CONTENT: Final = frozenset(
    (
        *("accept-ranges", "content-disposition", "content-encoding", "content-language"),
        *("content-length", "content-range", "content-type"),
    )
)
"""Fields about content that is not sent."""

_OF_THE_FILE: Final = _OF_CONTENT | {"cache-control", "etag", "expires", "last-modified"}
"""Fields that would be wrong on an error."""


class FileResponse(Response):
    """A file, sent by the system where the host can.

    It answers conditional requests (RFC 9110 §13) by ``etag`` and ``last-modified``, which are made
    of time and size unless ``headers`` has them, and requests for a range (§14). Both only with
    status 200, and for GET and HEAD.

    With ``precompressed``, ``<path>.br``, ``.zst`` or ``.gz`` is sent instead to a peer that
    accepts it, with an entity tag of its own. Such a sibling has to be made anew with the file:
    whether it is older is not looked at. ``follow_symlinks=False`` takes a path that is a symbolic
    link, or a sibling that is one, for none.

    ``content_type`` is guessed from the name. ``filename`` is what it is saved as, any
    text; ``disposition`` without it uses the name of the file, and it alone means ``"attachment"``.

    Sending raises ``HTTPError`` 404 if there is no such file, 403 if it must not be read.

        FileResponse("reports/7.pdf", filename="Übersicht.pdf")
    """

    __slots__ = ("_follow_symlinks", "_precompressed", "path")

    def __init__(  # noqa: PLR0913 - each is independent of the others
        self,
        path: str | os.PathLike[str],
        *,
        status: int = 200,
        headers: psgi.HeaderFields = (),
        content_type: str | None = None,
        filename: str | None = None,
        disposition: Disposition | None = None,
        precompressed: bool = True,
        follow_symlinks: bool = True,
    ) -> None:
        super().__init__(status=status, headers=headers)
        self.path = os.fspath(path)
        self._precompressed = precompressed
        self._follow_symlinks = follow_symlinks
        self.headers.setdefault("content-type", content_type or guessed_content_type(self.path))
        if filename is not None or disposition is not None:
            name = os.path.basename(self.path) if filename is None else filename  # noqa: PTH119
            value = content_disposition(disposition or "attachment", name)
            self.headers.setdefault("content-disposition", value)

    def to_psgi(self, app: Application, request: psgi.Request) -> psgi.Response:  # noqa: ARG002
        """The file, a part of it, or why it is not sent. Raises ``HTTPError``."""
        headers = ResponseHeaders()
        headers.lines = list(self.lines)
        selected = self._selected(request, headers)
        if self.status != HTTPStatus.OK or request.method not in {"GET", "HEAD"}:
            return selected.whole(self.status)
        validators = selected.validate()
        match unmet_precondition(request.headers, validators):
            case HTTPStatus.NOT_MODIFIED:
                return selected.unchanged()
            case HTTPStatus.PRECONDITION_FAILED:
                return selected.refused(HTTPError(HTTPStatus.PRECONDITION_FAILED))
            case _:
                return selected.asked_for(request, validators)

    def _selected(self, request: psgi.Request, headers: ResponseHeaders) -> "_Selected":
        """The representation that suits the peer (RFC 9110 §12)."""
        if self._precompressed and "content-encoding" not in headers:
            siblings = [coding for coding, end in _SUFFIXES.items() if _exists(self.path + end)]
            if siblings:
                headers.vary_by("accept-encoding")
            coding = preferred_coding(request.headers.get("accept-encoding"), siblings)
            if coding and (file := self._sibling(coding)):
                headers["content-encoding"] = coding
                return _Selected(file, headers, f"-{coding}")
        return _Selected(self._opened(), headers, "")

    def _sibling(self, coding: str) -> OpenFile | None:
        try:
            path = self.path + _SUFFIXES[coding]
            return OpenFile.at(path, follow_symlinks=self._follow_symlinks)
        except OSError:
            return None

    def _opened(self) -> OpenFile:
        try:
            return OpenFile.at(self.path, follow_symlinks=self._follow_symlinks)
        except (OSError, ValueError) as error:
            raise http_error(error) from error


class _Selected(NamedTuple):
    """The selected representation (RFC 9110 §3.2): a file, and the fields that go with it."""

    file: OpenFile
    headers: ResponseHeaders
    suffix: str
    """Of the entity tag: one for each coding (RFC 9110 §8.8.3.3)."""

    def validate(self) -> Validators:
        """Put the validators into the fields; those that are there already stay."""
        validators = self.file.validators(self.suffix)
        if tag := self.headers.get("etag"):
            tag = tag.removesuffix('"') + f'{self.suffix}"'
            validators = validators._replace(entity_tag=tag)
        if date := self.headers.get("last-modified"):
            validators = validators._replace(modified=parse_http_date(date))
        elif validators.modified:
            self.headers.add("last-modified", http_date(validators.modified))
        self.headers["etag"] = validators.entity_tag
        self.headers.setdefault("accept-ranges", "bytes")
        return validators

    def asked_for(self, request: psgi.Request, validators: Validators) -> psgi.Response:
        """The part that is asked for, or all."""
        value = request.headers.get("range") if request.method == "GET" else None
        if not value or not allows_range(request.headers.get("if-range"), validators):
            return self.whole(HTTPStatus.OK)
        size = self.file.size
        try:
            part = requested_part(value, size)
        except UnsatisfiableError:
            return self.refused(
                HTTPError(
                    HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
                    headers={"content-range": f"bytes */{size}"},
                )
            )
        if part is None:
            return self.whole(HTTPStatus.OK)
        self.headers["content-range"] = part.content_range(size)
        content = psgi.File(self.file, part.first, part.length)
        return psgi.Response(HTTPStatus.PARTIAL_CONTENT, self.headers.lines, content)

    def whole(self, status: int) -> psgi.Response:
        """All of the file."""
        return psgi.Response(status, self.headers.lines, psgi.File(self.file, 0, self.file.size))

    def unchanged(self) -> psgi.Response:
        """The peer has it already (RFC 9110 §15.4.5)."""
        return psgi.Response(HTTPStatus.NOT_MODIFIED, self._without(_OF_CONTENT))

    def refused(self, error: HTTPError) -> psgi.Response:
        """An error, with what else the application sends: cookies, say."""
        answer = problem(error)
        lines = self._without(_OF_THE_FILE) + answer.headers.lines
        return psgi.Response(answer.status, lines, answer.body)

    def _without(self, names: frozenset[str]) -> list[tuple[str, str]]:
        return [line for line in self.headers.lines if line[0] not in names]


def _exists(path: str) -> bool:
    try:
        return os.path.isfile(path)  # noqa: PTH113 - a path in pieces costs more than the question
    except ValueError:
        return False
