"""A plain ``setup``; it runs after that which was loaded before."""

import events
from pyre import framework
from pyre.framework import App


class Greeting(framework.Blueprint):
    @framework.endpoint("/greeting")
    async def show(self) -> str:
        greeting: str = self.app.state.greeting
        return greeting


def setup(app: App) -> None:
    events.tell("plain setup")
    app.state.greeting += " and plain"
    app.add_blueprint(Greeting())
