"""Files at notes."""

import asyncio
from contextlib import ExitStack
from uuid import uuid4

from pyre import framework
from pyre.framework import App, HTTPError, Limits, Request, Session
from pyre.framework.responses import FileResponse, JSONResponse

from notes.changes import Changes
from notes.database import Database, Upload
from notes.files import Files
from notes.members import members_only
from notes.models import Attachment, Change, Number

UPLOAD = Limits(multipart=8 * 1024 * 1024)
"""What is sent at once has 8 MiB at most."""


class Attachments(framework.Blueprint, middleware=[members_only]):
    """The files at notes. They are streamed, in both directions."""

    def __init__(self, database: Database, files: Files, changes: Changes) -> None:
        self._database = database
        self._files = files
        self._changes = changes

    @framework.endpoint("/notes/{number}/attachments", thread=True)
    def all(self, number: Number) -> list[Attachment]:
        """List the attachments of a note."""
        return self._database.attachments(self._database.note(number).number)

    @framework.endpoint("/notes/{number}/attachments", methods=["POST"])
    async def attach(
        self, number: Number, request: Request, session: Session
    ) -> JSONResponse[list[Attachment]]:
        """Attach the files of a multipart form, all or none."""
        await asyncio.to_thread(self._database.note, number)
        with ExitStack() as undo:
            uploads: list[Upload] = []
            async for part in request.body.multipart(UPLOAD):
                if part.filename:
                    key = uuid4().hex
                    undo.callback(self._files.delete, key)
                    size = await self._files.write(key, part)
                    uploads.append(Upload(part.filename, size, key))
            if not uploads:
                raise HTTPError(400, "There is no file in the form.")
            attachments = await asyncio.to_thread(self._database.attach, number, uploads)
            undo.pop_all()
        self._changes.publish(Change("changed", number, session["name"]))
        return JSONResponse(attachments, status=201)

    @framework.endpoint("/attachments/{number}", thread=True)
    def download(self, number: Number) -> FileResponse:
        """Download a file, or a range of it."""
        attachment, key = self._database.attachment(number)
        return FileResponse(self._files.path(key), filename=attachment.filename)

    @framework.endpoint("/attachments/{number}", methods=["DELETE"])
    async def detach(self, number: Number, session: Session) -> None:
        """Delete a file."""
        attachment, key = await asyncio.to_thread(self._database.attachment, number)
        await asyncio.to_thread(self._database.detach, number)
        await asyncio.to_thread(self._files.delete, key)
        self._changes.publish(Change("changed", attachment.note, session["name"]))


def setup(app: App) -> None:
    """Register it."""
    app.add_blueprint(Attachments(app.state.database, app.state.files, app.state.changes))
