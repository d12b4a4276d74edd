"""Modules that set themselves up: ``setup(app)`` registers what they have."""

import asyncio
import importlib
import inspect
from typing import TYPE_CHECKING, Any

from pyre.framework.errors import RegistrationError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from pyre.framework.app import App


class Extensions:
    """The modules that an app has loaded; their ``setup`` runs once, before the first request."""

    def __init__(self, app: "App") -> None:
        self._app = app
        self._waiting: list[ModuleType] = []
        self._setting_up = asyncio.Lock()

    def load(self, name: str) -> None:
        """Import a module now and have its ``setup`` run at start-up.

        Raises ``RegistrationError`` for one that has none, and what its import raises.
        """
        module = importlib.import_module(name)
        if not callable(getattr(module, "setup", None)):
            raise RegistrationError(f"{name} has no function setup(app)")
        self._waiting.append(module)

    @property
    def are_ready(self) -> bool:
        """Whether each ``setup`` has run."""
        return not self._waiting

    async def set_up(self) -> None:
        """Run what waits, in the order in which it was loaded.

        Without a lifespan several requests may be the first; all but one wait here for the rest.
        """
        if not self._waiting:
            return
        async with self._setting_up:
            while self._waiting:
                module = self._waiting[0]
                setup: Callable[[App], Any] = module.setup
                result = setup(self._app)
                if inspect.isawaitable(result):
                    await result
                self._waiting.remove(module)
