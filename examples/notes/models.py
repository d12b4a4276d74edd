"""What is in the notebook, and what may be put into it."""

from typing import Annotated, Literal

import msgspec

Number = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
"""What rows are known by: SQLite's integers have 64 bits."""


class Credentials(msgspec.Struct):
    """Who somebody claims to be."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    password: Annotated[str, msgspec.Meta(min_length=8, max_length=200)]


class Person(msgspec.Struct):
    """Somebody who may sign in."""

    name: str
    is_admin: bool


class Draft(msgspec.Struct):
    """What a note is to say."""

    title: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    text: Annotated[str, msgspec.Meta(max_length=100_000)] = ""


class Note(msgspec.Struct):
    """A note, and how often it has been written."""

    number: int
    title: str
    text: str
    author: str
    version: int


class NotePage(msgspec.Struct):
    """Some of the notes that were found, and how many notes and pages there are in all."""

    notes: list[Note]
    total: int
    pages: int


class Attachment(msgspec.Struct):
    """A file of a note."""

    number: int
    note: int
    filename: str
    size: int


class Change(msgspec.Struct):
    """What somebody has done to a note, or to its attachments."""

    kind: Literal["added", "changed", "deleted"]
    number: int
    by: str
