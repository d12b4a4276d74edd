"""The hosts that serve each application, and all that they may differ in.

One table of tests runs on all of them with equal results. Where a host can't do what the
specification leaves to it, that follows from its ``capabilities``; where it can't know what the
specification asks for, because ASGI does not tell, the reason stands in ``lacks``.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from support.server import CommandLines, Launcher, Server

UVICORN = CommandLines(
    tcp="uvicorn {app} --host 127.0.0.1 --port {port}",
    uds="uvicorn {app} --uds {uds}",
    root_path=None,
)


@dataclass(frozen=True)
class Host:
    """A way to serve a PSGI application."""

    name: str
    adapter: str | None = None
    """What of ``apps/psgi_hosted.py`` makes an ASGI application of it, if that is served."""
    command_lines: CommandLines = field(default_factory=CommandLines)
    options: tuple[str, ...] = ()
    capabilities: frozenset[str] = frozenset({"file", "trailers", "informational"})
    lacks: Mapping[str, str] = field(default_factory=dict)
    """What tests may need (``pytest.mark.needs``), and why it is not there."""

    def serve(
        self, app: str, *options: str, uds: bool = False
    ) -> AbstractContextManager[Server, bool | None]:
        """Serve ``app``, the ``module:attribute`` of a PSGI application."""
        return self.launcher(self.hosted(app), *options, uds=uds)

    def starting(self, app: str) -> AbstractContextManager[Server, bool | None]:
        """Start a server, and neither wait until it accepts nor judge how it ends."""
        return self.launcher.starting(self.hosted(app))

    @property
    def launcher(self) -> Launcher:
        return Launcher(self.command_lines, self.options)

    def hosted(self, app: str) -> str:
        """The ``module:attribute`` that the server is started with."""
        if self.adapter is None:
            return app
        return f"psgi_hosted:{self.adapter}__{app.replace(':', '__')}"


def native(loop: str) -> Host:
    """Our server, serving the application itself."""
    return Host(f"native-{loop}", options=("--interface", "psgi", "--loop", loop))


OF_ASGI = {
    "any-interim-response": "ASGI has early hints only, and they have links only",
    "early-heads": "the adapter keeps the head of a stream until its first piece",
    "forms-of-target": "ASGI does not tell the target: neither its form, nor an empty query",
    "refusals": "ASGI tells of a body that the server has refused by `http.disconnect`",
    "trailers-of-requests": "ASGI has no message for them",
}

OF_ASGI_ON_OUR_SERVER = OF_ASGI | {
    "handshakes": "as an ASGI server without WebSocket, ours refuses handshakes by itself",
}

OF_UVICORN = OF_ASGI | {
    "authority-of-target": "uvicorn leaves `Host` as it is when the target has another authority",
    "code-of-leaving": "uvicorn tells 1005 where a peer has left without closing",
    "half-close": "uvicorn leaves a peer that has ended its side without an answer",
    "limits-of-bodies": "uvicorn has none",
    "resets": "uvicorn ends a connection as if the response was whole",
    "statuses-from-600": "uvicorn has no status lines for them",
    "streams-to-1.0": "uvicorn sends chunks to HTTP/1.0",
    "versions-of-handshakes": "uvicorn takes a handshake of HTTP/1.0 for one",
}

HOSTS = [
    native("asyncio"),
    native("uvloop"),
    Host("to_asgi", "to_asgi", lacks=OF_ASGI_ON_OUR_SERVER),
    Host(
        "to_asgi-uvicorn",
        "to_asgi",
        UVICORN,
        capabilities=frozenset({"websocket"}),
        lacks=OF_UVICORN,
    ),
    Host(
        "round_trip",
        "round_trip",
        options=("--loop", "asyncio"),
        lacks=OF_ASGI_ON_OUR_SERVER,
    ),
]
