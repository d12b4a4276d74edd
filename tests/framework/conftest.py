"""A test that asks for ``client``, ``site``, ``websocket`` or ``server`` runs on each host.

Its file names the application, ``APP = "module:attribute"``, which is in ``tests/apps``. It is
served once for each file and host.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import httpx
import pytest
from support.server import Server

from framework.hosts import HOSTS, Host
from framework.sites import NetworkSite, Site, WebSocket

OpenWebSocket = Callable[..., AbstractContextManager[WebSocket]]

NEEDED_BY = {"server": "sockets", "websocket": "websocket"}
"""What a host has to have for a fixture."""


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "needs(*what): what a host may lack, see `hosts.py`")


@pytest.fixture(scope="session", autouse=True)
def only_ours(only_pyre: None) -> None:
    """The hosts are those of ``hosts.py``, and not one of the command line."""


@pytest.fixture(scope="module", params=HOSTS, ids=lambda host: host.name)
def host(request: pytest.FixtureRequest) -> Host:
    """A way to serve applications."""
    chosen: Host = request.param
    return chosen


@pytest.fixture(scope="module")
def site(request: pytest.FixtureRequest, host: Host) -> Iterator[Site]:
    """The application of the test file, served by the host."""
    with host.serve(request.module.APP) as site:
        yield site


@pytest.fixture
def client(site: Site) -> Iterator[httpx.Client]:
    """A client with cookies of its own."""
    with site.client() as client:
        yield client


@pytest.fixture
def websocket(site: Site) -> OpenWebSocket:
    """Opens WebSockets: ``with websocket("/path", subprotocols=["a"]) as connection``."""
    return site.websocket


@pytest.fixture
def server(site: Site) -> Server:
    """The server, for what no client sends."""
    assert isinstance(site, NetworkSite)
    return site.server


@pytest.fixture(autouse=True)
def skip_what_the_host_lacks(request: pytest.FixtureRequest) -> None:
    """Skip a test, for the reason in ``hosts.py``."""
    if "host" not in request.fixturenames:
        return
    host = request.getfixturevalue("host")
    needed = [what for mark in request.node.iter_markers("needs") for what in mark.args]
    needed += [what for name, what in NEEDED_BY.items() if name in request.fixturenames]
    for what in needed:
        if what in host.lacks:
            pytest.skip(host.lacks[what])
