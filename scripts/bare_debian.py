"""Show that `make run` and `make test` work on a bare Debian, beside two other loads.

    sudo python3 scripts/bare_debian.py            # bookworm, then trixie
    sudo python3 scripts/bare_debian.py trixie

For each suite, debootstrap makes a root that has the packages README names and nothing else; the
Rust toolchain and what git knows of this tree are copied in. There `make run` has to give its first
answer, and `make test` has to pass. All of it happens in namespaces of its own, so that an
interrupt leaves no mount and no process behind.
"""

import contextlib
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import IO, NamedTuple, cast

ROOT = Path(__file__).resolve().parent.parent

SUITES = ("bookworm", "trixie")

TOOLS = ("debootstrap", "unshare", "git", "rustc")

LOADS = 2
"""Processes beside it that do nothing but use a CPU each."""

INSIDE = "--inside"
"""How this script calls itself in the namespaces."""

PACKAGES = re.compile(r"^\$ apt install (.+)$", re.MULTILINE)

NETWORK_FILES = ("/etc/resolv.conf", "/etc/hosts", "/etc/ssl/certs/ca-certificates.crt")
"""What a machine that reaches the registries by a way of its own has set up."""

PASSED_ON = re.compile(r"PIP_\w+|CARGO_(HTTP|NET|REGISTR)\w+|\w+_proxy", re.IGNORECASE)
"""The variables that say how registries are reached."""


class Outcome(NamedTuple):
    """What became of a command."""

    name: str
    is_green: bool
    seconds: float
    longest_silence: float

    def __str__(self) -> str:
        """The line of the verdict."""
        verdict = "green" if self.is_green else "RED"
        silence = f"never silent for more than {self.longest_silence:.0f} s"
        return f"{self.name}: {verdict} after {self.seconds:.0f} s, {silence}"


def main() -> int:
    """Try each suite of the command line; the exit status says whether all were green."""
    match sys.argv[1:]:
        case [argument, suite, root] if argument == INSIDE:
            return try_in(suite, Path(root))
        case _ if os.geteuid() != 0 or not all(map(shutil.which, TOOLS)):
            print(f"It has to be root that runs this, with {', '.join(TOOLS)}.", file=sys.stderr)
            return 2
        case arguments if not set(arguments) <= set(SUITES):
            print(f"usage: {Path(__file__).name} [{' '.join(SUITES)}]", file=sys.stderr)
            return 2
        case arguments:
            statuses = [try_suite(suite) for suite in arguments or SUITES]
            return max(statuses)


def try_suite(suite: str) -> int:
    """Call this script again where its mounts and processes end with it."""
    with tempfile.TemporaryDirectory(prefix=f"pyre-{suite}-", dir="/var/tmp") as root:
        namespaces = ["--mount", "--propagation", "private", "--pid", "--fork", "--kill-child"]
        script = [sys.executable, __file__, INSIDE, suite, root]
        return subprocess.run(["unshare", *namespaces, *script], check=False).returncode


def try_in(suite: str, root: Path) -> int:
    """Make the root, do both commands in it, and give the verdict."""
    make_root(suite, root)
    with other_loads():
        outcomes = [try_run(suite, root), try_test(suite, root)]
    for outcome in outcomes:
        print(outcome, flush=True)
    return 0 if all(outcome.is_green for outcome in outcomes) else 1


def make_root(suite: str, root: Path) -> None:
    """Make a minimal system, with the tree in /pyre and the toolchain in /rust."""
    (named,) = PACKAGES.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    packages = ",".join(named.split())
    print(f"== {suite}: debootstrap with {packages}", flush=True)
    bootstrap = ["debootstrap", "--variant=minbase", f"--include={packages}", suite, str(root)]
    subprocess.run(bootstrap, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["mount", "-t", "proc", "proc", root / "proc"], check=True)
    subprocess.run(["mount", "--rbind", "/dev", root / "dev"], check=True)
    for file in filter(os.path.exists, NETWORK_FILES):
        shutil.copy(file, root.joinpath(file[1:]))
    sysroot = subprocess.check_output(["rustc", "--print", "sysroot"], cwd=ROOT, text=True).strip()
    without_docs = shutil.ignore_patterns("doc", "man")
    shutil.copytree(sysroot, root / "rust", symlinks=True, ignore=without_docs)
    copy_cargo_settings(root / "root/.cargo")
    copy_tree(root / "pyre")


def copy_cargo_settings(home: Path) -> None:
    """Copy the settings by which cargo finds its registry, where there are any."""
    ours = Path(os.environ.get("CARGO_HOME", Path.home() / ".cargo"))
    home.mkdir()
    for name in ("config.toml", "config"):
        with contextlib.suppress(FileNotFoundError):
            shutil.copy(ours / name, home)


def copy_tree(target: Path) -> None:
    """Clone the repository, and copy what git knows of the tree as it is now."""
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", ROOT, target], check=True)
    names = subprocess.check_output(["git", "ls-files", "-z"], cwd=ROOT, text=True).split("\0")
    for name in filter(None, names):
        (target / name).unlink(missing_ok=True)
        if (ROOT / name).exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target / name, follow_symlinks=False)


@contextlib.contextmanager
def other_loads() -> Generator[None]:
    """Keep the machine busy."""
    with contextlib.ExitStack() as loads:
        for _ in range(LOADS):
            load = loads.enter_context(subprocess.Popen([sys.executable, "-c", "while True: pass"]))
            loads.callback(load.kill)
        yield


def try_run(suite: str, root: Path) -> Outcome:
    """Do `make run` until the server has answered."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    process = started(root, ["make", "run"], PYRE_PORT=str(port))
    return watched(f"{suite}: make run", process, lambda: answers(port))


def try_test(suite: str, root: Path) -> Outcome:
    """Do `make test` to its end."""
    return watched(f"{suite}: make test", started(root, ["make", "test"]))


def started(root: Path, command: list[str], **variables: str) -> subprocess.Popen[bytes]:
    """Start a command in the root, with nothing of this environment but the way to registries."""
    environment = {
        "HOME": "/root",
        "PATH": "/rust/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        **{name: value for name, value in os.environ.items() if PASSED_ON.fullmatch(name)},
        **variables,
    }
    return subprocess.Popen(
        ["chroot", root, "/bin/sh", "-c", 'cd /pyre && exec "$@"', "sh", *command],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        bufsize=0,
        start_new_session=True,
    )


def watched(
    name: str, process: subprocess.Popen[bytes], is_done: Callable[[], bool] = bool
) -> Outcome:
    """Pass the output on until the command ends, or until `is_done`, which is green too."""
    print(f"== {name}", flush=True)
    begin = last = time.monotonic()
    longest, done = 0.0, False
    output = cast("IO[bytes]", process.stdout)
    while not (done := is_done()):
        if select.select([output], [], [], 1)[0]:
            if not (data := output.read(65536)):
                break
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
            longest = max(longest, time.monotonic() - last)
            last = time.monotonic()
    if done:
        os.killpg(process.pid, signal.SIGTERM)
    status = process.wait()
    output.close()
    return Outcome(name, done or status == 0, time.monotonic() - begin, longest)


def answers(port: int) -> bool:
    """Whether there is a server whose answer is a success."""
    try:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
            return connection.recv(65536).startswith(b"HTTP/1.1 200 ")
    except OSError:
        return False


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
