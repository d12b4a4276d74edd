"""The hosts that serve each application of the framework, and what they may lack.

One table of tests runs on all of them with equal results. What a host can't do stands in ``lacks``,
with its reason: ``pytest.mark.needs`` leaves a test out there.
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from support.server import CommandLines, Launcher, ServerEndedError

from framework.in_process import in_process
from framework.sites import NetworkSite, Site, StartError


class Serve(Protocol):
    """Serves the application that a ``module:attribute`` of ``tests/apps`` names.

    Raises ``StartError`` when it can't be started.
    """

    def __call__(self, app: str, /) -> AbstractContextManager[Site, bool | None]: ...


@dataclass(frozen=True)
class Host:
    """A way to serve an application."""

    name: str
    serve: Serve
    lacks: Mapping[str, str] = field(default_factory=dict)
    """What tests may need, and why it is not there."""


def ours(*options: str) -> Serve:
    """Our server."""
    return by(CommandLines(), *options)


def by(command_lines: CommandLines, *options: str) -> Serve:
    """A server in a process of its own, for each site."""
    launcher = Launcher(command_lines, options)

    @contextmanager
    def serve(app: str, /) -> Iterator[Site]:
        with launcher.starting(app) as server:
            try:
                server.wait_until_accepting()
            except ServerEndedError as error:
                raise StartError(server.log) from error
            yield NetworkSite(server)
            server.stop()

    return serve


def theirs(command: str) -> Serve:
    """Another server."""
    return by(CommandLines(tcp=command, uds=None, root_path=None))


OF_OUR_SERVER = {"websocket": "our server has no WebSocket yet"}

OF_UVICORN = {
    "code-of-leaving": "uvicorn tells 1005 where a peer has left without closing",
    "informational": "uvicorn has early hints in HTTP/2 only",
}

OF_HYPERCORN = {
    "codes-of-peers": "Hypercorn tells 1006 whatever code a peer closes with",
    "informational": "Hypercorn has early hints in HTTP/2 only",
}

OF_GRANIAN = {
    "closing-while-receiving": "Granian sends no close frame while a task waits for a message",
    "code-of-leaving": "Granian tells 1005 where a peer has left without closing",
    "informational": "Granian has no early hints",
    "fields-of-handshakes": "Granian drops the header fields of `websocket.accept`",
}

HOSTS = [
    Host("in-process", in_process, {"sockets": "in process there are none"}),
    Host("psgi-asyncio", ours("--interface", "psgi", "--loop", "asyncio"), OF_OUR_SERVER),
    Host("psgi-uvloop", ours("--interface", "psgi", "--loop", "uvloop"), OF_OUR_SERVER),
    Host("asgi", ours("--interface", "asgi"), OF_OUR_SERVER),
    Host("uvicorn", theirs("uvicorn {app} --host 127.0.0.1 --port {port}"), OF_UVICORN),
    Host("hypercorn", theirs("hypercorn {app} --workers 0 --bind 127.0.0.1:{port}"), OF_HYPERCORN),
    Host(
        "granian",
        theirs("granian --interface asgi --host 127.0.0.1 --port {port} {app}"),
        OF_GRANIAN,
    ),
]
