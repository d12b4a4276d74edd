"""Changing the application while it runs."""

from pyre import framework
from pyre.framework import App, Blueprint, ExtensionError, ExtensionNotLoaded, HTTPError, Request

from notes.members import admins_only, members_only


class Admin(Blueprint, prefix="/admin", middleware=[members_only, admins_only]):
    """The modules that make the application."""

    @framework.endpoint("/modules")
    async def modules(self) -> list[str]:
        """List them."""
        return list(self.app.loaded)

    @framework.endpoint("/reload/{module}", methods=["POST"])
    async def reload(self, module: str) -> None:
        """Load a module anew, from its source; requests that run are finished by the old one."""
        await self.app.reload(module)

    @Blueprint.error(ExtensionNotLoaded)
    async def is_unknown(self, request: Request, error: ExtensionNotLoaded) -> None:
        """Only what is loaded is loaded anew."""
        raise HTTPError(404, str(error))

    @Blueprint.error(ExtensionError)
    async def has_failed(self, request: Request, error: ExtensionError) -> None:
        """The module has a defect; the old one stays."""
        raise HTTPError(409, str(error))


def setup(app: App) -> None:
    """Register it."""
    app.add_blueprint(Admin())
