"""Forms, of both kinds."""

from typing import Final, Self

from pyre import psgi
from pyre.framework.errors import HTTPError
from pyre.framework.limits import Limits
from pyre.framework.multi_mapping import MultiMapping
from pyre.framework.parts import Part, Parts
from pyre.framework.uploads import UploadFile

__all__ = ["Form", "UploadFile"]

_CONTENT_TOO_LARGE: Final = 413


class Form(MultiMapping[str | UploadFile]):
    """The fields of a form: an immutable multi-mapping of text and files, of several the last.

        form = await request.body.form()
        title = form["title"]
        for file in form.getall("attachments"):
            ...

    A file that was not chosen, for which browsers send one without name and content, is not
    there. Octets that are nothing in the charset of a field become U+FFFD, as browsers do it.
    """

    __slots__ = ()

    @classmethod
    async def of(cls, parts: Parts, request: psgi.Request) -> Self:
        """The form that consists of these parts; its files are closed when the request is over.

        Raises ``HTTPError`` 413 above a limit, and what ``Parts`` raises: nothing is open then.
        """
        reading = _Reading(parts.limits)
        try:
            async for part in parts:
                await reading.take(part)
            form = cls(reading.fields)
            if reading.uploads:
                request.after(form.close)
        except BaseException:
            for upload in reading.uploads:
                upload.dispose()
            raise
        return form

    async def close(self) -> None:
        """Close the files before the request is over."""
        for value in self.values():
            if isinstance(value, UploadFile):
                await value.close()


class _Reading:
    """What was read of a form so far."""

    def __init__(self, limits: Limits) -> None:
        self.fields: list[tuple[str, str | UploadFile]] = []
        self.uploads: list[UploadFile] = []
        self._limits = limits
        self._files = 0
        self._memory = limits.form_memory
        """Octets that may still be kept in memory."""

    async def take(self, part: Part) -> None:
        """Read a part."""
        if part.filename is None:
            self.fields.append((part.name, await self._text(part)))
            return
        upload = await self._upload(part)
        if upload.filename or upload.size:
            self.uploads.append(upload)
            self.fields.append((part.name, upload))
        else:
            upload.dispose()

    async def _text(self, part: Part) -> str:
        octets = await part.read(min(self._limits.field_size, self._memory))
        self._memory -= len(octets)
        return part.decode(octets)

    async def _upload(self, part: Part) -> UploadFile:
        self._files += 1
        if self._files > self._limits.files:
            raise HTTPError(
                _CONTENT_TOO_LARGE, f"The form has more than {self._limits.files} files."
            )
        upload = await UploadFile.of(part, min(self._limits.file_memory, self._memory))
        if not upload.is_on_disk:
            self._memory -= upload.size
        return upload
