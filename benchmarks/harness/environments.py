"""Where servers come from: virtual environments of their own, cargo, and the system."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.errors import BenchmarkError

ROOT = Path(__file__).resolve().parents[2]
BENCHMARKS = ROOT / "benchmarks"
VENVS = ROOT / ".venv-bench"
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))

# Where Debian has the tools that pip and cargo don't bring.
PACKAGES = {"wrk": "wrk", "nginx": "nginx-light", "taskset": "util-linux"}


@dataclass(frozen=True)
class Venv:
    """A virtual environment that is made when it is first used."""

    name: str
    requirements: str

    @property
    def bin(self) -> Path:
        """Where its programs are."""
        return VENVS / self.name / "bin"

    def create(self) -> None:
        """Make it, anew when the interpreter has changed, and install what is pinned."""
        stamp = VENVS / self.name / f"cpython-{sys.version.split()[0]}"
        if not stamp.exists():
            run(sys.executable, "-m", "venv", "--clear", str(stamp.parent))
            stamp.touch()
        requirements = ROOT / "requirements" / self.requirements
        try:
            self.pip("install", "--quiet", "--requirement", str(requirements))
        except BenchmarkError:
            # One package that can't be built here must not cost the others.
            self._install_each(requirements)

    def install(self, source: Path) -> None:
        """Build a source tree of ours as a release wheel, and install it."""
        self.create()
        path = f"{self.bin}{os.pathsep}{os.environ['PATH']}"
        self.pip("install", "--quiet", "--no-build-isolation", str(source), PATH=path)

    def install_tree(self) -> None:
        """Build and install the tree that this file is in."""
        self.install(ROOT)

    def versions(self) -> dict[str, str]:
        """Name what is installed."""
        if not self.bin.exists():
            return {}
        listed = subprocess.run(
            [str(self.bin / "pip"), "list", "--format=json"], check=False, capture_output=True
        )
        packages: list[dict[str, str]] = json.loads(listed.stdout or "[]")
        return {package["name"].lower(): package["version"] for package in packages}

    def pip(self, *arguments: str, **variables: str) -> None:
        """Run its pip."""
        quiet = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", **variables}
        run(str(self.bin / "pip"), *arguments, variables=quiet)

    def _install_each(self, requirements: Path) -> None:
        for line in requirements.read_text().splitlines():
            requirement = line.partition("#")[0].strip()
            if not requirement:
                continue
            option, _, included = requirement.rpartition(" ")
            argument = str(requirements.parent / included) if option else requirement
            try:
                self.pip("install", "--quiet", *option.split(), argument)
            except BenchmarkError as error:
                print(error, file=sys.stderr)


PEERS = Venv("peers", "bench.txt")
# Robyn pins a uvloop that the others have left behind.
ROBYN = Venv("robyn", "bench-robyn.txt")
BASE = Venv("base", "bench.txt")


def build_fixed_answer() -> None:
    """Build the example that answers without Python."""
    cargo("--package", "pyre-runtime", "--example", "fixed_answer")


def build_open_loop() -> None:
    """Build the load generator that keeps to a rate."""
    cargo("--package", "pyre-load")


def cargo(*selection: str) -> None:
    """Build something of this workspace."""
    run("cargo", "build", "--release", "--quiet", *selection)


def find(tool: str) -> None:
    """Look that a tool of the system is there, or say how to install it."""
    if shutil.which(tool) is None:
        hint = f": apt-get install {PACKAGES[tool]}" if tool in PACKAGES else ""
        raise BenchmarkError(f"{tool} is not installed{hint}")


def find_nginx() -> None:
    """Look that nginx is there."""
    find("nginx")


def run(*command: str, variables: Mapping[str, str] | None = None) -> None:
    """Run a step that speaks only when it fails."""
    find(command[0])
    environment = {**os.environ, **(variables or {})}
    if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode != 0:
        raise BenchmarkError(f"failed: {' '.join(command)}")
