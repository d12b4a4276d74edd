"""The servers under test: how each is built, started, watched and stopped."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv-bench"
REQUIREMENTS = ROOT / "requirements" / "bench.txt"
FIXED_ANSWER = ROOT / "target" / "release" / "examples" / "fixed_answer"

START_DEADLINE = 15.0
STOP_DEADLINE = 10.0

# Every server answers `GET /` with as many bytes.
CONTENT_LENGTH = 13

QUIET = ("--log-level", "warning")
NO_ACCESS_LOG = (*QUIET, "--no-access-log")
# The idle connections of the memory workload have to outlive it.
COMMON = ("app:app", "--app-dir", str(ROOT / "benchmarks"), "--timeout-keep-alive", "300")


class ServerError(Exception):
    """The server could not be built, did not start, or answered wrongly."""


@dataclass(frozen=True)
class Server:
    """One row of the table: a name and the command that serves on a port of 127.0.0.1.

    `build` makes what `command` runs. `runs_app` is false when only `GET /` makes sense, and
    `serves_file` says whether `/file` does too. A `reference` is measured where it is asked for.
    """

    name: str
    command: tuple[str, ...]
    build: Callable[[], None]
    runs_app: bool = True
    serves_file: bool = True
    is_reference: bool = False


@dataclass(frozen=True)
class Running:
    """A server that has answered once, and how long that took from the moment it was spawned."""

    pid: int
    port: int
    milliseconds_to_answer: float

    def cpu_seconds(self) -> float:
        """Sum the time on a CPU, user and system, of all threads of the process and its children.

        `schedstat` counts nanoseconds where `stat` counts ticks of 10 ms. Threads that have ended
        are not in the sum; no server here ends one under load.
        """
        tasks = (task for pid in process_tree(self.pid) for task in tasks_of(pid))
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9

    def resident_bytes(self) -> int:
        """Sum the resident memory of the process and its children."""
        sizes = (Path(f"/proc/{pid}/statm").read_text() for pid in process_tree(self.pid))
        return os.sysconf("SC_PAGE_SIZE") * sum(int(size.split()[1]) for size in sizes)


def process_tree(pid: int) -> Iterator[int]:
    """Yield the process and all its descendants."""
    yield pid
    for task in tasks_of(pid):
        for child in (task / "children").read_text().split():
            yield from process_tree(int(child))


def tasks_of(pid: int) -> Iterator[Path]:
    """Yield the folder of each thread of a process."""
    return Path(f"/proc/{pid}/task").iterdir()


def known_servers(scratch: Path) -> dict[str, Server]:
    """Name every server; files that they write go to `scratch`."""
    pyre, uvicorn = str(VENV / "bin" / "pyre"), str(VENV / "bin" / "uvicorn")
    access_log = ("--access-log-file", str(scratch / "access.log"))
    servers = [
        Server(
            "fixed_answer",
            (str(FIXED_ANSWER),),
            build_fixed_answer,
            runs_app=False,
            serves_file=False,
        ),
        Server("pyre", (pyre, *COMMON, *NO_ACCESS_LOG, "--loop", "uvloop"), install_pyre),
        Server("pyre-asyncio", (pyre, *COMMON, *NO_ACCESS_LOG, "--loop", "asyncio"), install_pyre),
        Server("pyre-log", (pyre, *COMMON, *QUIET, "--loop", "uvloop", *access_log), install_pyre),
        Server(
            "uvicorn",
            (uvicorn, *COMMON, *NO_ACCESS_LOG, "--loop", "uvloop", "--http", "httptools"),
            create_venv,
        ),
        Server(
            "nginx",
            (sys.executable, str(ROOT / "benchmarks" / "nginx.py"), str(scratch)),
            find_nginx,
            runs_app=False,
            is_reference=True,
        ),
    ]
    return {server.name: server for server in servers}


@contextlib.contextmanager
def running(server: Server, cpu: int) -> Generator[Running]:
    """Run the server on one CPU, from its first answer to the end of the block."""
    port = unused_port()
    command = ["taskset", "--cpu-list", str(cpu), *server.command, "--port", str(port)]
    with tempfile.TemporaryFile() as output:
        spawned = time.perf_counter()
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        try:
            wait_for_answer(process, port)
            yield Running(process.pid, port, (time.perf_counter() - spawned) * 1000)
        except ServerError as error:
            output.seek(0)
            error.add_note(f"{server.name} wrote: {output.read().decode(errors='replace')}")
            raise
        finally:
            stop(process)


def wait_for_answer(process: subprocess.Popen[bytes], port: int) -> None:
    """Ask every millisecond until the server answers."""
    deadline = time.monotonic() + START_DEADLINE
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(ConnectionRefusedError), connect(port) as connection:
            request(connection)
            return
        time.sleep(0.001)
    raise ServerError("did not start")


def stop(process: subprocess.Popen[bytes]) -> None:
    """End the process, by force when it does not end by itself."""
    process.terminate()
    try:
        process.wait(STOP_DEADLINE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def connect(port: int) -> socket.socket:
    """Open a connection whose every call has a time limit."""
    return socket.create_connection(("127.0.0.1", port), timeout=5)


def request(connection: socket.socket) -> None:
    """Ask for `/` and read the whole answer."""
    connection.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    answer = b""
    while len(answer.partition(b"\r\n\r\n")[2]) < CONTENT_LENGTH:
        received = connection.recv(4096)
        if not received:
            raise ServerError(f"closed the connection after {answer!r}")
        answer += received
    if not answer.startswith(b"HTTP/1.1 200 "):
        raise ServerError(f"answered {answer!r}")


def unused_port() -> int:
    """Let the kernel choose a port, so that no run meets the connections of the one before."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def build_fixed_answer() -> None:
    """Build the example that answers without Python."""
    build("cargo", "build", "--release", "--package", "pyre-runtime", "--example", "fixed_answer")


def find_nginx() -> None:
    """Look that it is there; it comes from the system."""
    if shutil.which("nginx") is None:
        raise ServerError("nginx is not installed: apt-get install nginx-light")


def create_venv() -> None:
    """Make the environment of the benchmarks, or a new one when the interpreter has changed."""
    if not (VENV / f"cpython-{sys.version.split()[0]}").exists():
        build(sys.executable, "-m", "venv", "--clear", str(VENV))
        (VENV / f"cpython-{sys.version.split()[0]}").touch()
    build(str(VENV / "bin" / "pip"), "install", "--quiet", "--requirement", str(REQUIREMENTS))


def install_pyre() -> None:
    """Build the tree as a release wheel and install it."""
    create_venv()
    build(str(VENV / "bin" / "pip"), "install", "--quiet", "--no-build-isolation", str(ROOT))


def build(*command: str) -> None:
    """Run a build step that speaks only when it fails."""
    path = f"{VENV / 'bin'}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    if shutil.which(command[0], path=path) is None:
        raise ServerError(f"{command[0]} is not installed")
    if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode != 0:
        raise ServerError(f"failed: {' '.join(command)}")
