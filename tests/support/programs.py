"""Programs that tests need and the project does not install; without one, a test is skipped."""

import os
import shutil
import subprocess

import pytest

from support.server import joined

PLACES = joined(os.environ.get("PATH", os.defpath), "/usr/sbin")
"""Where a distribution keeps servers too."""


def needed(*names: str) -> str:
    """The path of a program by the first of its names that is there."""
    for name in names:
        if path := shutil.which(name, path=PLACES):
            return path
    pytest.skip(f"{' or '.join(names)} is not installed")


def needed_clone() -> None:
    """For what is asked of git: a copy of the tree need not be a clone."""
    clone = subprocess.run([needed("git"), "rev-parse", "HEAD"], capture_output=True, check=False)
    if clone.returncode != 0:
        pytest.skip("this tree is no clone that git can read")
