"""What is imported when, and what is missing."""

import importlib
import sys

import pytest


def test_the_client_says_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("pyre.framework.testing")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "httpx", None)
    with pytest.raises(ImportError, match="pip install httpx"):
        importlib.import_module("pyre.framework.testing")
