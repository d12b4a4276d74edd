"""What differs from machine to machine, from the environment.

``NOTES_DATA`` is the directory of the data, ``notes-data`` without. ``NOTES_SECRETS`` are what
sessions are signed with, the newest first, with commas between them. ``NOTES_REDIS`` is the URL of
a Redis that keeps the sessions; without, they are in their cookies.
"""

import os
from pathlib import Path
from secrets import token_urlsafe

from pyre.framework.sessions import RedisStore


def data_directory() -> Path:
    """The directory for everything that is to stay, which only its owner may enter."""
    directory = Path(os.environ.get("NOTES_DATA", "notes-data"))
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    return directory


def secrets(data: Path) -> list[str]:
    """What sessions are signed with; for development, a secret is made, and kept in a file."""
    if given := os.environ.get("NOTES_SECRETS"):
        return given.split(",")
    file = data / "secret"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(token_urlsafe(32))
    return [file.read_text()]


def store() -> RedisStore | None:
    """Where sessions are kept."""
    url = os.environ.get("NOTES_REDIS")
    return RedisStore(url) if url else None
