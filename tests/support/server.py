"""A server process under test: how it is started, watched and stopped.

The life of a server: a port is reserved, the process starts, it accepts, tests talk to it, SIGTERM
ends it. The end is a test of its own: exit status 0, and no error that no test asked for.
"""

import contextlib
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from support.client import Address, Connection, Response
from support.waiting import wait_for

APPS = Path(__file__).parent.parent / "apps"

DEFAULT_SERVER = (
    f"{shlex.quote(sys.executable)} -m pyre"
    " {app} --host 127.0.0.1 --port {port} --app-dir {app_dir}"
)

START_DEADLINE = 30.0
STOP_DEADLINE = 30.0

TRACEBACK = re.compile(
    r"(?<!Exception Group )"
    r"(?<!exception was the direct cause of the following exception:\n\n)"
    r"Traceback \(most recent call last\)"
)
"""Where an error begins: those in a group are judged one by one, each with what it has caused."""

ALARMS = ("panicked at", "never retrieved", "but it is pending", "ResourceWarning", "never awaited")
"""What no test ever expects on standard error."""


class Server:
    """A running server. Its working directory, output and unix socket are in ``directory``."""

    def __init__(
        self, command: list[str], address: Address, directory: Path, clean_exits: frozenset[int]
    ) -> None:
        self.address = address
        self.clean_exits = clean_exits
        self._directory = directory
        self._expected_errors: list[str] = []
        self._is_stopping = False
        with self._output("stdout").open("wb") as out, self._output("stderr").open("wb") as err:
            self._process = subprocess.Popen(
                command, stdout=out, stderr=err, cwd=directory, env=environment()
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def stdout(self) -> str:
        return self._output("stdout").read_text(encoding="utf-8", errors="replace")

    @property
    def stderr(self) -> str:
        return self._output("stderr").read_text(encoding="utf-8", errors="replace")

    def url(self, path: str = "/") -> str:
        """The address of ``path`` for a client of the TCP port."""
        assert isinstance(self.address, tuple)
        return f"http://{self.address[0]}:{self.address[1]}{path}"

    def connect(self, receive_buffer: int | None = None) -> Connection:
        return Connection(self.address, receive_buffer)

    def request(self, head: str, body: bytes = b"", *fields: str) -> Response:
        """Send one request on a connection of its own."""
        with self.connect() as connection:
            return connection.request(head, body, *fields)

    def expect_error(self, text: str) -> None:
        """Wait until ``text`` has been logged; a traceback that holds it is no failure then."""
        wait_for(lambda: text in self.stderr, f"{text!r} on standard error")
        self._expected_errors.append(text)

    def wait_until_accepting(self) -> None:
        def accepts() -> bool:
            if self._process.poll() is not None:
                raise ServerEndedError(self._process.returncode, self.stderr)
            with contextlib.suppress(OSError):
                self.connect().close()
                return True
            return False

        wait_for(accepts, "the server to accept", START_DEADLINE)

    def send_signal(self, number: signal.Signals) -> None:
        self._is_stopping = True
        self._process.send_signal(number)

    def begin_stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Send a signal, and wait until it has had its effect: connections are refused."""
        self.send_signal(number)
        wait_for(self._refuses, "new connections to be refused")

    def wait(self, deadline: float = STOP_DEADLINE) -> int:
        """Wait for the process to end by itself, and return its exit status."""
        return self._process.wait(deadline)

    def is_running(self) -> bool:
        return self._process.poll() is None

    def stop(self) -> None:
        """Stop the server, if no test has done so, and judge how it ended."""
        if self.is_running():
            if not self._is_stopping:
                self.send_signal(signal.SIGTERM)
            status = self.wait()
            assert status in self.clean_exits, f"exit status {status}\n{self.stderr}"
        unexpected = self._unexpected_errors()
        assert not unexpected, f"{len(unexpected)} unexpected errors, first:\n{unexpected[0]}"

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def _refuses(self) -> bool:
        # A reset is no refusal yet: that connection was waiting to be accepted.
        with contextlib.suppress(ConnectionResetError):
            try:
                self.connect().close()
            except ConnectionRefusedError:
                return True
        return False

    def _output(self, name: str) -> Path:
        return self._directory / name

    def _unexpected_errors(self) -> list[str]:
        tracebacks = TRACEBACK.split(self.stderr)[1:]
        unexpected = [
            traceback
            for traceback in tracebacks
            if not any(text in traceback for text in self._expected_errors)
        ]
        alarms = [
            line for line in self.stderr.splitlines() if any(alarm in line for alarm in ALARMS)
        ]
        return unexpected + alarms


class ServerEndedError(Exception):
    """The server ended before it accepted a connection."""

    def __init__(self, status: int, stderr: str) -> None:
        super().__init__(f"the server ended with status {status}\n{stderr}")
        self.status = status
        self.stderr = stderr


@dataclass(frozen=True)
class Launcher:
    """Starts servers with one command line and one set of options."""

    template: str = DEFAULT_SERVER
    options: tuple[str, ...] = ()
    clean_exits: frozenset[int] = frozenset({0})

    @contextlib.contextmanager
    def __call__(
        self, app: str, *options: str, app_dir: Path = APPS, uds: bool | str = False
    ) -> Iterator[Server]:
        """Serve ``app``, a ``module:attribute``, until the end of the ``with`` block.

        With ``uds`` it listens on a unix socket: at that path, or at one that nobody else uses.
        """
        with tempfile.TemporaryDirectory(prefix="pyre-") as directory, reserved_port() as port:
            path = uds if isinstance(uds, str) else str(Path(directory, "socket"))
            words = self._command(app, app_dir, port)
            words = on_unix_socket(words, path) if uds else words
            address = path if uds else ("127.0.0.1", port)
            command = [*words, *self.options, *options]
            server = Server(command, address, Path(directory), self.clean_exits)
            try:
                server.wait_until_accepting()
                yield server
                server.stop()
            finally:
                server.kill()

    def _command(self, app: str, app_dir: Path, port: int) -> list[str]:
        values = {"app": app, "app_dir": str(app_dir), "port": str(port)}
        return [word.format_map(values) for word in shlex.split(self.template)]


def launcher(template: str, options: tuple[str, ...] = ()) -> Launcher:
    """A launcher that knows how the server of ``template`` ends when it is asked to."""
    killed = {-signal.SIGTERM, -signal.SIGINT}
    clean_exits = {0} if is_pyre(template) else {0} | killed
    return Launcher(template, options, frozenset(clean_exits))


def is_pyre(template: str) -> bool:
    """Whether a command line starts this project's server."""
    return "pyre" in {Path(word).name for word in shlex.split(template)}


@contextlib.contextmanager
def reserved_port() -> Iterator[int]:
    """A free TCP port that nobody else is given meanwhile.

    A socket stays bound to it without listening. With ``SO_REUSEADDR`` on both, a server may listen
    on the port none the less, and a connection is refused for as long as none does.
    """
    with socket.socket() as reservation:
        reservation.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        reservation.bind(("127.0.0.1", 0))
        yield reservation.getsockname()[1]


def on_unix_socket(command: list[str], path: str) -> list[str]:
    """The command with ``--uds`` in place of its host and port."""
    words = iter(command)
    kept = []
    for word in words:
        if word in {"--host", "--port"}:
            next(words)
        else:
            kept.append(word)
    return [*kept, "--uds", path]


def environment() -> dict[str, str]:
    """The environment of a server: warnings shown, and no setting that a server would obey."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PYRE_") and name not in {"WEB_CONCURRENCY", "FORWARDED_ALLOW_IPS"}
    }
    commands = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    shown = {"PYTHONUNBUFFERED": "1", "PYTHONFAULTHANDLER": "1", "PYTHONWARNINGS": "default"}
    return {**inherited, **shown, "PATH": commands}
