import contextlib
import inspect
import os
import signal
import subprocess
import sys

import pyre
import pytest
from pyre.server.config import Config
from pyre.server.errors import ConfigError
from support.waiting import PATIENCE

from server.conftest import ECHO_APP

needs_posix_signals = pytest.mark.skipif(os.name != "posix", reason="sends SIGINT to a process")


@pytest.fixture
def start_pyre(tmp_path, environment):
    """Start the command in the test's directory; it has gone when the test ends."""
    with contextlib.ExitStack() as processes:

        def start(*arguments):
            process = processes.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "pyre", *arguments],
                    cwd=tmp_path,
                    env=environment | {"PYTHONUNBUFFERED": "1"},
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                )
            )
            processes.callback(process.kill)
            return process

        yield start


@needs_posix_signals
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_a_clean_stop(start_pyre, tmp_path, number):
    tmp_path.joinpath("main.py").write_text(ECHO_APP, encoding="utf-8")
    process = start_pyre("main:app", "--port", "0")
    announcement = process.stderr.readline()
    assert announcement.startswith("Pyre ")
    assert " serves main:app on http://127.0.0.1:" in announcement
    process.send_signal(number)
    assert process.communicate(timeout=PATIENCE)[1] == ""
    assert process.returncode == 0


@needs_posix_signals
def test_an_interrupt_ends_an_import_that_hangs(start_pyre, tmp_path):
    source = "import threading\nprint('importing')\nthreading.Event().wait()\n"
    tmp_path.joinpath("main.py").write_text(source, encoding="utf-8")
    process = start_pyre("main:app", "--port", "0")
    assert process.stdout.readline() == "importing\n"
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=PATIENCE)[1] == ""
    assert process.returncode == 130


ASGI_REPORTER = """
import sys
async def app(scope, receive, send):
    print("loaded:", *sorted({"encodings.idna", "ipaddress", "platform"} & sys.modules.keys()))
"""
PSGI_REPORTER = """
import sys
from pyre import psgi
class App:
    def __psgi__(self, request):
        return psgi.Response(200)
    def __psgi_lifespan__(self, state):
        adapters = {"pyre.psgi.asgi_guest", "pyre.psgi.asgi_host"}
        print("loaded:", *sorted(adapters & sys.modules.keys()))
        raise RuntimeError
app = App()
"""


@pytest.mark.skipif(sys.version_info < (3, 13), reason="click and urllib load them there")
@pytest.mark.parametrize("source", [ASGI_REPORTER, PSGI_REPORTER], ids=["asgi", "psgi"])
def test_a_start_does_not_load_what_it_has_no_use_for(start_pyre, tmp_path, source):
    tmp_path.joinpath("main.py").write_text(source, encoding="utf-8")
    process = start_pyre("main:app", "--port", "0", "--loop", "asyncio")
    assert process.stdout.readline() == "loaded:\n"


@pytest.mark.parametrize(
    ("call", "shown"),
    [
        ("sys.exit()", "sys.exit()"),
        ("sys.exit(0)", "sys.exit(0)"),
        ("sys.exit(5)", "sys.exit(5)"),
        ("sys.exit('no settings')", "sys.exit('no settings')"),
        ("sys.exit([])", "sys.exit(list)"),
        ("raise SystemExit(7)", "sys.exit(7)"),
    ],
)
def test_a_module_that_exits_has_failed_to_import(run_pyre, tmp_path, call, shown):
    tmp_path.joinpath("main.py").write_text(f"import sys\n{call}", encoding="utf-8")
    result = run_pyre("main:app")
    assert result.returncode == 3
    assert result.stderr == f"pyre: importing 'main' called {shown}, at main.py:2\n"


def test_a_module_that_parses_the_command_line_is_named(run_pyre, tmp_path):
    source = "import argparse\nargparse.ArgumentParser().parse_args()"
    tmp_path.joinpath("main.py").write_text(source, encoding="utf-8")
    result = run_pyre("main:app", "--port", "0")
    assert result.returncode == 3
    last = result.stderr.splitlines()[-1]
    assert last == "pyre: importing 'main' called sys.exit(2), at main.py:2"


