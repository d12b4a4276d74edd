"""``make`` says what is missing and what has failed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from apps.documents import ROOT

STUB = """#!/bin/sh
echo "$2" >>{log}
case "{failing}" in *"$2"*) false; esac
"""
"""Stands for the ``make`` that runs a half, and fails for those that shall."""

MISSING = ("python3-venv", "gcc libc6-dev", "rustup.rs")

CHECK_TOOLS = ROOT / "scripts" / "check-tools"


@pytest.fixture
def make_test(tmp_path: Path):
    """Run ``make test``, of which only the verdict is real: halves that fail are named."""
    log = tmp_path / "log"

    def run(*failing: str) -> tuple[list[str], subprocess.CompletedProcess[str]]:
        stub = tmp_path / "make"
        stub.write_text(
            f'#!/bin/sh\necho "$2" >>{log}\ncase "{" ".join(failing)}" in *"$2"*) false; esac\n'
        )
        stub.chmod(0o755)
        command = ["make", "test", f"MAKE={stub}", f"PYTHON={sys.executable}"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        return log.read_text().split(), done

    return run


@pytest.mark.parametrize(
    ("failing", "verdict"),
    [
        (["test-rust"], "FAILED: the Rust tests;"),
        (["test-python"], "FAILED: the Python tests;"),
        (["test-rust", "test-python"], "FAILED: the Rust tests and the Python tests;"),
    ],
)
def test_both_halves_run_before_the_verdict(make_test, failing, verdict):
    halves, done = make_test(*failing)
    assert halves == ["test-rust", "test-python"]
    assert verdict in done.stderr
    assert done.returncode != 0


def test_both_halves_pass(make_test):
    halves, done = make_test()
    assert halves == ["test-rust", "test-python"]
    assert (done.stdout, done.returncode) == ("make test: all passed\n", 0)


def tools(folder: Path, *names: str) -> dict[str, str]:
    """An environment in which these tools are there, and what the script itself needs."""
    for name in ("mktemp", "rm", *names):
        folder.joinpath(name).symlink_to(shutil.which(name) or "/bin/false")
    return {**os.environ, "PATH": str(folder)}


@pytest.mark.parametrize(
    ("version", "present", "missing"),
    [
        ("", ("cc", "cargo"), ["python3-venv"]),
        ("3.13.0", ("cargo",), ["gcc libc6-dev"]),
        ("3.13.0", ("cc",), ["rustup.rs"]),
        ("", (), ["python3-venv", "gcc libc6-dev", "rustup.rs"]),
    ],
)
def test_one_line_names_all_that_is_missing(tmp_path, version, present, missing):
    # What stands for a compiler finds its own parts on PATH.
    environment = tools(tmp_path, *present, *(("as", "ld") if "cc" in present else ()))
    done = subprocess.run(
        ["/bin/sh", CHECK_TOOLS, version, ""],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    (line,) = done.stderr.splitlines()
    assert [
        each for each in ("python3-venv", "gcc libc6-dev", "rustup.rs") if each in line
    ] == missing
    assert done.returncode == 1


def test_nothing_is_missing_here():
    done = subprocess.run([CHECK_TOOLS, "3.13.0", ""], capture_output=True, check=False)
    assert (done.stderr, done.returncode) == (b"", 0)
