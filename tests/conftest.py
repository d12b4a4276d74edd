"""The command line of the system tests, and the fixture that starts servers.

``--server "uvicorn {app} --host 127.0.0.1 --port {port}"`` runs them against another server, which
tells whether a test asks for the standard or for a habit of this server. For ``tests/asgi``, see
``docs/asgi-conformance.md``.
"""

import logging

import pytest
from hypothesis import HealthCheck, settings
from support.failures import FailureNames
from support.server import CommandLines, Launcher

# How fast a machine is decides about nothing: neither about one example nor about making them.
settings.register_profile("pyre", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("pyre")

Flavour = tuple[str, ...]
"""Options of the server that no test may notice."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("server")
    group.addoption("--server", help="command line of the server to test")
    group.addoption("--server-uds", help="the same, listening on the unix socket {uds}")
    group.addoption("--server-root-path", help="the same as --server, mounted at {root_path}")
    group.addoption("--conformance-report", help="file to write what each check found to, as JSON")


@pytest.hookimpl(trylast=True)  # the terminal's reporter is there then
def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "soak: many requests, after which nothing may have grown")
    config.addinivalue_line("markers", "proves(section, rule, level): what a check is about")
    if terminal := config.pluginmanager.get_plugin("terminalreporter"):
        config.pluginmanager.register(FailureNames(terminal))


def pytest_collection_finish() -> None:
    """Refuse a module whose import changes what the tests of all others see in the log."""
    if logging.root.level != logging.WARNING:
        raise pytest.UsageError("importing a test module has set the level of the root logger")


@pytest.fixture(scope="session")
def flavour() -> Flavour:
    """The defaults of the server; a folder that tests several flavours overrides this."""
    return ()


@pytest.fixture(scope="session")
def command_lines(request: pytest.FixtureRequest) -> CommandLines:
    """How to start the server under test."""
    return CommandLines.chosen(request.config)


@pytest.fixture(scope="session")
def only_pyre(command_lines: CommandLines) -> None:
    """For tests of what other servers don't have."""
    if not command_lines.are_ours:
        pytest.skip("other servers don't have this")


@pytest.fixture(scope="module")
def serve(command_lines: CommandLines, flavour: Flavour) -> Launcher:
    """Starts servers: ``with serve("module:app", *options) as server``."""
    return Launcher(command_lines, flavour)
