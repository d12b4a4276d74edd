import asyncio
import importlib
import importlib.util
import sys

import pytest
from pyre.server.errors import UsageError
from pyre.server.loops import loop_factory, loop_name


@pytest.fixture
def absent(monkeypatch):
    """Make a package look as if it were not installed."""
    return lambda package: monkeypatch.setitem(sys.modules, package, None)


def test_asyncio_is_the_loop_of_the_standard_library():
    assert loop_factory("asyncio") is asyncio.new_event_loop


@pytest.mark.skipif(importlib.util.find_spec("uvloop") is None, reason="needs uvloop")
@pytest.mark.parametrize("name", ["auto", "uvloop"])
def test_uvloop_is_taken_where_it_is_installed(name):
    with asyncio.Runner(loop_factory=loop_factory(name)) as runner:
        assert loop_name(runner.get_loop()) == "uvloop"


def test_auto_falls_back_to_asyncio(absent):
    absent("uvloop")
    absent("winloop")
    with asyncio.Runner(loop_factory=loop_factory("auto")) as runner:
        assert loop_name(runner.get_loop()) == "asyncio"


@pytest.mark.parametrize("package", ["uvloop", "winloop"])
def test_a_loop_that_is_not_installed_is_wrong_usage(absent, package):
    absent(package)
    with pytest.raises(UsageError, match=f"{package} is not installed"):
        loop_factory(package)


def test_a_callable_of_ones_own_makes_the_loop(write_module):
    write_module("my_loops", "import asyncio\nclass Loop(asyncio.SelectorEventLoop): ...\n")
    with asyncio.Runner(loop_factory=loop_factory("my_loops:Loop")) as runner:
        assert loop_name(runner.get_loop()) == "my_loops"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("no_such_loops:new", "module 'no_such_loops' was not found"),
        ("bad_loops:absent", "no attribute 'absent'"),
        ("bad_loops:number", "is not callable"),
        ("raising_loops:new", "ZeroDivisionError: division by zero"),
    ],
)
def test_a_callable_that_can_not_be_loaded_is_wrong_usage(write_module, name, reason):
    write_module("bad_loops", "number = 1")
    write_module("raising_loops", "1 / 0")
    with pytest.raises(UsageError, match=f"--loop {name} .*{reason}"):
        loop_factory(name)
