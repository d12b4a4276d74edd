"""A server process under test: how it is started, watched and stopped.

The life of a server: a port is reserved, the process starts, it accepts, tests talk to it, SIGTERM
ends it. For this project's server the end is a test of its own: exit status 0, and no error that no
test asked for. Another server is told to stop only by tests about stopping, and killed in the end.
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
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn, Self

import pytest

from support.client import Address, Connection, Response
from support.waiting import PATIENCE, wait_for

APPS = Path(__file__).parent.parent / "apps"

PYRE = f"{shlex.quote(sys.executable)} -m pyre {{app}} --app-dir {{app_dir}}"

EVENTS_FILE = "ASGI_EVENTS_FILE"
"""The environment variable that tells an application where to write what happens to it."""

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
        self, command: list[str], address: Address, directory: Path, *, app_dir: Path, judged: bool
    ) -> None:
        self.address = address
        self._directory = directory
        self._is_judged = judged
        self._expected_errors: list[str] = []
        self._is_stopping = False
        with self._output("stdout").open("wb") as out, self._output("stderr").open("wb") as err:
            self._process = subprocess.Popen(
                command,
                stdout=out,
                stderr=err,
                cwd=directory,
                env=environment(app_dir, self._output("events")),
                # So that workers can be killed together with their parent.
                start_new_session=True,
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

    @property
    def log(self) -> str:
        """Everything that has been printed: servers differ in where they log."""
        return self.stdout + self.stderr

    @property
    def events(self) -> list[str]:
        """What the application has told by ``apps/events.py``, in order."""
        file = self._output("events")
        return file.read_text(encoding="utf-8").splitlines() if file.exists() else []

    def permit(self) -> None:
        """Let the application go on that waits in ``apps/events.py``."""
        self._output("permit").touch()

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
        """Wait until ``text`` has been logged; a traceback that holds it is no failure then.

        How another server logs the errors of an application is its own affair.
        """
        if not self._is_judged:
            return
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

        wait_for(accepts, "the server to accept")

    def send_signal(self, number: signal.Signals) -> None:
        self._is_stopping = True
        self._process.send_signal(number)

    def begin_stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Send a signal, and wait until it has had its effect: connections are refused."""
        self.send_signal(number)
        wait_for(self._refuses, "new connections to be refused")

    def wait(self, deadline: float = PATIENCE) -> int:
        """Wait for the process to end by itself, and return its exit status."""
        return self._process.wait(deadline)

    def is_running(self) -> bool:
        return self._process.poll() is None

    def stop(self) -> None:
        """Stop the server, if no test has done so, and judge how it ended."""
        if not self._is_judged:
            return
        if self.is_running():
            if not self._is_stopping:
                self.send_signal(signal.SIGTERM)
            status = self.wait()
            assert status == 0, f"exit status {status}\n{self.stderr}"
        unexpected = unexpected_errors(self.stderr, self._expected_errors)
        assert not unexpected, f"{len(unexpected)} unexpected errors, first:\n{unexpected[0]}"

    def kill(self) -> None:
        """End the process, and the workers that it may have started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
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


def unexpected_errors(log: str, expected: Iterable[str]) -> list[str]:
    """The tracebacks in a log that hold none of the expected texts, and the alarms."""
    expected = list(expected)
    tracebacks = TRACEBACK.split(log)[1:]
    unexpected = [each for each in tracebacks if not any(text in each for text in expected)]
    alarms = [line for line in log.splitlines() if any(alarm in line for alarm in ALARMS)]
    return unexpected + alarms


class ServerEndedError(Exception):
    """The server ended before it accepted a connection."""

    def __init__(self, status: int, stderr: str) -> None:
        super().__init__(f"the server ended with status {status}\n{stderr}")
        self.status = status
        self.stderr = stderr


@dataclass(frozen=True)
class CommandLines:
    """How a server is started, with placeholders: a command line for each thing that tests vary.

    ``{app}`` is ``module:attribute``, and ``{app_dir}`` the folder of the module, which is on
    ``PYTHONPATH`` too.
    """

    tcp: str = PYRE + " --host 127.0.0.1 --port {port}"
    uds: str | None = PYRE + " --uds {uds}"
    root_path: str | None = tcp + " --root-path {root_path}"

    @classmethod
    def chosen(cls, config: pytest.Config) -> Self:
        """Those of the command line of pytest, or of this project's server."""
        tcp, uds, root_path = (
            config.getoption(name) for name in ("--server", "--server-uds", "--server-root-path")
        )
        return cls() if tcp is None else cls(tcp, uds, root_path)

    @property
    def are_ours(self) -> bool:
        """Whether they start this project's server."""
        return "pyre" in {Path(word).name for word in shlex.split(self.tcp)}


