"""The example application, in a copy that a test may change."""

import importlib
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pyre.framework import App

from framework.notes.visits import EXAMPLES
from framework.sessions.conftest import redis, redis_process

__all__ = ["redis", "redis_process"]


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory of the copy, from which nothing has been imported."""
    directory = tmp_path / "notes"
    shutil.copytree(EXAMPLES / "notes", directory, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    monkeypatch.setenv("NOTES_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("NOTES_SECRETS", raising=False)
    monkeypatch.delenv("NOTES_REDIS", raising=False)
    return directory


@pytest.fixture
def app(copied: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    """The application, whose passwords cost less."""
    main = importlib.import_module("notes.main")
    assert Path(main.__file__ or "").parent == copied
    monkeypatch.setitem(importlib.import_module("notes.passwords").COST, "n", 16)
    yield main.app
    forget()


def forget() -> None:
    """Have the next import find what is there then."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "notes"]:
        del sys.modules[name]


@pytest.fixture
def kept(app: App) -> Callable[[], list[Path]]:
    """Lists the files that are kept for attachments."""
    directory: Path = app.state.files.path("")
    return lambda: list(directory.iterdir())
