"""The steps of ``make`` show what they do, and are never silent for long."""

import os
import pty
import subprocess
import sys

import run_step
from apps.documents import ROOT

STEP = [sys.executable, str(ROOT / "scripts" / "run_step.py"), "Do it"]

PRINTS = "import sys; print('one', flush=True); print('two', file=sys.stderr); sys.exit(7)"


def test_output_is_passed_on_and_the_status_is_the_commands():
    done = subprocess.run(
        [*STEP, sys.executable, "-c", PRINTS], capture_output=True, text=True, check=False
    )
    assert done.stdout == "== Do it\none\ntwo\n"
    assert done.stderr == "== Do it: failed with status 7\n"
    assert done.returncode == 7


def test_a_command_that_is_killed_fails():
    command = [sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"]
    assert subprocess.run([*STEP, *command], capture_output=True, check=False).returncode == 137


SILENT = """
import pathlib
print("half", end="", flush=True)
pathlib.Path({begun!r}).touch()
while not pathlib.Path({heard!r}).exists():
    pass
print("whole")
"""


def test_a_silent_command_is_spoken_for(monkeypatch, capfdbinary, tmp_path):
    """Also in the middle of a line. It goes on when there have been two lines about it."""
    flag, heard = tmp_path / "begun", tmp_path / "heard"
    source = SILENT.format(begun=str(flag), heard=str(heard))
    lines_since = 0

    def print_and_listen(*arguments, **options):
        nonlocal lines_since
        print(*arguments, **options)  # noqa: T201 - it overhears the line, and passes it on
        lines_since += flag.exists()
        if lines_since > 2:
            heard.touch()

    monkeypatch.setattr(run_step, "SILENCE", 0.01)
    monkeypatch.setattr(run_step, "print", print_and_listen, raising=False)
    monkeypatch.setattr(sys, "argv", ["run_step.py", "Do it", sys.executable, "-c", source])
    assert run_step.main() == 0
    lines = capfdbinary.readouterr().out.decode().splitlines()
    begun, ended = lines.index("half"), lines.index("whole")
    assert lines[0] == "== Do it"
    assert ended > begun + 2
    assert all(line.startswith("== Do it: ") for line in lines[begun + 1 : ended])


def test_on_a_terminal_the_command_has_one_too():
    source = "import os, sys; print([each.isatty() for each in (sys.stdout, sys.stderr)])"
    ours, its = pty.openpty()
    with subprocess.Popen([*STEP, sys.executable, "-c", source], stdout=its) as process:
        os.close(its)
        shown = b""
        while data := run_step.read(ours):
            shown += data
    os.close(ours)
    assert shown.decode().split() == ["==", "Do", "it", "[True,", "True]"]
    assert process.returncode == 0
