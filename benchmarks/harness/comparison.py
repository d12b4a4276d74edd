"""Two commits of ours, sample by sample side by side: whether a change has made it slower."""

import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import IO

from harness.environments import BASE, VENVS, find
from harness.environments import ROOT as TREE
from harness.errors import BenchmarkError
from harness.machine import commit_of
from harness.peers import Peer, known_peers
from harness.results import Table
from harness.spread import FEWEST, Figure, divided

# What the machine can't tell apart even with many samples.
NOISE = 0.02

WORKLOADS = ("hello", "latency", "headers", "echo", "stream", "framework")

# Who answers: each workload asks for what exactly one of them offers.
OURS = ("pyre", "pyre-log", "pyre-2", "pyre.framework on pyre", "session changed")


class Judgement(StrEnum):
    """What a comparison says."""

    SLOWER = "slower"
    FASTER = "faster"
    SAME = "the same"
    UNDECIDED = "undecided: too few rounds without steal time"


@dataclass(frozen=True)
class Change:
    """How the main figure of a workload has changed: the tree divided by the base.

    `quiet` is the number of rounds that nothing disturbed.
    """

    table: Table
    ratio: Figure
    quiet: int

    @property
    def judgement(self) -> Judgement:
        """Judge by the median, which has to be beyond the noise and twice the spread.

        Of the nine rounds that are usual, that is three standard errors.
        """
        if self.quiet < FEWEST:
            return Judgement.UNDECIDED
        difference = self.ratio.median - 1
        if abs(difference) <= max(NOISE, 2 * self.ratio.spread):
            return Judgement.SAME
        is_worse = (difference > 0) == self.table.main.lower_is_better
        return Judgement.SLOWER if is_worse else Judgement.FASTER


def change(table: Table) -> Change | None:
    """Compare two rows round by round: what slows the machine down slows two neighbours down.

    A round in which one of the two was disturbed says nothing, unless all were.
    """
    if len(table.rows) != 2:  # noqa: PLR2004 - one of the two is absent
        return None
    base, tree = table.rows
    rounds = list(zip(base.samples, tree.samples, strict=True))
    quiet = [pair for pair in rounds if not any(sample.is_disturbed for sample in pair)]
    name = table.main.name
    ratios = [divided(after.values[name], before.values[name]) for before, after in quiet or rounds]
    return Change(table, Figure.of(ratios), len(quiet))


def peers(base: str, scratch: Path) -> Sequence[Peer]:
    """The base and the tree, each in an environment of its own; one of OURS answers a workload."""
    known = known_peers(scratch)
    trees = [replace(known[name], name=f"{commit_of()} (tree)") for name in OURS]
    command, name, build = str(BASE.bin / "pyre"), commit_of(base), partial(install, base)
    bases = [
        replace(tree, name=name, command=(command, *tree.command[1:]), build=build)
        for tree in trees
    ]
    return [*bases, *trees]


def install(revision: str) -> None:
    """Install a commit. An archive of it, as a work tree would be left behind in the repository."""
    find("git")
    with tempfile.TemporaryFile() as archive:
        command = ["git", "archive", "--format=tar", revision]
        if subprocess.run(command, cwd=TREE, stdout=archive, check=False).returncode != 0:
            raise BenchmarkError(f"there is no commit {revision}")
        archive.seek(0)
        BASE.install(unpacked(archive))


def unpacked(archive: IO[bytes]) -> Path:
    """Unpack always to the same place: cargo builds again only what differs from the last base."""
    source = VENVS / "base-source"
    shutil.rmtree(source / "crates", ignore_errors=True)
    shutil.rmtree(source / "python", ignore_errors=True)
    with tarfile.open(fileobj=archive) as files:
        files.extractall(source, filter="data")
    return source