def test_a_factory_that_exits_has_failed(run_pyre, tmp_path):
    source = "import sys\ndef create():\n    sys.exit('no settings')\n"
    tmp_path.joinpath("main.py").write_text(source, encoding="utf-8")
    result = run_pyre("main:create", "--factory")
    assert result.returncode == 3
    assert result.stderr == (
        "pyre: calling the factory main:create called sys.exit('no settings'),"
        " at create (main.py:3)\n"
    )


@pytest.mark.parametrize(("name", "status"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_a_signal_in_the_import_keeps_its_status(run_pyre, tmp_path, name, status):
    source = f"import signal\nsignal.raise_signal(signal.{name})"
    tmp_path.joinpath("main.py").write_text(source, encoding="utf-8")
    result = run_pyre("main:app", "--port", "0")
    assert (result.returncode, result.stderr) == (status, "")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_child_that_a_module_forks_exits_with_its_own_status(run_pyre, tmp_path):
    source = """
import os, sys
child = os.fork()
if not child:
    sys.exit(5)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
sys.exit()
"""
    tmp_path.joinpath("main.py").write_text(source, encoding="utf-8")
    assert run_pyre("main:app", "--port", "0").stdout == "5\n"


@pytest.mark.parametrize("sabotage", ["sys.stderr.close()", "sys.stderr = None"])
def test_a_failed_import_is_explained_also_without_its_stream(run_pyre, tmp_path, sabotage):
    source = f"import sys\n{sabotage}\nraise ValueError('in the module')"
    tmp_path.joinpath("main.py").write_text(source, encoding="utf-8")
    result = run_pyre("main:app", "--port", "0")
    *_, exception, last = result.stderr.splitlines()
    assert (result.returncode, result.stdout) == (3, "")
    assert exception == "ValueError: in the module"
    assert last == "pyre: importing 'main' raised ValueError; its traceback is above"


def test_a_failed_startup_is_status_3(run_pyre, tmp_path):
    source = """
async def app(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "no database"})
"""
    tmp_path.joinpath("main.py").write_text(source, encoding="utf-8")
    result = run_pyre("main:app", "--port", "0")
    assert result.returncode == 3
    assert result.stderr.splitlines() == [
        "error: lifespan.startup.failed: no database",
        "pyre: the application failed to start: no database",
    ]


def test_a_lifespan_that_is_demanded_and_raises_is_status_3(run_pyre, tmp_path):
    tmp_path.joinpath("main.py").write_text(ECHO_APP, encoding="utf-8")
    result = run_pyre("main:app", "--port", "0", "--lifespan", "on")
    assert result.returncode == 3
    first, *_, exception, last = result.stderr.splitlines()
    assert first.startswith("Traceback")
    assert exception == "AssertionError"
    assert last.startswith("pyre: the application did not answer lifespan.startup")
    assert "lifespan.py" not in result.stderr


def test_run_exits_like_the_command(capsys):
    with pytest.raises(SystemExit) as exited:
        pyre.run("no_such_module_anywhere:app", port=0)
    assert exited.value.code == 3
    assert capsys.readouterr().err.startswith("pyre: module 'no_such_module_anywhere'")


def test_run_raises_what_is_wrong_with_its_arguments():
    with pytest.raises(ConfigError, match="port must be"):
        pyre.run("main:app", port=-1)


def test_run_takes_the_arguments_of_a_config():
    assert inspect.signature(pyre.run) == inspect.signature(Config)
    assert "SystemExit" in pyre.run.__doc__


def test_the_package_has_what_it_promises():
    assert all(hasattr(pyre, name) for name in pyre.__all__)
    with pytest.raises(AttributeError, match="'pyre' has no attribute 'absent'"):
        _ = pyre.absent
