import json
from pathlib import Path

import pytest

APPLICATION = """
from typing import NamedTuple

class Route(NamedTuple):
    methods: tuple[str, ...]
    path: str
    endpoint_name: str
    location: str
    middleware: tuple[str, ...] = ()

class App:
    def __init__(self):
        self.routes = [
            Route(("WEBSOCKET",), "/live", "live", "/elsewhere/site.py:7"),
            Route(("GET", "HEAD"), "/hello/{name}", "Hello.get", __file__ + ":3", ("log", "auth")),
        ]

    async def __psgi__(self, request): ...

    async def prepare(self):
        self.routes.append(Route(("POST",), "/deferred", "deferred", "here:1"))

app = App()
"""

TABLE = """\
METHODS    PATH           ENDPOINT   WHERE                 MIDDLEWARE
POST       /deferred      deferred   here:1
GET, HEAD  /hello/{name}  Hello.get  main.py:3             log, auth
WEBSOCKET  /live          live       /elsewhere/site.py:7
"""


@pytest.fixture
def write(tmp_path):
    """Write the module ``main``, with some lines more."""

    def write(more: str = "", folder: Path = tmp_path) -> None:
        folder.mkdir(exist_ok=True)
        folder.joinpath("main.py").write_text(APPLICATION + more, encoding="utf-8")

    return write


@pytest.mark.parametrize("app", ["main:app", "main"])
def test_the_table(run_pyre, write, app):
    write()
    result = run_pyre("routes", app)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == TABLE


def test_json(run_pyre, write, tmp_path):
    write()
    result = run_pyre("routes", "main:app", "--json")
    assert (result.returncode, result.stderr) == (0, "")
    assert json.loads(result.stdout)[1] == {
        "methods": ["GET", "HEAD"],
        "path": "/hello/{name}",
        "endpoint_name": "Hello.get",
        "location": f"{tmp_path / 'main.py'}:3",
        "middleware": ["log", "auth"],
    }
    assert len(json.loads(result.stdout)) == 3


def test_no_routes(run_pyre, write):
    write("app.routes.clear()\ndel App.prepare\n")
    assert run_pyre("routes", "main:app").stdout.split() == TABLE.split()[:5]
    assert run_pyre("routes", "main:app", "--json").stdout == "[]\n"


def test_a_factory(run_pyre, write):
    write("del app\n")
    assert run_pyre("routes", "main:App", "--factory").stdout == TABLE
    assert run_pyre("routes", "main:App", PYRE_FACTORY="1").stdout == TABLE


def test_app_dir(run_pyre, write, tmp_path):
    write(folder=tmp_path / "site")
    found = run_pyre("routes", "main:app", "--app-dir", "site").stdout
    assert found.split() == TABLE.replace("main.py", "site/main.py").split()


def test_preparing_may_be_no_coroutine(run_pyre, write):
    write("App.prepare = lambda self: self.routes.clear()\n")
    assert run_pyre("routes", "main:app").stdout.split() == TABLE.split()[:5]


OTHERS = {
    "none": "async def app(scope, receive, send): ...\n",
    "of another kind": "app.routes = [object()]\ndel App.prepare\n",
    "no sequence": "app.routes = 5\ndel App.prepare\n",
    "Starlette": "from starlette.applications import Starlette\napp = Starlette(routes=[])\n"
    "app.add_route('/', lambda request: None)\n",
}


@pytest.mark.parametrize("more", OTHERS.values(), ids=OTHERS)
def test_an_application_without_routes_is_one_line_and_status_2(run_pyre, write, more):
    write(more)
    result = run_pyre("routes", "main:app")
    assert (result.returncode, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    assert line.startswith("pyre: main:app has no routes that could be listed; ")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "Missing argument 'APP' (pyre routes --help lists what there is)"),
        (["main:app", "--port", "1"], "--port"),
        (["main:app", "other:app"], "other:app"),
        (["main:"], "module:attribute"),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(run_pyre, write, arguments, complaint):
    write()
    result = run_pyre("routes", *arguments)
    assert (result.returncode, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    assert complaint in line


def test_an_application_that_is_not_there_is_status_3(run_pyre):
    result = run_pyre("routes", "absent:app")
    assert result.returncode == 3
    assert result.stderr.startswith("pyre: module 'absent' was not found")


def test_an_application_that_can_not_be_set_up_shows_its_own_frames_only(run_pyre, write):
    write("async def fail():\n    raise KeyError('broken')\napp.prepare = fail\n")
    result = run_pyre("routes", "main:app")
    assert (result.returncode, result.stdout) == (3, "")
    assert result.stderr.splitlines()[-1] == (
        "pyre: setting up main:app raised KeyError; its traceback is above"
    )
    frames = [line for line in result.stderr.splitlines() if line.lstrip().startswith("File ")]
    assert [Path(frame.split('"')[1]).name for frame in frames] == ["main.py"]


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help(run_pyre, option):
    result = run_pyre("routes", option)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("Usage: pyre routes [OPTIONS] APP")
    assert "pyre routes APP" in run_pyre("--help").stdout


def test_a_module_of_that_name_can_be_served(run_pyre, tmp_path):
    tmp_path.joinpath("routes.py").write_text("raise KeyError('imported')", encoding="utf-8")
    result = run_pyre("routes:app")
    assert result.returncode == 3
    assert "KeyError: 'imported'" in result.stderr
