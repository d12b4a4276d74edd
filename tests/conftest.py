"""The command line of the system tests, and the fixture that starts servers.

``--server "uvicorn {app} --host 127.0.0.1 --port {port} --app-dir {app_dir}"`` runs them against
another server, which tells whether a test asks for the standard or for a habit of this server.
"""

import pytest
from support.server import DEFAULT_SERVER, Launcher, is_pyre, launcher

Flavour = tuple[str, ...]
"""Options of the server that no test may notice."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--server", default=DEFAULT_SERVER, help="command line of the server to test")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "soak: many requests, after which nothing may have grown")


@pytest.fixture(scope="session")
def flavour() -> Flavour:
    """The defaults of the server; a folder that tests several flavours overrides this."""
    return ()


@pytest.fixture(scope="session")
def only_pyre(request: pytest.FixtureRequest) -> None:
    """For tests of options that other servers don't have."""
    if not is_pyre(request.config.getoption("--server")):
        pytest.skip("other servers don't have this option")


@pytest.fixture(scope="module")
def serve(request: pytest.FixtureRequest, flavour: Flavour) -> Launcher:
    """Starts servers: ``with serve("module:app", *options) as server``."""
    return launcher(request.config.getoption("--server"), flavour)
