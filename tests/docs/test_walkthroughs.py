"""What a new user does, done: in an empty directory, from the top of a page to its bottom.

Files are written as they are shown, the server is started by its command line, and what is typed
beside it prints what is shown. Only the port is another one.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Self

import pytest
from apps.documents import EXAMPLES, TUTORIAL, WALKTHROUGHS, Block, blocks
from support.programs import needed
from support.server import CommandLines, Launcher, Server, joined
from support.waiting import PATIENCE, wait_for

from docs.consoles import Command, commands_of

PORT = 8000
"""That of the pages."""

PYRE = f"{sys.executable} -m pyre {{app}} --port {{port}}"

NOT_RUN = {
    "git clone": "the test has copied what is wanted of it",
    "mkdir": "the test has made an empty directory, and is in it",
    "python -m venv": "the test has an environment",
    ".": "which is active",
    "pip install": "the package is installed, and test_commands.py looks at names and extras",
    "uvicorn": "it shows what was typed before",
}
"""Beginnings of commands that a test can't run, or need not."""

PRINTS_TIMES = {"python -m pytest"}
"""Commands that print something else each time: they have to succeed, and no output is shown."""


class Reader:
    """Somebody who has two terminals, in one of which the server runs."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._terminal = ExitStack()
        self._server: Server | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._terminal.close()

    def follow(self, block: Block) -> None:
        """Do what a block says."""
        if block.language == "console":
            for command in commands_of(block):
                self.type(command)
        elif block.document != TUTORIAL:  # whose files are there
            assert block.file, f"{block.place}: which file is it?"
            (self._directory / block.file).write_text(block.text, encoding="utf-8")

    def type(self, command: Command) -> None:
        if any(begins(command, start) for start in NOT_RUN):
            assert not command.output
        elif begins(command, "pyre") and not begins(command, "pyre routes"):
            self._serve(command)
        else:
            self._run(command)

    def _serve(self, command: Command) -> None:
        """Stop the server that runs, and start another."""
        self._terminal.close()
        _, app, *options = command.words
        given = [word for word in options if word not in {"--port", str(PORT)}]
        launcher = Launcher(CommandLines(tcp=PYRE), tuple(given))
        server = self._terminal.enter_context(launcher(app, app_dir=self._directory))
        self._server = server
        shown = command.output.partition(" (")[0].replace(str(PORT), self._port())
        wait_for(lambda: shown in server.log, f"{command.place}: {shown}")

    def _run(self, command: Command) -> None:
        if begins(command, "curl"):
            needed("curl")
        line = command.line.replace(f":{PORT}", f":{self._port()}")
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", line],
            cwd=self._directory,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, f"{command.place}\n{done.stdout}{done.stderr}"
        if not any(begins(command, start) for start in PRINTS_TIMES):
            assert done.stdout.rstrip("\n") == command.output.rstrip("\n"), command.place

    def _port(self) -> str:
        if self._server is None:
            return str(PORT)
        assert isinstance(self._server.address, tuple)
        return str(self._server.address[1])


def begins(command: Command, start: str) -> bool:
    return command.words[: len(start.split())] == start.split()


def environment() -> dict[str, str]:
    """What finds ``pyre`` and ``python`` where the tests run."""
    path = joined(Path(sys.executable).parent, os.environ.get("PATH", os.defpath))
    return {**os.environ, "PATH": path, "COLUMNS": "200", "PYTHONDONTWRITEBYTECODE": "1"}


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    with Reader(tmp_path) as reader:
        yield reader


@pytest.mark.parametrize("page", WALKTHROUGHS, ids=lambda page: page.stem)
def test_walkthrough(reader: Reader, page: Path) -> None:
    for block in blocks(page):
        reader.follow(block)


def test_tutorial(reader: Reader, tmp_path: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(EXAMPLES / "notes", tmp_path / "notes", ignore=ignored)
    for block in blocks(TUTORIAL):
        reader.follow(block)
