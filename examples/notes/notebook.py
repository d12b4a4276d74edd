"""The notes, which everybody reads and writes."""

import asyncio
from typing import Annotated

import msgspec
from pyre import framework
from pyre.framework import App, Header, HTTPError, Session
from pyre.framework.responses import JSONResponse

from notes.changes import Changes
from notes.database import Database
from notes.files import Files
from notes.members import members_only
from notes.models import Change, Draft, Note, NotePage, Number

PageNumber = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]


class Notes(framework.Blueprint, prefix="/notes", middleware=[members_only]):
    """The notes. Of two who change one at the same time, the second is told so."""

    def __init__(self, database: Database, files: Files, changes: Changes) -> None:
        self._database = database
        self._files = files
        self._changes = changes

    @framework.endpoint("", thread=True)
    def search(self, search: str = "", page: PageNumber = 1) -> NotePage:
        """List the notes that have a text in them, the newest first."""
        return self._database.notes(search, page)

    @framework.endpoint("", methods=["POST"])
    async def add(self, draft: Draft, session: Session) -> JSONResponse[Note]:
        """Add a note."""
        author: str = session["name"]
        note = await asyncio.to_thread(self._database.add_note, draft, author)
        self._changes.publish(Change("added", note.number, author))
        location = self.app.url_for(self.show, number=note.number)
        return shown(note, status=201, location=location)

    @framework.endpoint("/{number}", thread=True)
    def show(self, number: Number) -> JSONResponse[Note]:
        """Show a note. Its entity tag is what `change` asks for."""
        return shown(self._database.note(number))

    @framework.endpoint("/{number}", methods=["PUT"])
    async def change(
        self,
        number: Number,
        draft: Draft,
        session: Session,
        if_match: Annotated[str, Header()] = "",
    ) -> JSONResponse[Note]:
        """Write a note anew, if nobody else has done so since it was read."""
        if not if_match:
            raise HTTPError(428, "Say which version you have read: if-match.")
        note = await asyncio.to_thread(self._database.note, number)
        changed = None
        if if_match == tag(note):
            changed = await asyncio.to_thread(
                self._database.change_note, number, note.version, draft
            )
        if changed is None:
            raise HTTPError(412, "Somebody has changed it. Read it again.")
        self._changes.publish(Change("changed", number, session["name"]))
        return shown(changed)

    @framework.endpoint("/{number}", methods=["DELETE"])
    async def delete(self, number: Number, session: Session) -> None:
        """Delete a note of one's own, with its attachments."""
        note = await asyncio.to_thread(self._database.note, number)
        if note.author != session["name"]:
            raise HTTPError(403, f"It is for {note.author} to delete.")
        keys = await asyncio.to_thread(self._database.delete_note, number)
        await asyncio.to_thread(self._files.delete, *keys)
        self._changes.publish(Change("deleted", number, note.author))


def shown(note: Note, status: int = 200, **headers: str) -> JSONResponse[Note]:
    """A note, and the entity tag of its version."""
    return JSONResponse(note, status=status, headers={"etag": tag(note), **headers})


def tag(note: Note) -> str:
    """The entity tag of a version (RFC 9110 §8.8.3)."""
    return f'"{note.version}"'


def setup(app: App) -> None:
    """Register it."""
    app.add_blueprint(Notes(app.state.database, app.state.files, app.state.changes))
