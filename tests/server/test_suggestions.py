"""A failed start names what was meant, when there is one thing that it could be."""

import asyncio
import subprocess
import sys

import pyre
import pytest
from pyre.server.errors import UsageError

from server.conftest import ECHO_APP

ASGI = "async def {}(scope, receive, send): ...\n"
FASTAPI = "from fastapi import APIRouter, FastAPI\n"


@pytest.fixture
def files(tmp_path):
    """Write files below the test's directory."""

    def write(**sources):
        for name, source in sources.items():
            path = tmp_path.joinpath(name).with_suffix(".py")
            path.parent.mkdir(exist_ok=True)
            path.write_text(source, encoding="utf-8")

    return write


def last_line(result):
    assert result.returncode in {2, 3}
    assert result.stdout == ""
    return result.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("source", "advice"),
    [
        (ASGI.format("application"), "did you mean main:application?"),
        (ASGI.format("api") + "from http import HTTPStatus\n", "did you mean main:api?"),
        (FASTAPI + "api = FastAPI()\nrouter = APIRouter()\n", "did you mean main:api?"),
        (FASTAPI + "router = APIRouter()\n", "did you mean main:router?"),
        ("from starlette.applications import Starlette as S\nx = S()\n", "did you mean main:x?"),
        ("from litestar import Litestar\nsite = Litestar()\n", "did you mean main:site?"),
        ("from quart import Quart\nsite = Quart('main')\n", "did you mean main:site?"),
        ("from pyre.framework import App\nsite = App()\n", "did you mean main:site?"),
        ("class Site:\n    def __psgi__(self, r): ...\nsite = Site()\n", "did you mean main:site?"),
        ("from flask import Flask, request\nsite = Flask('main')\n", "did you mean main:site?"),
        (ASGI.format("site") + "other = site\n", "did you mean main:"),
        (ASGI.format("one") + ASGI.format("two"), "it has main:one and main:two"),
        ("def create_app(): ...\n", "did you mean main:create_app --factory?"),
        ("def make_app(): ...\n" + ASGI.format("site"), "did you mean main:site?"),
        ("apps = 1\n", "did you mean main:apps?"),
        ("def unrelated(x): ...\n", "name it as in main:ATTRIBUTE"),
    ],
)
def test_an_attribute_that_is_missing(run_pyre, files, source, advice):
    files(main=source)
    line = last_line(run_pyre("main"))
    assert line.startswith("pyre: module 'main' has no attribute 'app'; ")
    assert advice in line


def test_a_package_without_the_application(run_pyre, files):
    files(**{"shop/__init__": "", "shop/main": ASGI.format("app")})
    assert last_line(run_pyre("shop:app")).endswith("; did you mean shop.main:app?")


def test_a_module_in_place_of_the_application(run_pyre, files):
    files(**{"shop/__init__": "from . import app\n", "shop/app": ASGI.format("app")})
    line = last_line(run_pyre("shop:app"))
    assert line.endswith("is not callable but of type 'module'; did you mean shop.app:app?")


@pytest.mark.parametrize(
    ("app", "advice"),
    [
        ("mian:api", "did you mean main:api?"),
        ("Main", "did you mean main:app?"),
        ("main.api", "did you mean main:api?"),
        ("inner:api", "did you mean --app-dir src inner:api?"),
        ("unlike:api", "see --app-dir, which is "),
    ],
)
def test_a_module_that_is_missing(run_pyre, files, app, advice):
    files(**{"main": ASGI.format("api"), "src/inner": ASGI.format("api")})
    line = last_line(run_pyre(app))
    assert "' was not found (No module named '" in line
    assert f"; {advice}" in line


@pytest.mark.parametrize(
    ("hiding", "name", "source"),
    [
        ("random", "random", "import random\nrandom.Random()\n"),
        ("random", "random", "from random import Random\n"),
        ("queue", "queue", "import queue\nqueue.SimpleQueue\n"),
        ("fastapi", "fastapi", "from fastapi import FastAPI\n"),
        ("xmlrpc/__init__", "xmlrpc", "import xmlrpc.client\n"),
        ("xmlrpc", "xmlrpc", "import xmlrpc.client\n"),
    ],
)
def test_a_file_that_hides_a_module(run_pyre, files, hiding, name, source):
    files(**{hiding: "", "main": source})
    line = last_line(run_pyre("main:app"))
    assert line.endswith(
        f"; {hiding}.py hides the module {name!r} that was meant: rename your file"
    )


def test_a_file_that_hides_a_module_from_itself(run_pyre, files):
    files(main="import fastapi\n", fastapi="from fastapi import FastAPI\n")
    line = last_line(run_pyre("main:app"))
    assert line.endswith("; fastapi.py hides the module 'fastapi' that was meant: rename your file")


