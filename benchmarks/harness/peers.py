"""The servers under test: how each is built and started, and what it can be asked."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from harness import environments
from harness.environments import BENCHMARKS, PEERS, ROBYN, TARGET
from harness.results import Side

APPS = str(BENCHMARKS / "apps")
SITES = str(BENCHMARKS / "frameworks")

# What a workload asks for, and a peer offers.
HELLO = frozenset({"hello"})
FILE = frozenset({"file"})
ACCESS_LOG = frozenset({"access log"})
ROUTE = frozenset({"route"})
FRAMEWORK = ROUTE | {"orders"}
SESSION = frozenset({"session"})
WORKERS = frozenset({"workers"})
PLAIN = HELLO | {"headers", "stream"}
EVERYTHING = PLAIN | FILE | {"echo", "sleep", "stalled"}

IDLE = "300"
# Idle connections of the memory workload have to outlive it, and to be let in.
MANY = "16384"


@dataclass(frozen=True)
class Peer:
    """A server that listens on `{port}` of 127.0.0.1 when `command` is run.

    `build` makes what the command runs. `group` says with whom it can be compared: the interface,
    or the framework, that the application uses. The first answer is asked for at `probe`.
    """

    name: str
    command: tuple[str, ...]
    build: Callable[[], None]
    offers: frozenset[str] = EVERYTHING
    side: Side = Side.PEER
    group: str = "ASGI"
    probe: str = "/"
    cpus: int = 1
    variables: Mapping[str, str] = field(default_factory=dict[str, str])


def known_peers(scratch: Path) -> dict[str, Peer]:
    """Name every peer; files that they write go to `scratch`."""
    log = str(scratch / "access.log")
    peers = [
        fixed_answer(),
        *ours(),
        *asgi_servers(),
        *other_interfaces(),
        *with_access_log(log),
        *with_two_workers(),
        *frameworks(),
        *with_sessions(),
        nginx(scratch),
    ]
    return {peer.name: peer for peer in peers}


def fixed_answer() -> Peer:
    """The reactor of ours without Python."""
    program = str(TARGET / "release" / "examples" / "fixed_answer")
    command = (program, "--port", "{port}")
    build = environments.build_fixed_answer
    return Peer("fixed_answer", command, build, HELLO | ROUTE, Side.REFERENCE, "no Python")


def nginx(scratch: Path) -> Peer:
    """A file server in C, which needs no Python either."""
    program = str(Path(__file__).with_name("nginx.py"))
    command = (sys.executable, program, str(scratch), "--port", "{port}")
    return Peer("nginx", command, environments.find_nginx, FILE, Side.REFERENCE, "no Python")


def pyre(
    *options: str, app: str = "asgi_app:app", folder: str = APPS, log: str | None = None
) -> tuple[str, ...]:
    """The command line of ours."""
    logging = ("--access-log-file", log) if log else ("--no-access-log",)
    return (
        *(str(PEERS.bin / "pyre"), app, "--app-dir", folder, "--port", "{port}"),
        *("--log-level", "warning", "--timeout-keep-alive", IDLE, *logging, *options),
    )


def uvicorn(
    *options: str, app: str = "asgi_app:app", folder: str = APPS, log: bool = False
) -> tuple[str, ...]:
    """The command line of uvicorn with its C parser."""
    logging = () if log else ("--no-access-log", "--log-level", "warning")
    return (
        *(str(PEERS.bin / "uvicorn"), app, "--app-dir", folder, "--port", "{port}"),
        *("--loop", "uvloop", "--http", "httptools", "--timeout-keep-alive", IDLE),
        *(*logging, *options),
    )


def granian(
    *options: str, app: str = "asgi_app:app", folder: str = APPS, interface: str = "asgi"
) -> tuple[str, ...]:
    """The command line of Granian: one worker with one thread, as its own benchmarks have it."""
    return (
        *(str(PEERS.bin / "granian"), app, "--working-dir", folder, "--port", "{port}"),
        *("--interface", interface, "--loop", "uvloop", "--runtime-threads", "1"),
        *("--backlog", MANY, "--backpressure", MANY, "--log-level", "warning", *options),
    )


def ours() -> list[Peer]:
    """Pyre, by interface."""
    loop = ("--loop", "uvloop")
    psgi = ("--interface", "psgi", *loop)
    build = PEERS.install_tree
    coroutine, plain = pyre(*psgi, app="psgi_app:app"), pyre(*psgi, app="psgi_app:plain")
    return [
        Peer("pyre", pyre(*loop), build, side=Side.OURS),
        Peer("pyre-psgi", coroutine, build, side=Side.OURS, group="own interface"),
        Peer("pyre-psgi-plain", plain, build, PLAIN | FILE, Side.OURS, "plain function"),
    ]


def asgi_servers() -> list[Peer]:
    """The servers that run the same ASGI application."""
    hypercorn = (
        *(str(PEERS.bin / "hypercorn"), "asgi_app:app", "--bind", "127.0.0.1:{port}"),
        *("--worker-class", "uvloop", "--keep-alive", IDLE, "--log-level", "warning"),
    )
    gunicorn = (
        *(str(PEERS.bin / "gunicorn"), "asgi_app:app", "--bind", "127.0.0.1:{port}"),
        *("--worker-class", "asgi", "--asgi-loop", "uvloop", "--worker-connections", MANY),
        *("--keep-alive", IDLE, "--log-level", "warning"),
    )
    return [
        Peer("uvicorn", uvicorn(), PEERS.create),
        Peer("granian", granian(), PEERS.create),
        Peer("hypercorn", hypercorn, PEERS.create),
        Peer("gunicorn", gunicorn, PEERS.create),
        Peer("fastpysgi", fastpysgi("asgi_app:app"), PEERS.create),
    ]


def other_interfaces() -> list[Peer]:
    """Peers that have something faster than ASGI."""
    rsgi = granian(app="rsgi_app:app", interface="rsgi")
    wsgi = fastpysgi("wsgi_app:app")
    without_file = PLAIN | {"echo"}
    return [
        Peer("granian-rsgi", rsgi, PEERS.create, group="own interface"),
        Peer("fastpysgi-wsgi", wsgi, PEERS.create, without_file, group="plain function"),
    ]


def fastpysgi(app: str) -> tuple[str, ...]:
    """The command line of FastPySGI, which has no option for the loop."""
    return (
        *(str(PEERS.bin / "fastpysgi"), app, "--host", "127.0.0.1", "--port", "{port}"),
        *("--loglevel", "1"),
    )


def with_access_log(log: str) -> list[Peer]:
    """The servers that can log each request, to a file as a deployment would."""
    ours = pyre("--loop", "uvloop", log=log)
    offers = ACCESS_LOG
    to_stdout = granian("--access-log", "--log-level", "info")
    return [
        Peer("pyre-log", ours, PEERS.install_tree, offers, Side.OURS),
        Peer("uvicorn-log", uvicorn(log=True), PEERS.create, offers),
        Peer("granian-log", to_stdout, PEERS.create, offers),
    ]


def with_two_workers() -> list[Peer]:
    """The servers that can use more than one CPU."""
    two = ("--workers", "2")
    build, offers = PEERS.create, WORKERS
    return [
        Peer("pyre-2", pyre(*two), PEERS.install_tree, offers, Side.OURS, cpus=2),
        Peer("uvicorn-2", uvicorn(*two), build, offers, cpus=2),
        Peer("granian-2", granian(*two), build, offers, cpus=2),
    ]


def frameworks() -> list[Peer]:
    """Frameworks: ours, those for ASGI on ours and on uvicorn, the others on what they bring."""
    sites = ("FastAPI", "Starlette", "Litestar", "Falcon", "BlackSheep")
    rows = [row for site in sites for row in framework_on_both(site)]
    emmett55 = granian(app="emmett55_site:app", folder=SITES, interface="rsgi")
    robyn = (str(ROBYN.bin / "python"), f"{SITES}/robyn_site.py", "--log-level", "WARN")
    own = "own framework"
    return [
        *own_framework(),
        *rows,
        site("Emmett55 on granian", emmett55, PEERS.create, own),
        site("Robyn", robyn, ROBYN.create, own, {"ROBYN_PORT": "{port}"}),
    ]


def own_framework() -> list[Peer]:
    """Our framework on both, and behind two layers of middleware that do nothing."""
    name, build = "pyre.framework", PEERS.install_tree
    layered = pyre("--loop", "uvloop", app="pyre_site:layered", folder=SITES)
    on_ours, on_uvicorn = framework_on_both("pyre")
    return [
        replace(on_ours, name=f"{name} on pyre", group=name),
        Peer(f"{name}, two layers", layered, build, ROUTE, Side.OURS, name, "/hello/world"),
        replace(on_uvicorn, name=f"{name} on uvicorn", build=build, side=Side.OURS, group=name),
    ]


def framework_on_both(name: str) -> tuple[Peer, Peer]:
    """The same site on ours and on uvicorn."""
    app = f"{name.lower()}_site:app"
    ours = pyre("--loop", "uvloop", app=app, folder=SITES)
    return (
        site(f"{name} on pyre", ours, PEERS.install_tree, name),
        site(f"{name} on uvicorn", uvicorn(app=app, folder=SITES), PEERS.create, name),
    )


def with_sessions() -> list[Peer]:
    """What a session costs. A group is what is done to it."""
    acts = ("untouched", "read", "changed")
    rows = [session_site("no sessions", "without", "no sessions")]
    rows += [session_site(f"session {act}", act, act) for act in acts]
    rows += [session_site(f"session in memory {act}", f"{act}_in_memory", act) for act in acts]
    rows += [starlette_session("no sessions", "without", "no sessions")]
    rows += [starlette_session(f"session {act}", act, act) for act in acts]
    return rows


def session_site(name: str, app: str, group: str) -> Peer:
    """One of ours, on ours."""
    command = pyre("--loop", "uvloop", app=f"pyre_sessions:{app}", folder=SITES)
    return Peer(name, command, PEERS.install_tree, SESSION, Side.OURS, group)


def starlette_session(name: str, app: str, group: str) -> Peer:
    """One of Starlette's, on uvicorn."""
    command = uvicorn(app=f"starlette_sessions:{app}", folder=SITES)
    return Peer(f"Starlette {name}", command, PEERS.create, SESSION, group=group)


def site(
    name: str,
    command: tuple[str, ...],
    build: Callable[[], None],
    group: str,
    variables: Mapping[str, str] | None = None,
) -> Peer:
    """A row of the framework workloads."""
    side = Side.OURS if name.endswith(" on pyre") else Side.PEER
    probe = "/hello/world"
    return Peer(name, command, build, FRAMEWORK, side, group, probe, variables=variables or {})
