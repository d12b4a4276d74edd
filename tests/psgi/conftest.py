"""Every test of this folder runs on each host, with equal results.

A test file names its application, ``APP = "module:attribute"``, and asks for ``server``.
"""

from collections.abc import Iterator

import pytest
from support.client import Connection
from support.server import Server

from psgi.asking import Leave
from psgi.hosts import HOSTS, Host
from psgi.log import Log


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "needs(*what): what a host may lack, see `psgi/hosts.py`")
    config.addinivalue_line("markers", "capable(capability): about hosts that have it only")


@pytest.fixture(scope="session", autouse=True)
def only_ours(only_pyre: None) -> None:
    """The hosts are those of ``hosts.py``, and not one of the command line."""


@pytest.fixture(scope="module", params=HOSTS, ids=lambda host: host.name)
def host(request: pytest.FixtureRequest) -> Host:
    """A way to serve PSGI applications."""
    chosen: Host = request.param
    return chosen


@pytest.fixture(scope="module")
def server(request: pytest.FixtureRequest, host: Host) -> Iterator[Server]:
    """The application of the test file, served by the host."""
    with host.serve(request.module.APP) as server:
        yield server


@pytest.fixture
def log(server: Server) -> Log:
    """What the server prints from the beginning of the test."""
    return Log(server)


@pytest.fixture(params=[Connection.close, Connection.reset], ids=["fin", "rst"])
def leave(request: pytest.FixtureRequest) -> Leave:
    """The two ways of leaving."""
    way: Leave = request.param
    return way


@pytest.fixture(autouse=True)
def skip_what_the_host_lacks(request: pytest.FixtureRequest) -> None:
    """Skip a test, for the reason in ``hosts.py``."""
    if "host" not in request.fixturenames:
        return
    host = request.getfixturevalue("host")
    for mark in request.node.iter_markers("needs"):
        for what in mark.args:
            if what in host.lacks:
                pytest.skip(host.lacks[what])
    for mark in request.node.iter_markers("capable"):
        if mark.args[0] not in host.capabilities:
            pytest.skip(f"the host has not the capability {mark.args[0]!r}")
