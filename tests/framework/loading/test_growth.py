"""However often something is loaded and unloaded, nothing stays behind.

``PYRE_SOAK=full`` asks for more cycles.
"""

import gc
import os
import weakref
from collections.abc import Awaitable, Callable

import pytest
from pyre.framework import App, ExtensionFailed
from pyre.framework.testing import TestClient
from support.process import resident_bytes

from framework.loading.complete import STEPS, complete
from framework.loading.sources import Sources
from framework.loading.states import answers_of, status, told, websocket_of
from framework.testing.loop import in_loop, turns

CYCLES = 10_000 if os.environ.get("PYRE_SOAK") == "full" else 200

WARM_UP = 50

GROWN_OBJECTS = 100
"""What the number of objects may vary by: one in two cycles would be too many."""

GROWN_BYTES = 4 * 1024 * 1024
"""What the resident set may vary by, for reasons of the allocator."""

pytestmark = pytest.mark.timeout(3600 if CYCLES > 1000 else 600)

FAILING = [*STEPS.values(), "raise LookupError('on purpose')"]

FAILING_TO_START = [*STEPS.values(), "app.on_startup(fail)"]


class Cycles:
    """What is done again and again; before the first there is nothing, after each as before."""

    def __init__(self, app: App, client: TestClient, sources: Sources) -> None:
        self._app = app
        self._client = client
        self._sources = sources

    async def load_and_unload(self) -> None:
        await self._app.load("complete")
        assert await told(self._client, "/of/blueprint/a") == "a of a blueprint"
        await self._app.unload("complete")

    async def load_a_coroutine(self) -> None:
        self._sources.write("complete", complete(asynchronous=True))
        await self.load_and_unload()

    async def load_use_and_unload(self) -> None:
        await self._app.load("complete")
        await answers_of(self._client)
        assert await websocket_of(self._client) == "a WebSocket"
        await self._app.unload("complete")

    async def reload(self) -> None:
        await (self._app.reload if self._app.loaded else self._app.load)("complete")
        assert await told(self._client, "/of/blueprint/a") == "a of a blueprint"

    async def fail_to_load(self) -> None:
        await self._fail(FAILING)

    async def fail_to_start(self) -> None:
        await self._fail(FAILING_TO_START)

    async def fail_to_reload(self) -> None:
        if not self._app.loaded:
            await self._app.load("complete")
        self._sources.write("complete", complete(FAILING))
        with pytest.raises(ExtensionFailed):
            await self._app.reload("complete")
        assert await told(self._client, "/of/blueprint/a") == "a of a blueprint"

    async def _fail(self, steps: list[str]) -> None:
        self._sources.write("complete", complete(steps))
        with pytest.raises(ExtensionFailed):
            await self._app.load("complete")
        assert await status(self._client, "/of/blueprint/a") == 404


async def run(cycle: Callable[[], Awaitable[None]], app: App, times: int) -> tuple[int, int]:
    """Repeat it, and return how many objects and octets there are then."""
    for _ in range(times):
        await cycle()
        app.state.journal.clear()
    await turns()
    gc.collect()
    return len(gc.get_objects()), resident_bytes(os.getpid())


@pytest.mark.parametrize("name", [name for name in vars(Cycles) if not name.startswith("_")])
@in_loop
async def test_cycles(app: App, sources: Sources, name: str) -> None:
    sources.write("complete", complete())
    async with app.test_client() as client:
        cycle = getattr(Cycles(app, client, sources), name)
        objects, resident = await run(cycle, app, WARM_UP)
        objects_then, resident_then = await run(cycle, app, CYCLES)
        assert objects_then - objects < GROWN_OBJECTS
        assert resident_then - resident < GROWN_BYTES


@pytest.mark.parametrize("change", [App.unload, App.reload])
@in_loop
async def test_nobody_keeps_what_has_gone(app: App, sources: Sources, change) -> None:
    """Neither the module nor anything that it has made."""
    sources.write("complete", complete())
    async with app.test_client() as client:
        await app.load("complete")
        await answers_of(client)
        await websocket_of(client)
        old = [
            weakref.ref(each)
            for each in (
                app.loaded["complete"],
                app.loaded["complete"].module,
                app.loaded["complete"].module.show,
                next(route.owner for route in app.loaded["complete"].routes if route.owner),
            )
        ]
        await change(app, "complete")
        await answers_of(client)
        await turns()
        gc.collect()
        assert [each() for each in old] == [None] * len(old)


@in_loop
async def test_nobody_keeps_what_has_failed(app: App, sources: Sources) -> None:
    sources.write(
        "complete", complete([*STEPS.values(), "app.state.keep(Shelf)", "raise LookupError"])
    )
    kept: list[weakref.ref] = []
    app.state.keep = lambda cls: kept.append(weakref.ref(cls))
    async with app.test_client() as client:
        with pytest.raises(ExtensionFailed):
            await app.load("complete")
        await answers_of(client)
        await turns()
        gc.collect()
        assert [each() for each in kept] == [None]
