"""Extensions that a test writes, and that requests load, unload and reload.

PUT  /sources/{name}                        writes a module
POST /load/{name}                           changes what is loaded; 409 tells of a failure
POST /unload/{name}?drain=10
POST /reload/{name}?drain=10
GET  /loaded                                names
POST /gate/{state:alpha}                    "open" or "closed": where handlers wait
GET  /sizes                                 how many objects there are
"""

import asyncio
import gc
import sys

import events
from pyre import framework
from pyre.framework import App, Blueprint, ExtensionError, Request, Response, responses

SOURCES = events.FILE.with_name("sources")

EARLY = """
import events

def setup(app):
    events.tell("early is set up")

    @app.endpoint("/early")
    async def early() -> str:
        return "early"

def teardown(app):
    events.tell("early is torn down")
"""


class Loading(Blueprint):
    """The extensions of its app."""

    @framework.endpoint("/sources/{name}", methods=["PUT"])
    async def write(self, request: Request, name: str) -> None:
        SOURCES.joinpath(f"{name}.py").write_bytes(await request.body.read())

    @framework.endpoint("/load/{name}", methods=["POST"])
    async def load(self, name: str) -> None:
        await self.app.load(name)

    @framework.endpoint("/unload/{name}", methods=["POST"])
    async def unload(self, name: str, drain: float = 10.0) -> None:
        await self.app.unload(name, drain)

    @framework.endpoint("/reload/{name}", methods=["POST"])
    async def reload(self, name: str, drain: float = 10.0) -> None:
        await self.app.reload(name, drain)

    @framework.endpoint("/loaded")
    async def loaded(self) -> list[str]:
        return list(self.app.loaded)

    @framework.endpoint("/gate/{state:alpha}", methods=["POST"])
    async def gate(self, state: str) -> None:
        if state == "open":
            self.app.state.gate.set()
        else:
            self.app.state.gate = asyncio.Event()

    @framework.endpoint("/sizes")
    async def sizes(self) -> int:
        gc.collect()
        return len(gc.get_objects())

    @Blueprint.error(ExtensionError)
    async def explain(self, request: Request, error: ExtensionError) -> Response:
        text = f"{type(error).__name__}: {error}"
        return responses.PlainTextResponse(text, status=409)


SOURCES.mkdir(exist_ok=True)
SOURCES.joinpath("early_extension.py").write_text(EARLY, encoding="utf-8")
sys.path.insert(0, str(SOURCES))

app = App()
app.add_blueprint(Loading())
app.load("early_extension")


@app.on_shutdown
def leave_the_path() -> None:
    sys.path.remove(str(SOURCES))
    sys.modules.pop("early_extension", None)
