"""Every test of this folder is about this server alone, on each event loop and each driver."""

import pytest
from support.flavours import pytest_generate_tests

__all__ = ["pytest_generate_tests"]


@pytest.fixture(scope="session", autouse=True)
def only_ours(only_pyre: None) -> None:
    """Other servers promise other things."""
