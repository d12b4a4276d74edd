"""What the application takes from its environment, and what it leaves on the disk."""

import importlib
import os
import stat
from pathlib import Path

import pytest
from pyre.framework.sessions import RedisStore

from framework.notes.conftest import forget
from framework.notes.visits import PASSWORD, visit
from framework.request.host import in_loop


@pytest.fixture
def settings(copied: Path):
    module = importlib.import_module("notes.settings")
    assert Path(module.__file__ or "").parent == copied
    yield module
    forget()


def test_a_secret_is_made_once_for_its_owner(settings, tmp_path: Path) -> None:
    [secret] = settings.secrets(settings.data_directory())
    assert len(secret) >= 32
    assert settings.secrets(settings.data_directory()) == [secret]
    (tmp_path / "data" / "secret").unlink()
    assert settings.secrets(settings.data_directory()) != [secret]
    if os.name == "posix":
        assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
        assert stat.S_IMODE((tmp_path / "data" / "secret").stat().st_mode) == 0o600


def test_secrets_are_given(settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTES_SECRETS", "a,b")
    assert settings.secrets(settings.data_directory()) == ["a", "b"]
    assert list((tmp_path / "data").iterdir()) == []


def test_redis_is_given(settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings.store() is None
    monkeypatch.setenv("NOTES_REDIS", "redis://127.0.0.1:6379/0")
    assert isinstance(settings.store(), RedisStore)


@pytest.mark.usefixtures("copied")
@in_loop
async def test_what_was_written_is_there_after_a_restart(tmp_path: Path) -> None:
    async with visit(importlib.import_module("notes.main").app) as client:
        await client.post("/notes", json={"title": "Bread"})
        cookie = client.cookies["session"]
    forget()
    app = importlib.import_module("notes.main").app
    async with app.test_client(cookies={"session": cookie}) as client:
        assert (await client.get("/notes/1")).json()["title"] == "Bread"
    forget()
    stored = b"".join(file.read_bytes() for file in (tmp_path / "data").glob("*.sqlite*"))
    assert b"Bread" in stored
    assert PASSWORD.encode() not in stored
