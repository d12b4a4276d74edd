"""Tests run on each event loop and each driver of the reactor, in folders that import this."""

import importlib.util

import pytest

from support.server import CommandLines

FLAVOURS = [
    ("--loop", "asyncio", "--driver", "poller"),
    ("--loop", "uvloop", "--driver", "poller"),
    ("--loop", "uvloop", "--driver", "thread"),
]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "flavour" not in metafunc.fixturenames:
        return
    ours = CommandLines.chosen(metafunc.config).are_ours
    flavours = [flavour for flavour in FLAVOURS if is_available(flavour)] if ours else [()]
    metafunc.parametrize("flavour", flavours, ids=name, scope="module")


def is_available(flavour: tuple[str, ...]) -> bool:
    return "uvloop" not in flavour or importlib.util.find_spec("uvloop") is not None


def name(flavour: tuple[str, ...]) -> str:
    """``asyncio-poller`` and the like."""
    return "-".join(flavour[1::2]) or "defaults"
