"""Changes at the same time are made one after the other, whoever asks for them."""

import asyncio

import pytest
from pyre.framework import App, ExtensionAlreadyLoaded, ExtensionFailed, ExtensionNotLoaded

from framework.loading.gates import until
from framework.loading.sources import Sources, answering
from framework.loading.states import status, told
from framework.testing.loop import in_loop, turns

SLOW = """
async def setup(app):
    app.state.journal.append("{name} begins")
    await app.state.gates["{name}"].wait()

    @app.endpoint("/{name}")
    async def answer() -> str:
        return "{name}"

    app.state.journal.append("{name} ends")
"""

IMMODEST = """
from pyre import framework


class Immodest(framework.Blueprint, prefix="/self"):
    @framework.endpoint("/unload", methods=["POST"])
    async def unload(self) -> str:
        await self.app.unload("immodest", drain=60.0)
        return "unloaded by itself"

    @framework.endpoint("/reload", methods=["POST"])
    async def reload(self) -> str:
        await self.app.reload("immodest", drain=60.0)
        return "reloaded by itself"

    @framework.endpoint("/load/{name}", methods=["POST"])
    async def load(self, name: str) -> str:
        await self.app.load(name)
        return "loaded " + name

    @framework.endpoint("/held")
    async def held(self) -> str:
        await self.app.state.gates["handler"].wait()
        return "held"

    def on_unload(self):
        self.app.state.journal.append("on_unload")


def setup(app):
    app.add_blueprint(Immodest())


def teardown(app):
    app.state.journal.append("teardown")
"""


@in_loop
async def test_loads_of_different_names(app: App, sources: Sources) -> None:
    sources.write("one", SLOW.format(name="one"))
    sources.write("two", SLOW.format(name="two"))
    async with app.test_client() as client:
        loading = asyncio.gather(app.load("one"), app.load("two"))
        await app.state.gates["one"].reached()
        await turns()
        assert app.state.journal == ["one begins"]
        app.state.gates["one"].open()
        app.state.gates["two"].open()
        await loading
        assert app.state.journal == ["one begins", "one ends", "two begins", "two ends"]
        assert await told(client, "/one") == "one"
        assert await told(client, "/two") == "two"


@in_loop
async def test_a_load_that_fails_is_in_nobodys_way(app: App, sources: Sources) -> None:
    sources.write("one", SLOW.format(name="one") + "    raise LookupError\n")
    sources.write("two", SLOW.format(name="two"))
    async with app.test_client() as client:
        app.state.gates["one"].open()
        app.state.gates["two"].open()
        error, done = await asyncio.gather(app.load("one"), app.load("two"), return_exceptions=True)
        assert isinstance(error, ExtensionFailed)
        assert done is None
        assert await status(client, "/one") == 404
        assert await told(client, "/two") == "two"


@in_loop
async def test_loads_of_the_same_name(app: App, sources: Sources) -> None:
    sources.write("one", SLOW.format(name="one"))
    async with app.test_client() as client:
        loading = asyncio.gather(*(app.load("one") for _ in range(5)), return_exceptions=True)
        await app.state.gates["one"].reached()
        app.state.gates["one"].open()
        done, *errors = await loading
        assert done is None
        assert [type(error) for error in errors] == [ExtensionAlreadyLoaded] * 4
        assert app.state.journal == ["one begins", "one ends"]
        assert await told(client, "/one") == "one"


@in_loop
async def test_unloads_of_the_same_name(app: App, sources: Sources) -> None:
    sources.write("books", answering("/books", "books"))
    async with app.test_client() as client:
        await app.load("books")
        unloading = (app.unload("books") for _ in range(3))
        done, *errors = await asyncio.gather(*unloading, return_exceptions=True)
        assert done is None
        assert [type(error) for error in errors] == [ExtensionNotLoaded] * 2
        assert await status(client, "/books") == 404


@in_loop
async def test_a_load_while_the_old_is_drained(app: App, sources: Sources) -> None:
    """An unload that waits for handlers is in nobody's way, and not in that of the next load."""
    sources.write("immodest", IMMODEST)
    async with app.test_client() as client:
        await app.load("immodest")
        held = asyncio.create_task(told(client, "/self/held"))
        await app.state.gates["handler"].reached()
        unloading = asyncio.create_task(app.unload("immodest", drain=60.0))
        await turns()
        sources.write("immodest", answering("/self/held", "new"))
        await app.load("immodest")
        assert await told(client, "/self/held") == "new"
        assert not unloading.done()
        app.state.gates["handler"].open()
        assert await held == "held"
        await unloading
        assert await told(client, "/self/held") == "new"
        assert "immodest" in sources.imported()


