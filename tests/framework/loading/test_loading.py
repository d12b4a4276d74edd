"""An extension is loaded before the start or while the app runs, and unloaded again."""

import inspect
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from pyre.framework import App
from pyre.framework.testing import LifespanError, TestClient

from framework.loading.sources import Sources, answering
from framework.loading.states import status, told
from framework.testing.loop import in_loop

PLAIN = answering("/books", "books")

COROUTINE = """
import asyncio

async def setup(app):
    await asyncio.sleep(0)

    @app.endpoint("/books")
    async def books() -> str:
        return "books"
"""

SETUPS = {"plain": PLAIN, "coroutine": COROUTINE}

either_setup = pytest.mark.parametrize("source", SETUPS.values(), ids=SETUPS)


@either_setup
@in_loop
async def test_before_the_start(app: App, sources: Sources, source: str) -> None:
    sources.write("books", source)
    app.load("books")
    assert "books" in sources.imported()
    assert dict(app.loaded) == {}
    async with app.test_client() as client:
        assert list(app.loaded) == ["books"]
        assert await told(client, "/books") == "books"
        assert await told(client, "/own") == "own"


@either_setup
@in_loop
async def test_while_the_app_runs(app: App, sources: Sources, source: str) -> None:
    sources.write("books", source)
    async with app.test_client() as client:
        assert await status(client, "/books") == 404
        assert await app.load("books") is None
        assert await told(client, "/books") == "books"
        assert await told(client, "/own") == "own"


@either_setup
@in_loop
async def test_unloading(app: App, sources: Sources, source: str) -> None:
    sources.write("books", source)
    app.load("books")
    async with app.test_client() as client:
        assert await told(client, "/books") == "books"
        assert await app.unload("books") is None
        assert await status(client, "/books") == 404
        assert await told(client, "/own") == "own"
        assert dict(app.loaded) == {}
        await app.load("books")
        assert await told(client, "/books") == "books"


@either_setup
@in_loop
async def test_reloading(app: App, sources: Sources, source: str) -> None:
    sources.write("books", source)
    app.load("books")
    async with app.test_client() as client:
        assert await told(client, "/books") == "books"
        sources.write("books", answering("/books", "new books"))
        assert await told(client, "/books") == "books"
        assert await app.reload("books") is None
        assert await told(client, "/books") == "new books"


@in_loop
async def test_what_was_loaded_first_is_set_up_first(app: App, sources: Sources) -> None:
    names = ["one", "two", "three"]
    for name in names:
        sources.write(name, f"def setup(app): app.state.journal.append({name!r})")
        app.load(name)
    assert app.state.journal == []
    async with app.test_client():
        assert app.state.journal == names
        assert list(app.loaded) == names


@in_loop
async def test_what_an_extension_is(app: App, sources: Sources) -> None:
    sources.write("books", PLAIN)
    async with app.test_client():
        await app.load("books")
        extension = app.loaded["books"]
        assert extension.name == "books"
        assert extension.module is sources.imported()["books"]
        assert [route.path for route in extension.routes] == ["/books"]
        assert extension.routes[0] is app.routes[-1]


@in_loop
async def test_nobody_else_changes_what_is_loaded(app: App, sources: Sources) -> None:
    sources.write("books", PLAIN)
    async with app.test_client():
        await app.load("books")
        with pytest.raises(TypeError):
            del app.loaded["books"]  # type: ignore[attr-defined]
        assert list(app.loaded) == ["books"]


@in_loop
async def test_the_parameter_of_a_setup_is_the_app(app: App, sources: Sources) -> None:
    sources.write("books", "def setup(app): app.state.given = app")
    async with app.test_client():
        await app.load("books")
        assert app.state.given is app


@in_loop
async def test_the_app_starts_again(app: App, sources: Sources) -> None:
    sources.write("books", PLAIN)
    app.load("books")
    for _ in range(3):
        async with app.test_client() as client:
            assert await told(client, "/books") == "books"
            assert list(app.loaded) == ["books"]


@in_loop
async def test_without_a_lifespan_the_first_request_sets_up(app: App, sources: Sources) -> None:
    sources.write("books", PLAIN)
    sources.write("music", answering("/music", "music"))
    async with TestClient(app, lifespan="off") as client:
        app.load("books")
        assert await told(client, "/books") == "books"
        await app.load("music")
        assert await told(client, "/music") == "music"
        await app.unload("books")
        assert await status(client, "/books") == 404


@in_loop
async def test_in_a_hook_of_the_startup(sources: Sources) -> None:
    sources.write("books", PLAIN)
    app = App()

    @app.on_startup
    async def load() -> None:
        await app.load("books")

    async with app.test_client() as client:
        assert await told(client, "/books") == "books"


@in_loop
async def test_in_the_lifespan(sources: Sources) -> None:
    sources.write(
        "books", PLAIN + "    app.on_startup(lambda: journal.append('starts'))\njournal = []"
    )

    @asynccontextmanager
    async def lifespan(app: App) -> AsyncGenerator[None]:
        await app.load("books")
        yield
        await app.unload("books")

    app = App(lifespan=lifespan)
    async with app.test_client() as client:
        assert await told(client, "/books") == "books"
        assert app.loaded["books"].module.journal == ["starts"]


@in_loop
async def test_a_setup_has_what_the_lifespan_has_made(sources: Sources) -> None:
    @asynccontextmanager
    async def lifespan(app: App) -> AsyncGenerator[None]:
        app.state.shelves = ["a shelf"]
        yield
        app.state.shelves.clear()

    app = App(lifespan=lifespan)
    source = """
    def setup(app):
        app.state.seen.extend(app.state.shelves)

    def teardown(app):
        app.state.seen.extend(app.state.shelves)
    """
    sources.write("books", source)
    app.state.seen = []
    app.load("books")
    for _ in range(2):
        async with app.test_client():
            assert app.state.seen == ["a shelf"]
        assert app.state.seen == ["a shelf", "a shelf"]
        app.state.seen.clear()


@in_loop
async def test_the_lifespan_ends_when_a_setup_fails(sources: Sources) -> None:
    steps: list[str] = []

    @asynccontextmanager
    async def lifespan(_: App) -> AsyncGenerator[None]:
        steps.append("begins")
        try:
            yield
        finally:
            steps.append("ends")

    app = App(lifespan=lifespan)
    sources.write("books", "def setup(app): raise LookupError('no books')")
    app.load("books")
    with pytest.raises(LifespanError, match="no books"):
        async with app.test_client():
            raise AssertionError("it has started")
    assert steps == ["begins", "ends"]
    assert dict(app.loaded) == {}


@in_loop
async def test_two_apps_load_the_same_module(sources: Sources) -> None:
    sources.write("books", PLAIN)
    first, second = App(), App()
    async with first.test_client() as of_first, second.test_client() as of_second:
        await first.load("books")
        await second.load("books")
        await first.unload("books")
        assert await status(of_first, "/books") == 404
        assert await told(of_second, "/books") == "books"


@pytest.mark.parametrize("change", [App.unload, App.reload])
def test_how_long_is_waited(change) -> None:
    assert inspect.signature(change).parameters["drain"].default == 10.0
