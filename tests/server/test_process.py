"""A process that is a server: signals before it serves, and standard streams that are missing."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support.client import Connection
from support.server import APPS
from support.waiting import wait_for

from server.conftest import ECHO_APP

pytestmark = pytest.mark.skipif(os.name != "posix", reason="sends signals to a process")

IMPORTING = "print('importing', flush=True)\n"
HANGING = IMPORTING + "import time\ntime.sleep(600)\n"
SWALLOWING = f"import time\ntry:\n    {IMPORTING}    time.sleep(600)\nexcept:\n    pass\n{ECHO_APP}"

OTHER_SIGNALS = [signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2] if os.name == "posix" else []
UNSHARED = ["unshare", "--pid", "--fork", "--mount-proc", "--map-root-user", "--kill-child"]


@pytest.fixture
def start_pyre(tmp_path, environment):
    """Start the command in the test's directory; it has gone when the test ends."""
    with contextlib.ExitStack() as processes:

        def start(source, *options, prefix=(), **popen):
            tmp_path.joinpath("main.py").write_text(source, encoding="utf-8")
            streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
            command = [*prefix, sys.executable, "-m", "pyre", "main:app", *options]
            process = processes.enter_context(
                subprocess.Popen(command, cwd=tmp_path, env=environment, **(streams | popen))
            )
            processes.callback(process.kill)
            return process

        yield start


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["int", "term"]
)
def test_a_signal_ends_an_import_that_hangs(start_pyre, number, status):
    process = start_pyre(HANGING)
    assert process.stdout.readline() == "importing\n"
    process.send_signal(number)
    assert process.communicate(timeout=60)[1] == ""
    assert process.returncode == status


def test_a_signal_ends_an_import_that_no_handler_interrupts(start_pyre):
    source = f"import hashlib\n{IMPORTING}hashlib.pbkdf2_hmac('sha256', b'', b'', 2**31 - 1)\n"
    process = start_pyre(source, "--timeout-graceful-shutdown", "0.1")
    assert process.stdout.readline() == "importing\n"
    process.terminate()
    process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_that_the_import_swallows_is_a_stop(start_pyre, number):
    process = start_pyre(SWALLOWING, "--port", "0")
    assert process.stdout.readline() == "importing\n"
    process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode == 0


