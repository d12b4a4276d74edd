"""Every test of this folder says what it proves, and runs on each event loop and each driver."""

from pathlib import Path

import pytest
from support.flavours import pytest_generate_tests

from asgi.report import Report, twofold

__all__ = ["pytest_generate_tests"]

FOLDER = Path(__file__).parent


def pytest_configure(config: pytest.Config) -> None:
    if file := config.getoption("--conformance-report"):
        config.pluginmanager.register(Report(Path(file), FOLDER))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    checks = (item for item in items if item.path.is_relative_to(FOLDER))
    if claimed_twice := twofold(checks):
        raise pytest.UsageError(f"two tests prove the same: {claimed_twice}")
