"""Sockets that another program has opened, and that no further program inherits."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from support.client import Connection
from support.server import Launcher

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc and abstract sockets")

APP = '''
import os, subprocess, sys

LIST = """
import os
held = [f"/proc/self/fd/{name}" for name in os.listdir("/proc/self/fd")]
print(*(os.readlink(each) for each in held if os.path.lexists(each)))
"""

async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    if scope["path"] == "/server":
        answer = repr((scope["server"], scope["client"]))
    else:
        # What a program holds that is started without regard to descriptors.
        answer = subprocess.run(
            [sys.executable, "-c", LIST], close_fds=False, stdout=subprocess.PIPE, text=True,
            stdin=None if scope["path"] == "/stdin" else subprocess.DEVNULL,
        ).stdout
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": answer.encode()})
'''


@pytest.fixture
def app_dir(tmp_path) -> Path:
    tmp_path.joinpath("inheriting.py").write_text(APP, encoding="utf-8")
    return tmp_path


@contextlib.contextmanager
def inheriting(app_dir: Path, environment, sock: socket.socket, *options: str, **streams):
    """The command with an inherited socket, until the end of the ``with`` block: a clean stop."""
    fd = 0 if "stdin" in streams else sock.fileno()
    process = subprocess.Popen(
        [sys.executable, "-m", "pyre", "inheriting:app", "--fd", str(fd), *options],
        cwd=app_dir,
        env=environment,
        pass_fds=() if "stdin" in streams else (fd,),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **streams,
    )
    with process:
        try:
            yield process
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=30) == 0
        finally:
            process.kill()


def listening(name) -> socket.socket:
    sock = socket.socket(socket.AF_UNIX if isinstance(name, str | bytes) else socket.AF_INET)
    sock.bind(name)
    sock.listen()
    return sock


def ask(address, path: str) -> str:
    with Connection(address) as connection:
        return connection.request(f"GET {path}").body.decode()


@pytest.mark.parametrize("loop", ["asyncio", "auto"])
def test_a_socket_in_the_abstract_namespace_is_served_and_shown(app_dir, environment, loop):
    address = f"\0pyre-{os.getpid()}"
    with (
        listening(address) as sock,
        inheriting(app_dir, environment, sock, "--loop", loop) as process,
    ):
        shown = f"@pyre-{os.getpid()}"
        assert ask(address, "/server") == f"(('{shown}', None), None)"
        assert f" on unix:{shown} (" in process.stderr.readline()
        assert process.stdout.readline().startswith("- - - [")


def test_a_standard_stream_may_be_the_socket(app_dir, environment):
    with (
        listening(("127.0.0.1", 0)) as sock,
        inheriting(app_dir, environment, sock, stdin=sock.fileno()),
    ):
        held = ask(sock.getsockname(), "/stdin").split()
        assert held[0] == "/dev/null"
        assert not [name for name in held if name.startswith("socket:")]


OUTSIDE = ("/dev/null", "pipe:", "/proc/")
"""What begins the names of what a program holds that was started with the streams of the server."""


def test_a_program_does_not_inherit_an_inherited_socket(app_dir, environment):
    with (
        listening(("127.0.0.1", 0)) as sock,
        inheriting(app_dir, environment, sock, "--access-log-file", "access.log"),
    ):
        held = ask(sock.getsockname(), "/").split()
        assert [name for name in held if not name.startswith(OUTSIDE)] == []


@pytest.mark.parametrize("options", [(), ("--loop", "asyncio"), ("--driver", "thread")], ids=str)
@pytest.mark.parametrize("uds", [False, True])
def test_a_program_inherits_nothing_of_the_server(app_dir, serve: Launcher, uds, options):
    """Neither what listens nor a connection, its poller, its timers, or its logs."""
    log = ("--access-log-file", str(app_dir / "access.log"))
    with (
        serve("inheriting:app", *options, *log, app_dir=app_dir, uds=uds) as server,
        server.connect() as connection,
    ):
        connection.request("GET /server")
        held = connection.request("GET /").body.decode().split()
    # The server's own output is a file here, in a directory of the launcher.
    streams = str(Path(tempfile.gettempdir(), "pyre-"))
    inherited = [name for name in held if not name.startswith((*OUTSIDE, streams))]
    assert inherited == []


@pytest.mark.parametrize("fd", ["3", "-1", "99999999999", "zero", ""])
@pytest.mark.usefixtures("app_dir")
def test_a_descriptor_that_can_not_be_served_is_one_line_of_wrong_usage(run_pyre, fd):
    result = run_pyre("inheriting:app", f"--fd={fd}")
    assert result.returncode == 2
    (line,) = result.stderr.splitlines()
    assert line.startswith("pyre: ")
    assert "fd" in line