def unshared():
    """How to start a process that is the first of its namespace, as in a container."""
    if shutil.which("unshare") is None:
        pytest.skip("needs unshare(1)")
    if subprocess.run([*UNSHARED, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this system lets no process have a namespace of its own")
    return UNSHARED


def child_of(pid):
    """The first process of the namespace, as it is called outside."""
    found = subprocess.run(
        ["ps", "--no-headers", "-o", "pid", "--ppid", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    )
    return int(found.stdout)


def test_a_signal_ends_an_import_of_the_first_process_too(start_pyre):
    process = start_pyre(HANGING, prefix=unshared())
    assert process.stdout.readline() == "importing\n"
    os.kill(child_of(process.pid), signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM


def test_the_first_process_stops_as_any_other(start_pyre):
    process = start_pyre(ECHO_APP, "--port", "0", prefix=unshared())
    assert process.stderr.readline().startswith("Pyre ")
    os.kill(child_of(process.pid), signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 0


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("closed", [[0], [1], [2], [1, 2], [0, 1, 2]], ids=str)
def test_standard_streams_may_be_closed(start_pyre, tmp_path, closed):
    def close():
        for descriptor in closed:
            os.close(descriptor)

    streams = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
    path = tmp_path / "socket"
    process = start_pyre(ECHO_APP, "--uds", str(path), preexec_fn=close, **streams)

    def served():
        with contextlib.suppress(OSError), Connection(str(path)) as connection:
            return connection.request("GET /").body
        return None

    assert wait_for(served, "an answer") == b"hello"
    for descriptor in closed:
        opened = Path(f"/proc/{process.pid}/fd/{descriptor}").readlink()
        assert opened == Path(os.devnull)
    process.terminate()
    assert process.wait(60) == 0


@pytest.mark.parametrize("number", OTHER_SIGNALS)
def test_other_signals_do_not_end_the_server(start_pyre, number):
    process = start_pyre(ECHO_APP, "--port", "0")
    assert process.stderr.readline().startswith("Pyre ")
    process.send_signal(number)
    assert process.stderr.readline() != ""
    process.terminate()
    process.communicate(timeout=60)
    assert process.returncode == 0


@pytest.mark.parametrize("number", OTHER_SIGNALS)
def test_other_signals_do_not_end_an_import(start_pyre, number):
    waiting = f"import sys\n{IMPORTING}sys.stdin.read()\n"
    process = start_pyre(waiting + ECHO_APP, "--port", "0", stdin=subprocess.PIPE)
    assert process.stdout.readline() == "importing\n"
    process.send_signal(number)
    process.stdin.close()
    wait_for(lambda: process.stderr.readline().startswith("Pyre "), "the server")
    process.terminate()
    process.wait(60)
    assert process.returncode == 0


def test_a_forked_child_does_not_hold_the_port(start_program):
    """It may outlive the server: the next one can listen all the same."""
    process = start_program("""
import asyncio, multiprocessing, socket, time, pyre
from stops import app
context = multiprocessing.get_context("fork")
ready = context.Event()
def hold():
    ready.set()
    time.sleep(600)
async def main():
    server = pyre.Server(pyre.Config(app, port=0, access_log=False))
    serving = asyncio.create_task(server.serve())
    await server.started.wait()
    child = context.Process(target=hold, daemon=True)
    child.start()
    await asyncio.to_thread(ready.wait)
    server.stop()
    await serving
    socket.create_server(server.addresses[0]).close()
    assert child.is_alive()
    child.kill()
asyncio.run(main())
""")
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors


def test_a_closed_terminal_is_a_stop(start_pyre):
    """The hangup of a terminal reaches its session; the server in it ends as by SIGTERM."""
    terminal, tty = os.openpty()

    def become_foreground():
        os.setsid()
        os.close(os.open(os.ttyname(tty), os.O_RDWR))  # the first is the controlling one

    process = start_pyre(ECHO_APP, "--port", "0", preexec_fn=become_foreground, pass_fds=[tty])
    os.close(tty)
    assert process.stderr.readline().startswith("Pyre ")
    os.close(terminal)
    process.communicate(timeout=60)
    assert process.returncode == 0


def test_nohup_is_respected(start_pyre):
    """The application sees the handlers while it is imported."""
    source = f"import signal\nprint(signal.getsignal(signal.SIGHUP).name, flush=True)\n{ECHO_APP}"

    def ignore():
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    process = start_pyre(source, "--port", "0", preexec_fn=ignore)
    assert process.stdout.readline() == "SIG_IGN\n"
    process.terminate()
    process.communicate(timeout=60)


@pytest.fixture
def start_program(environment):
    """Start a program beside the modules that other tests serve."""
    with contextlib.ExitStack() as processes:

        def start(source):
            process = processes.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", source],
                    cwd=APPS,
                    env=environment,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                )
            )
            processes.callback(process.kill)
            return process

        yield start


def test_the_programs_own_handlers_are_kept(start_program):
    process = start_program("""
import signal, pyre
own = lambda *_: print('own', flush=True)
signal.signal(signal.SIGUSR1, own)
pyre.run("stops:app", port=0, access_log=False)
assert signal.getsignal(signal.SIGUSR1) is own
assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
assert signal.set_wakeup_fd(-1) == -1
print('went on', flush=True)
""")
    assert process.stderr.readline().startswith("Pyre ")
    process.send_signal(signal.SIGUSR1)
    assert process.stdout.readline() == "own\n"
    process.terminate()
    assert process.communicate(timeout=60)[0] == "<shutdown>\nwent on\n<atexit>\n"
    assert process.returncode == 0


def test_a_program_ends_without_the_threads_that_its_application_has_left(start_program, tmp_path):
    process = start_program(f"""
import threading, time, pyre
pyre.run("stops:app", uds={str(tmp_path / "socket")!r}, timeout_graceful_shutdown=0.1)
def work():
    threading.main_thread().join()
    print("own thread", flush=True)
threading.Thread(target=work).start()
""")
    assert process.stderr.readline().startswith("Pyre ")
    with Connection(str(tmp_path / "socket")) as connection:
        assert connection.request("GET /thread").status == 200
    process.terminate()
    output, errors = process.communicate(timeout=60)
    assert output.endswith("own thread\n<atexit>\n")
    assert "Ended without waiting for the threads sleeper" in errors
    assert process.returncode == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
def test_a_child_of_a_program_that_embeds_a_server_has_the_programs_signals(start_program):
    """It is ended by SIGTERM, and the server of its parent is not stopped by that."""
    process = start_program("""
import asyncio, multiprocessing, signal, time, pyre
from stops import app
context = multiprocessing.get_context("fork")
ready = context.Event()
def hold():
    ready.set()
    time.sleep(600)
async def main():
    server = pyre.Server(pyre.Config(app, port=0, access_log=False))
    serving = asyncio.create_task(server.serve())
    await server.started.wait()
    child = context.Process(target=hold)
    child.start()
    await asyncio.to_thread(ready.wait)  # CPython drops a signal that comes within the fork
    child.terminate()
    await asyncio.to_thread(child.join)
    assert child.exitcode == -signal.SIGTERM
    await asyncio.open_connection(*server.addresses[0])
    assert not serving.done()
    signal.raise_signal(signal.SIGTERM)
    await serving
asyncio.run(main())
""")
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert output.startswith("<shutdown>")


STARTING_A_THREAD = (
    "import threading, time\nthreading.Thread(target=time.sleep, args=[600]).start()\n"
)
AT_ONCE = "timeout_graceful_shutdown=0.1"


@pytest.mark.parametrize(("end", "status"), [("1 / 0", 3), ("raise SystemExit(7)", 3)])
def test_a_thread_of_an_import_that_fails_does_not_hold_up_the_exit(
    start_pyre, start_program, tmp_path, end, status
):
    command = start_pyre(STARTING_A_THREAD + end, "--timeout-graceful-shutdown", "0.1")
    command.communicate(timeout=60)
    assert command.returncode == status
    # "main" is what the command has served.
    program = start_program(f"import pyre; pyre.run('main', app_dir={str(tmp_path)!r}, {AT_ONCE})")
    program.communicate(timeout=60)
    assert program.returncode == status