@dataclass(frozen=True)
class Launcher:
    """Starts servers with one set of command lines and of options."""

    command_lines: CommandLines = CommandLines()
    options: tuple[str, ...] = ()

    @contextlib.contextmanager
    def __call__(
        self, app: str, *options: str, app_dir: Path = APPS, uds: bool | str = False
    ) -> Iterator[Server]:
        """Serve ``app``, a ``module:attribute``, until the end of the ``with`` block.

        With ``uds`` it listens on a unix socket: at that path, or at one that nobody else uses.
        """
        with self.starting(app, *options, app_dir=app_dir, uds=uds) as server:
            server.wait_until_accepting()
            yield server
            server.stop()

    @contextlib.contextmanager
    def starting(
        self, app: str, *options: str, app_dir: Path = APPS, uds: bool | str = False
    ) -> Iterator[Server]:
        """Start a server, and neither wait until it accepts nor judge how it ends."""
        with tempfile.TemporaryDirectory(prefix="pyre-") as directory, reserved_port() as port:
            path = uds if isinstance(uds, str) else str(Path(directory, "socket"))
            values = {"app": app, "app_dir": str(app_dir), "port": str(port), "uds": path}
            template = self._offered("uds") if uds else self.command_lines.tcp
            words = [word.format_map(values) for word in shlex.split(template)]
            server = Server(
                [*words, *self.options, *options],
                path if uds else ("127.0.0.1", port),
                Path(directory),
                app_dir=app_dir,
                judged=self.command_lines.are_ours,
            )
            try:
                yield server
            finally:
                server.kill()

    def under(self, root_path: str) -> "Launcher":
        """The same, but applications are mounted at a path."""
        # The other placeholders are filled in later.
        template = self._offered("root_path").replace("{root_path}", root_path)
        return replace(self, command_lines=replace(self.command_lines, tcp=template))

    def _offered(self, variant: str) -> str:
        template: str | None = getattr(self.command_lines, variant)
        if template is None:
            not_offered(f"no command line for {variant}")
        return template


def not_offered(what: str) -> NoReturn:
    """End a test about something that a server may leave out, and this one does."""
    pytest.skip(f"not offered: {what}")


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


def environment(app_dir: Path, events: Path) -> dict[str, str]:
    """The environment of a server: warnings shown, and no setting that a server would obey.

    A busy machine may hold a loop for longer than a production system would.
    """
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PYRE_") and name not in {"WEB_CONCURRENCY", "FORWARDED_ALLOW_IPS"}
    }
    shown = {"PYTHONUNBUFFERED": "1", "PYTHONFAULTHANDLER": "1", "PYTHONWARNINGS": "default"}
    return {
        **inherited,
        **shown,
        "PYRE_WARN_BLOCKED_LOOP": "none",
        "PATH": joined(Path(sys.executable).parent, os.environ.get("PATH", os.defpath)),
        "PYTHONPATH": joined(*filter(None, [os.environ.get("PYTHONPATH")]), app_dir),
        EVENTS_FILE: str(events),
    }


def joined(*paths: Path | str) -> str:
    """A search path."""
    return os.pathsep.join(map(str, paths))
