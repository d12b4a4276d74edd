"""The file of the access log: rotated, or one that takes nothing."""

import contextlib
import os
import signal
import subprocess
import sys

import pytest
from support.client import Connection
from support.waiting import wait_for

from server.conftest import ECHO_APP

pytestmark = pytest.mark.skipif(os.name != "posix", reason="sends signals, and needs pipes")

MORE_THAN_A_PIPE_TAKES = 100
"""Requests with a kilobyte each. A pipe of Linux takes 64 KiB."""


@pytest.fixture
def serve_logging(tmp_path, environment):
    """Serve on a unix socket, with a stop that waits for nothing, until the end of the block."""

    @contextlib.contextmanager
    def serve(*options, **streams):
        tmp_path.joinpath("main.py").write_text(ECHO_APP, encoding="utf-8")
        with tmp_path.joinpath("stderr").open("wb") as stderr:
            process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "pyre", "main:app", "--uds", "socket"),
                    *("--timeout-graceful-shutdown", "0.2", *options),
                ],
                cwd=tmp_path,
                env=environment,
                **({"stdout": subprocess.DEVNULL, "stderr": stderr} | streams),
            )
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    return serve


@pytest.fixture
def get(tmp_path, monkeypatch):
    """Send requests on one connection, as soon as the server accepts."""
    monkeypatch.chdir(tmp_path)

    def connect():
        with contextlib.suppress(OSError):
            return Connection("socket")
        return None

    def send(path="/", count=1):
        with wait_for(connect, "the server to accept") as connection:
            for _ in range(count):
                assert connection.request(f"GET {path}").body == b"hello"

    return send


def said(tmp_path):
    return tmp_path.joinpath("stderr").read_text(encoding="utf-8")


def test_usr1_follows_a_rotation(serve_logging, get, tmp_path):
    log, rotated = tmp_path / "access.log", tmp_path / "access.log.1"
    with serve_logging("--access-log-file", "access.log") as process:
        get("/before")
        wait_for(log.read_bytes, "the line")
        log.rename(rotated)
        process.send_signal(signal.SIGUSR1)
        wait_for(log.exists, "the new file")
        get("/after")
        process.terminate()
        assert process.wait(60) == 0
    assert b"/before" in rotated.read_bytes()
    assert b"/after" not in rotated.read_bytes()
    assert b"/after" in log.read_bytes()


def test_a_file_that_can_not_be_opened_again_leaves_the_old_one_in_use(
    serve_logging, get, tmp_path
):
    log, rotated = tmp_path / "access.log", tmp_path / "access.log.1"
    with serve_logging("--access-log-file", "access.log") as process:
        get("/before")
        log.rename(rotated)
        log.mkdir()
        process.send_signal(signal.SIGUSR1)
        wait_for(lambda: "can't be opened (Is a directory)" in said(tmp_path), "the message")
        get("/after")
        process.terminate()
        assert process.wait(60) == 0
    assert b"/after" in rotated.read_bytes()


def test_a_pipe_without_a_reader_does_not_hold_up_the_stop(serve_logging, get, tmp_path):
    os.mkfifo(tmp_path / "fifo")
    with serve_logging("--access-log-file", "fifo") as process:
        get("/?" + "x" * 1024, MORE_THAN_A_PIPE_TAKES)
        process.terminate()
        assert process.wait(60) == 0
    assert "lines of the access log were lost: the file took them too slowly" in said(tmp_path)


def test_standard_output_that_is_full_does_not_hold_up_the_stop(serve_logging, get, tmp_path):
    reader, writer = os.pipe()
    with serve_logging(stdout=writer) as process:
        get("/?" + "x" * 1024, MORE_THAN_A_PIPE_TAKES)
        process.terminate()
        assert process.wait(60) == 0
    os.close(writer)
    os.set_blocking(reader, False)
    written = os.read(reader, 2**20).count(b"\n")
    os.close(reader)
    assert f"warning: {MORE_THAN_A_PIPE_TAKES - written} lines" in said(tmp_path)


def test_standard_error_that_is_full_does_not_hold_up_the_stop(serve_logging, tmp_path):
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writer, b"x" * 1024)
    os.set_blocking(writer, True)
    with serve_logging(stdout=writer, stderr=writer) as process:
        # The first message holds the process before it listens.
        wait_for((tmp_path / "socket").exists, "the socket")
        process.terminate()
        assert process.wait(60) == 0
    os.close(reader)
    os.close(writer)
