"""A module that an app has loaded."""

import asyncio
from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from pyre import loggers
from pyre.framework.contribution import Contribution, call
from pyre.framework.errors import NoSetupError
from pyre.framework.importing import Modules

if TYPE_CHECKING:
    from pyre.framework.app import App
    from pyre.framework.route import Route

_LOG = loggers.named("pyre.framework")

_LONG: Final = 10.0
"""Seconds after which it is told that a setup still runs."""


class Extension:
    """A module whose ``setup(app)`` has registered something, which ``unload`` takes away again.

    ``name`` is the module's, ``contribution`` what its setup has registered.
    """

    def __init__(self, name: str, modules: Modules) -> None:
        self.name = name
        self.contribution = Contribution()
        self.modules = modules
        self.is_set_up = False
        self._module: ModuleType | None = None

    @property
    def module(self) -> ModuleType:
        """The module."""
        if self._module is None:
            raise RuntimeError(f"{self.name!r} is not imported yet")
        return self._module

    @property
    def routes(self) -> Sequence["Route"]:
        """The routes that it has registered, in their order."""
        return tuple(self.contribution.routes)

    @property
    def is_imported(self) -> bool:
        """Whether its module is there."""
        return self._module is not None

    def import_module(self, *, afresh: bool) -> None:
        """Import the module; ``afresh`` although somebody has done so already.

        Raises ``ExtensionNotFound``, ``NoSetupError``, and what the module raises.
        """
        module = self.modules.import_fresh() if afresh else self.modules.import_once()
        if not callable(getattr(module, "setup", None)):
            self.modules.restore()
            raise NoSetupError(self.name)
        self._module = module

    async def set_up(self, app: "App") -> None:
        """Run the module's ``setup``; what takes long is logged, as other changes wait for it."""
        teardown = getattr(self.module, "teardown", None)
        told = asyncio.get_running_loop().call_later(_LONG, self._tell)
        try:
            await call(self.module.setup, app)
        finally:
            told.cancel()
        if teardown is not None:
            self.contribution.teardown = lambda: teardown(app)

    def _tell(self) -> None:
        _LOG.warning(
            "the setup of %s has taken %g s so far; other extensions wait for it", self.name, _LONG
        )

    async def end(self, drain: float, but: "asyncio.Task[Any] | None" = None) -> None:
        """End what runs on its behalf, as ``App.unload`` tells; what raises meanwhile is logged."""
        await self.contribution.activity.end(drain, but)
        try:
            await self.contribution.stop()
        except Exception as error:  # noqa: BLE001 - the rest of the app goes on
            _LOG.fault("%s has ended with an error", self.name, exc_info=error)

    def again(self) -> "Extension":
        """The same module, of which nothing is set up."""
        again = Extension(self.name, self.modules)
        again._module = self._module
        return again

    def __repr__(self) -> str:
        return f"<Extension {self.name}>"
