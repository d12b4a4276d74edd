"""What changes, while it does."""

from collections.abc import AsyncIterator

from pyre import framework
from pyre.framework import App, responses
from pyre.framework.responses import Event

from notes.changes import Changes
from notes.members import members_only


class Live(framework.Blueprint, middleware=[members_only]):
    """A stream for each page that is open."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes

    @framework.endpoint("/changes")
    async def follow(self) -> responses.EventStream:
        """Follow what changes, by server-sent events."""
        return responses.EventStream(self._events())

    async def _events(self) -> AsyncIterator[Event]:
        with self._changes.listening() as changes:
            yield Event("", event="listening")
            async for change in changes:
                yield Event(change, event="change")


def setup(app: App) -> None:
    """Register it."""
    app.add_blueprint(Live(app.state.changes))
