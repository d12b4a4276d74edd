"""How much there is in the notebook. Change it and reload it, while the server runs."""

from pyre import framework
from pyre.framework import App

from notes.changes import Changes
from notes.database import Database
from notes.members import members_only


class Statistics(framework.Blueprint, middleware=[members_only]):
    """Numbers."""

    def __init__(self, database: Database, changes: Changes) -> None:
        self._database = database
        self._changes = changes

    @framework.endpoint("/statistics", thread=True)
    def show(self) -> dict[str, int]:
        """Count."""
        totals = self._database.totals()
        return {
            "people": totals.people,
            "notes": totals.notes,
            "listeners": self._changes.listeners,
        }


def setup(app: App) -> None:
    """Register it."""
    app.add_blueprint(Statistics(app.state.database, app.state.changes))
