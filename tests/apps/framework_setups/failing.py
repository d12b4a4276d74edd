"""A ``setup`` that fails."""

from pyre.framework import App


def setup(app: App) -> None:
    raise LookupError("the setup fails on purpose")
