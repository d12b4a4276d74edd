"""What the notebook remembers, in SQLite.

The methods wait for the disk: they are called on threads. One connection serves all of them, and a
lock has each transaction to itself.
"""

import math
import sqlite3
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from notes.models import Attachment, Draft, Note, NotePage, Person

PAGE_SIZE = 20

SCHEMA = """
CREATE TABLE IF NOT EXISTS people (
    name TEXT PRIMARY KEY COLLATE NOCASE,
    password BLOB NOT NULL,
    is_admin INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS notes (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    author TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1
);
CREATE TABLE IF NOT EXISTS attachments (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    note INTEGER NOT NULL REFERENCES notes ON DELETE CASCADE,
    filename TEXT NOT NULL,
    size INTEGER NOT NULL,
    key TEXT NOT NULL
);
PRAGMA foreign_keys = ON;
"""

MATCHING = "FROM notes WHERE instr(casefold(title || char(10) || text), casefold(:search))"


class Missing(Exception):
    """There is no such thing."""


class Conflict(Exception):
    """It can't be done, because of something that is there."""


class Upload(NamedTuple):
    """A file that has come with a form, and the key that ``Files`` knows it by."""

    filename: str
    size: int
    key: str


class Totals(NamedTuple):
    """How much there is."""

    people: int
    notes: int
    attachments: int


class Database:
    """A file of SQLite."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = Lock()

    def open(self) -> None:
        """Connect, and make the tables if there are none."""
        self._connection = sqlite3.connect(self._file, check_same_thread=False)
        self._connection.create_function("casefold", 1, str.casefold, deterministic=True)
        self._connection.executescript(SCHEMA)

    def close(self) -> None:
        """Disconnect."""
        self._connection.close()

    def add_person(self, name: str, password: bytes) -> Person:
        """Add somebody; the first one is the admin. Raises ``Conflict``."""
        statement = (
            "INSERT INTO people SELECT ?, ?, NOT EXISTS (SELECT * FROM people)"
            " RETURNING name, is_admin"
        )
        with self._transaction() as connection:
            try:
                row = connection.execute(statement, (name, password)).fetchone()
            except sqlite3.IntegrityError as error:
                raise Conflict(f"Somebody is called {name} already.") from error
            return Person(row[0], is_admin=bool(row[1]))

    def person(self, name: str) -> tuple[Person, bytes]:
        """Somebody, and the hash of the password. Raises ``Missing``."""
        statement = "SELECT name, is_admin, password FROM people WHERE name = ?"
        with self._transaction() as connection:
            row = connection.execute(statement, (name,)).fetchone()
        if row is None:
            raise Missing(f"Nobody is called {name}.")
        return Person(row[0], is_admin=bool(row[1])), row[2]

    def add_note(self, draft: Draft, author: str) -> Note:
        """Add a note. Its number was never that of another one."""
        statement = "INSERT INTO notes (title, text, author) VALUES (?, ?, ?) RETURNING *"
        with self._transaction() as connection:
            row = connection.execute(statement, (draft.title, draft.text, author)).fetchone()
            return Note(*row)

    def notes(self, search: str, page: int) -> NotePage:
        """A page of the notes that have a text in them, the newest first."""
        count = "SELECT count(*) " + MATCHING
        select = "SELECT * " + MATCHING + " ORDER BY number DESC LIMIT :size OFFSET :offset"
        slots = {"search": search, "size": PAGE_SIZE, "offset": (page - 1) * PAGE_SIZE}
        with self._transaction() as connection:
            (total,) = connection.execute(count, slots).fetchone()
            notes = [Note(*row) for row in connection.execute(select, slots)]
            return NotePage(notes, total, pages=math.ceil(total / PAGE_SIZE))

    def note(self, number: int) -> Note:
        """A note. Raises ``Missing``."""
        with self._transaction() as connection:
            row = connection.execute("SELECT * FROM notes WHERE number = ?", (number,)).fetchone()
        if row is None:
            raise Missing("There is no such note.")
        return Note(*row)

    def change_note(self, number: int, version: int, draft: Draft) -> Note | None:
        """Write a note anew, if it still has that version; otherwise nothing."""
        statement = (
            "UPDATE notes SET title = ?, text = ?, version = version + 1"
            " WHERE number = ? AND version = ? RETURNING *"
        )
        with self._transaction() as connection:
            slots = (draft.title, draft.text, number, version)
            row = connection.execute(statement, slots).fetchone()
            return None if row is None else Note(*row)

    def delete_note(self, number: int) -> list[str]:
        """Delete a note. Returns the keys of the files that were its attachments."""
        with self._transaction() as connection:
            rows = connection.execute("SELECT key FROM attachments WHERE note = ?", (number,))
            keys = [key for (key,) in rows]
            connection.execute("DELETE FROM notes WHERE number = ?", (number,))
            return keys

    def attach(self, note: int, uploads: Sequence[Upload]) -> list[Attachment]:
        """Add attachments to a note. Raises ``Missing``."""
        statement = (
            "INSERT INTO attachments (note, filename, size, key) VALUES (?, ?, ?, ?)"
            " RETURNING number, note, filename, size"
        )
        with self._transaction() as connection:
            try:
                rows = [connection.execute(statement, (note, *each)).fetchone() for each in uploads]
            except sqlite3.IntegrityError as error:
                raise Missing("There is no such note.") from error
            return [Attachment(*row) for row in rows]

    def attachments(self, note: int) -> list[Attachment]:
        """Those of a note."""
        statement = "SELECT number, note, filename, size FROM attachments WHERE note = ?"
        with self._transaction() as connection:
            return [Attachment(*row) for row in connection.execute(statement, (note,))]

    def attachment(self, number: int) -> tuple[Attachment, str]:
        """An attachment, and the key of its file. Raises ``Missing``."""
        statement = "SELECT number, note, filename, size, key FROM attachments WHERE number = ?"
        with self._transaction() as connection:
            row = connection.execute(statement, (number,)).fetchone()
        if row is None:
            raise Missing("There is no such attachment.")
        return Attachment(*row[:-1]), row[-1]

    def detach(self, number: int) -> None:
        """Delete an attachment."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM attachments WHERE number = ?", (number,))

    def totals(self) -> Totals:
        """How much there is of everything."""
        statement = (
            "SELECT (SELECT count(*) FROM people), (SELECT count(*) FROM notes),"
            " (SELECT count(*) FROM attachments)"
        )
        with self._transaction() as connection:
            return Totals(*connection.execute(statement).fetchone())

    @contextmanager
    def _transaction(self) -> Generator[sqlite3.Connection]:
        """The connection, for one thread; what was written is undone if something is raised."""
        with self._lock, self._connection:
            yield self._connection
