"""The programs of the README do what it says."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from apps.documents import README, Block, blocks
from support.client import Connection
from support.server import CommandLines, Launcher, environment, reserved_port
from support.waiting import PATIENCE, wait_for

PROGRAMS = list(blocks(README, "python"))

ASGI, PSGI, SCRIPT, FRAMEWORK = PROGRAMS
"""All of them: a new one asks for a test."""

PORT = "8080"
"""That of the README."""

UVICORN = CommandLines(tcp="uvicorn {app} --host 127.0.0.1 --port {port}", uds=None, root_path=None)


def written(folder: Path, *programs: Block) -> Path:
    for program in programs:
        (folder / program.file).write_text(program.text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("program", [ASGI, PSGI], ids=["asgi", "psgi"])
def test_application(tmp_path: Path, program: Block) -> None:
    with Launcher()("main:app", app_dir=written(tmp_path, program)) as server:
        assert server.request("GET /").body == b"Hello, World!"


def test_application_for_every_other_server(tmp_path: Path) -> None:
    launcher = Launcher(UVICORN)
    with launcher("main:asgi_app", app_dir=written(tmp_path, PSGI)) as server:
        assert server.request("GET /").body == b"Hello, World!"


@pytest.fixture
def script(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The script that serves, running on a port of its own."""
    folder = written(tmp_path, ASGI, SCRIPT)
    with reserved_port() as port:
        path = folder / SCRIPT.file
        assert PORT in SCRIPT.text
        path.write_text(SCRIPT.text.replace(PORT, str(port)), encoding="utf-8")
        process = subprocess.Popen(
            [sys.executable, str(path)], env=environment(folder, folder / "events"), cwd=folder
        )
        try:
            yield process, port
        finally:
            process.kill()
            process.wait()


def test_script(script: tuple[subprocess.Popen[bytes], int]) -> None:
    process, port = script
    assert wait_for(lambda: answer(port), "the script to serve") == b"Hello, World!"
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0


def answer(port: int) -> bytes:
    try:
        with Connection(("127.0.0.1", port)) as connection:
            return connection.request("GET /").body
    except ConnectionRefusedError:
        return b""


def test_framework(tmp_path: Path) -> None:
    with Launcher()("main:app", app_dir=written(tmp_path, FRAMEWORK)) as server:
        assert server.request("GET /hello/Ada").body == b"Hello, Ada!"
        created = server.request("POST /hello/Ada", b'{"age": 36}')
        assert (created.status, created.body) == (201, b'{"message":"Ada is 36"}')
