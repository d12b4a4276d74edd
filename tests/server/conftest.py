import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support.waiting import PATIENCE

WriteModule = Callable[[str, str], str]
RunPyre = Callable[..., subprocess.CompletedProcess[str]]

# Variables that a server reads, or warns that it does not.
_PREFIXES = ("PYRE_", "UVICORN_", "GRANIAN_")
_NAMES = {"FORWARDED_ALLOW_IPS", "GUNICORN_CMD_ARGS", "PORT", "SENDFILE", "WEB_CONCURRENCY"}

ECHO_APP = """
async def app(scope, receive, send):
    assert scope["type"] == "http"
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"hello"})
"""


@pytest.fixture
def write_module(tmp_path, monkeypatch) -> WriteModule:
    """Write a module that can be imported until the end of the test; a dot makes a package."""
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.setattr(sys, "modules", sys.modules.copy())

    def write(name: str, source: str) -> str:
        path = tmp_path.joinpath(*name.split(".")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")
        return name

    return write


@pytest.fixture
def environment() -> dict[str, str]:
    """The environment of a command, without the settings of whoever runs the tests.

    A busy machine may hold a loop for longer than a production system would.
    """
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(_PREFIXES) and name not in _NAMES
    }
    return inherited | {"PYRE_WARN_BLOCKED_LOOP": "none"}


@pytest.fixture
def run_pyre(tmp_path: Path, environment: dict[str, str]) -> RunPyre:
    """Run the command in the test's directory until it ends."""

    def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "pyre", *arguments],
            cwd=tmp_path,
            env=environment | variables,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )

    return run
