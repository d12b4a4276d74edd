"""One site, written with seven frameworks: a test that asks for ``site`` runs on all of them.

Each runs on both event loops, in one server process for all the modules that ask for it. The marks
``frameworks`` and ``lacked_by`` of ``interop.sites`` say which frameworks a test leaves out.
"""

import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from support.server import CommandLines, Launcher, Server

from interop.sites import FRAMEWORKS, LOOPS, options


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "frameworks(*names, loops): the only ones a test is about")
    config.addinivalue_line("markers", "lacked_by(name, reason): a framework without this feature")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "site" in metafunc.fixturenames:
        metafunc.parametrize(
            "site", list(sites(metafunc.definition)), indirect=True, scope="session"
        )


def sites(test: Any) -> Iterator[Any]:
    """The framework and the loop of each site that ``test`` runs on."""
    only = test.get_closest_marker("frameworks") or pytest.mark.frameworks(*FRAMEWORKS).mark
    lacks = {mark.args[0]: mark.kwargs["reason"] for mark in test.iter_markers("lacked_by")}
    for framework in only.args:
        marks = [pytest.mark.skip(reason=lacks[framework])] if framework in lacks else []
        for loop in only.kwargs.get("loops", LOOPS):
            yield pytest.param((framework, loop), id=f"{framework}-{loop}", marks=marks)


@pytest.fixture(scope="session")
def site(request: pytest.FixtureRequest) -> Iterator[Server]:
    framework, loop = request.param
    serve = Launcher(CommandLines.chosen(request.config), ("--loop", loop))
    with serve(f"{framework}_site:app") as server:
        yield server


@pytest.fixture
def client(site: Server) -> Iterator[httpx.Client]:
    with httpx.Client(**options(site)) as client:
        yield client


@pytest.fixture
def tag() -> str:
    """A name that no other test gives to what it begins."""
    return uuid.uuid4().hex
