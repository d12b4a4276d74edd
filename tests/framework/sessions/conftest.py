"""Redis on a port of its own, and a store of each kind."""

import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pyre.framework.sessions import MemoryStore, RedisStore, SessionStore
from support.programs import needed
from support.waiting import PATIENCE, wait_for

MakeStore = Callable[[], SessionStore | None]


class Redis:
    """A server of Redis or Valkey that keeps nothing on disk."""

    def __init__(self, program: str, directory: Path) -> None:
        with socket.socket() as probe:  # it can't be handed a socket
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self._command = [
            program,
            *("--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(directory)),
            *("--save", "", "--appendonly", "no", "--logfile", str(directory / "log")),
        ]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start, unless it runs, and wait until it answers."""
        if self._process is None:
            self._process = subprocess.Popen(self._command)
            wait_for(self._answers, "Redis to answer")

    def stop(self) -> None:
        """Stop; its connections are closed, and new ones refused."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def ask(self, *words: str) -> bytes:
        """The reply to a command, in RESP."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as connection:
            connection.sendall(" ".join(words).encode() + b"\r\n")
            return connection.recv(65536)

    def _answers(self) -> bool:
        try:
            return self.ask("PING") == b"+PONG\r\n"
        except OSError:
            return False


@pytest.fixture(scope="session")
def redis_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    program = needed("redis-server", "valkey-server")
    redis = Redis(program, tmp_path_factory.mktemp("redis"))
    yield redis
    redis.stop()


@pytest.fixture
def redis(redis_process: Redis) -> Redis:
    """A server that runs, is empty, and has counted nothing."""
    redis_process.start()
    redis_process.ask("FLUSHALL")
    redis_process.ask("CONFIG", "RESETSTAT")
    return redis_process


@pytest.fixture(params=["memory", "redis"])
def make_store(request: pytest.FixtureRequest) -> MakeStore:
    """Makes a store, for a loop that it is used in."""
    if request.param == "memory":
        return MemoryStore
    redis = request.getfixturevalue("redis")
    return lambda: RedisStore(redis.url)


@pytest.fixture(params=["cookies", "memory", "redis"])
def make_any(request: pytest.FixtureRequest) -> MakeStore:
    """The same, or nothing."""
    match request.param:
        case "cookies":
            return lambda: None
        case "memory":
            return MemoryStore
        case _:
            redis = request.getfixturevalue("redis")
            return lambda: RedisStore(redis.url)