@pytest.mark.parametrize("loop", ["auto", "uvloop"])
@pytest.mark.parametrize(
    "source",
    [
        "",
        "import uvloop\nuvloop.install()\n",
        "1 / 0\n",
        "import absent\n",
        "raise SystemExit(0)\n",
        "app = (\n",
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="the event loop is winloop there")
def test_a_file_that_hides_the_event_loop(run_pyre, files, loop, source):
    files(main=ASGI.format("app"), uvloop=source)
    result = run_pyre("main:app", "--port", "0", "--loop", loop)
    assert result.returncode == 3
    assert result.stderr == (
        "pyre: the event loop can't be imported; uvloop.py hides the module 'uvloop' that was"
        " meant: rename your file\n"
    )


def test_a_file_that_hides_nothing_is_not_blamed(run_pyre, files):
    files(main="import absent\n", random="", code="")
    assert last_line(run_pyre("main:app")).endswith("; its traceback is above")


def test_an_application_that_a_standard_module_hides(run_pyre, files):
    files(logging=ASGI.format("app"))
    line = last_line(run_pyre("logging:app"))
    assert "; logging.py is not imported, as 'logging' is " in line
    assert line.endswith("rename your file")


@pytest.mark.parametrize("name", ["asyncio", "typing", "logging", "signal", "dataclasses", "click"])
def test_the_server_itself_does_not_import_files_of_the_application(run_pyre, files, name):
    files(**{name: "raise KeyError('imported')\n"})
    assert last_line(run_pyre("absent:app")).startswith("pyre: module 'absent' was not found")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["main:create()"], "'main:create()' is a call; write main:create --factory"),
        (["main:create('test')"], "is a call; write main:create --factory"),
        (["main/app"], "'main/app' names a file; write the module, like main:app"),
        (["main:app", "--factory"], "main:app is the application itself; leave --factory out"),
        (["main.py", "app"], "APP is one word; write main:app"),
    ],
)
def test_what_is_written_otherwise(run_pyre, files, arguments, line):
    files(main=ASGI.format("app") + "def create(): ...\n")
    assert line in last_line(run_pyre(*arguments))


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        (
            "workers",
            "worker processes are not there yet; leave it out, or start one Pyre for each core",
        ),
        ("reload_dirs", "reloading on a change is not there yet"),
        ("ssl_keyfile", "TLS is not there yet"),
        ("headers", "let the application set the field"),
        ("graceful_timeout", "write timeout_graceful_shutdown TIME"),
        ("prot", "did you mean port?"),
        ("unlike_anything", "see pyre.Config"),
    ],
)
@pytest.mark.parametrize("function", [pyre.run, pyre.Config])
def test_an_argument_of_a_peer_has_an_answer(function, name, answer):
    with pytest.raises(TypeError) as raised:
        function("main:app", **{name: 1})
    assert str(raised.value).startswith(f"there is no setting {name!r}: {answer}")


@pytest.mark.parametrize("name", ["asyncio", "typing", "logging", "socket", "dataclasses"])
@pytest.mark.parametrize("program", ["import pyre\npyre.run", "from pyre import run"])
def test_a_program_is_told_which_file_hides_what_the_server_needs(
    tmp_path, files, environment, name, program
):
    files(**{"main": f"{program}\n", name: "# nothing\n"})
    result = subprocess.run(
        [sys.executable, "main.py"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    last = result.stderr.splitlines()[-1]
    assert last.startswith("ImportError: pyre.run can't be loaded: ")
    assert last.endswith(f"; {name}.py hides the module {name!r} that was meant: rename your file")


def test_run_in_a_running_loop_says_what_to_write():
    async def main():
        pyre.run("main:app")

    with pytest.raises(UsageError, match=r"write: await pyre\.Server\(pyre\.Config\(\.\.\.\)\)"):
        asyncio.run(main())


@pytest.mark.parametrize("command", [["-m", "pyre", "main:app"], ["main.py"]])
def test_run_without_a_guard_says_where_to_put_it(tmp_path, files, environment, command):
    files(main=ECHO_APP + "import pyre\npyre.run('main:app', port=0)\n")
    result = subprocess.run(
        [sys.executable, *command],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert result.stderr == (
        "pyre: pyre.run was called while the application was imported; put the call below"
        " if __name__ == '__main__':\n"
    )
    assert result.returncode == 2


def test_the_names_of_the_package_complete():
    assert {*pyre.__all__} <= {*dir(pyre)}
    code = "import pyre; assert 'run' in dir(pyre) and 'Server' in dir(pyre)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
