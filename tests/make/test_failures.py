"""A failed test is named when it fails, not only in the summary at the end."""

import subprocess
import sys

import pytest
from apps.documents import ROOT

CONFTEST = """
import sys
import pytest
sys.path.insert(0, {tests!r})
from support.failures import FailureNames

@pytest.hookimpl(trylast=True)
def pytest_configure(config):
    if terminal := config.pluginmanager.get_plugin("terminalreporter"):
        config.pluginmanager.register(FailureNames(terminal))
"""

TESTS = """
import pytest

def test_passes(): pass

def test_fails(): assert 1 == 2, "because\\nof this"

@pytest.fixture
def broken(): raise OSError("no disk")

def test_has_no_fixture(broken): pass

def test_passes_too(): pass
"""


@pytest.mark.parametrize("options", [(), ("--numprocesses", "1")], ids=["one", "several"])
def test_a_failure_is_named_at_once(tmp_path, options):
    tmp_path.joinpath("pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    tmp_path.joinpath("conftest.py").write_text(
        CONFTEST.format(tests=str(ROOT / "tests")), encoding="utf-8"
    )
    tmp_path.joinpath("test_it.py").write_text(TESTS, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "--tb=no", "--no-summary", *options]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    lines = done.stdout.splitlines()
    failed = lines.index("FAILED test_it.py::test_fails: AssertionError: because")
    broken = lines.index("ERROR at setup of test_it.py::test_has_no_fixture: OSError: no disk")
    assert failed < broken < len(lines) - 1