@in_loop
async def test_a_handler_unloads_its_own_extension(app: App, sources: Sources) -> None:
    sources.write("immodest", IMMODEST)
    async with app.test_client() as client:
        await app.load("immodest")
        response = await client.post("/self/unload")
        assert (response.status_code, response.text) == (200, "unloaded by itself")
        assert app.state.journal == ["on_unload", "teardown"]
        assert await status(client, "/self/held") == 404


@in_loop
async def test_a_handler_reloads_its_own_extension(app: App, sources: Sources) -> None:
    sources.write("immodest", IMMODEST)
    async with app.test_client() as client:
        await app.load("immodest")
        for _ in range(3):
            response = await client.post("/self/reload")
            assert (response.status_code, response.text) == (200, "reloaded by itself")
        sources.write("immodest", answering("/self/new", "new"))
        assert (await client.post("/self/reload")).text == "reloaded by itself"
        assert await told(client, "/self/new") == "new"
        assert (await client.post("/self/reload")).status_code == 404


@in_loop
async def test_handlers_reload_their_own_extension_at_the_same_time(app, sources) -> None:
    """None waits for another that waits for it."""
    sources.write("immodest", IMMODEST)
    async with app.test_client() as client:
        await app.load("immodest")
        responses = await asyncio.gather(*(client.post("/self/reload") for _ in range(5)))
        assert [response.text for response in responses] == ["reloaded by itself"] * 5


@in_loop
async def test_a_handler_that_unloads_waits_for_the_others(app: App, sources: Sources) -> None:
    sources.write("immodest", IMMODEST)
    async with app.test_client() as client:
        await app.load("immodest")
        held = asyncio.create_task(told(client, "/self/held"))
        await app.state.gates["handler"].reached()
        unloading = asyncio.create_task(client.post("/self/unload"))
        await turns()
        assert not unloading.done()
        assert app.state.journal == []
        app.state.gates["handler"].open()
        assert await held == "held"
        assert (await unloading).text == "unloaded by itself"
        assert app.state.journal == ["on_unload", "teardown"]


@in_loop
async def test_a_handler_loads_another_extension(app: App, sources: Sources) -> None:
    sources.write("immodest", IMMODEST)
    sources.write("books", answering("/books", "books"))
    async with app.test_client() as client:
        await app.load("immodest")
        assert (await client.post("/self/load/books")).text == "loaded books"
        assert await told(client, "/books") == "books"
        await app.unload("immodest")
        assert await told(client, "/books") == "books"


@pytest.mark.parametrize("change", [App.unload, App.reload])
@in_loop
async def test_the_caller_is_cancelled_in_the_middle(app: App, sources: Sources, change) -> None:
    """What has begun is brought to its end all the same."""
    sources.write("immodest", IMMODEST)
    async with app.test_client() as client:
        await app.load("immodest")
        held = asyncio.create_task(told(client, "/self/held"))
        await app.state.gates["handler"].reached()
        sources.write("immodest", "def setup(app): ...")
        changing = asyncio.create_task(change(app, "immodest", drain=60.0))
        await turns()
        changing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await changing
        assert app.state.journal == []
        assert await status(client, "/self/held") == 404
        app.state.gates["handler"].open()
        assert await held == "held"
        await until(lambda: app.state.journal == ["on_unload", "teardown"])
        sources.write("books", answering("/books", "books"))
        await app.load("books")
        assert await told(client, "/books") == "books"


@in_loop
async def test_the_callers_request_is_cancelled_in_the_middle(app: App, sources: Sources) -> None:
    sources.write("immodest", IMMODEST)

    @app.endpoint("/unload", methods=["POST"])
    async def unload() -> None:
        app.state.asking = asyncio.current_task()
        await app.unload("immodest", drain=60.0)

    async with app.test_client(raise_app_exceptions=False) as client:
        await app.load("immodest")
        held = asyncio.create_task(told(client, "/self/held"))
        await app.state.gates["handler"].reached()
        unloading = asyncio.create_task(client.post("/unload"))
        await turns()
        app.state.asking.cancel()
        await asyncio.wait([unloading])
        assert app.state.journal == []
        app.state.gates["handler"].open()
        assert await held == "held"
        await until(lambda: app.state.journal == ["on_unload", "teardown"])
        unloading.cancelled() or unloading.exception()


@in_loop
async def test_a_caller_who_waits_for_others_is_cancelled(app: App, sources: Sources) -> None:
    """It had not begun, and nothing is done."""
    sources.write("one", SLOW.format(name="one"))
    sources.write("two", SLOW.format(name="two"))
    async with app.test_client() as client:
        first = asyncio.create_task(app.load("one"))
        await app.state.gates["one"].reached()
        second = asyncio.create_task(app.load("two"))
        await turns()
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        app.state.gates["one"].open()
        await first
        assert list(app.loaded) == ["one"]
        assert "two" not in sources.imported()
        assert await told(client, "/one") == "one"
