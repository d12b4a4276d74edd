"""Extensions that are packages, that are in packages, and that are within each other."""

import importlib
import sys

import pytest
from pyre.framework import App, ExtensionFailed, NoSetupError

from framework.loading.sources import Sources, version
from framework.loading.states import State, status, submodules_of, told
from framework.testing.loop import in_loop


@in_loop
async def test_an_extension_in_a_package(app: App, sources: Sources) -> None:
    sources.write("shop", package=True)
    sources.write("shop.books", version(1))
    async with app.test_client() as client:
        await app.load("shop.books")
        shop = sys.modules["shop"]
        assert shop.books is app.loaded["shop.books"].module
        sources.write("shop.books", version(2))
        await app.reload("shop.books")
        assert shop.books is app.loaded["shop.books"].module is sys.modules["shop.books"]
        assert shop.books.NUMBER == 2
        assert await told(client, "/books") == "2"
        await app.unload("shop.books")
        assert sources.imported() == {"shop": shop}
        assert submodules_of(shop) == {}
        await app.load("shop.books")
        assert shop.books is sys.modules["shop.books"]


@in_loop
async def test_two_extensions_of_one_package(app: App, sources: Sources) -> None:
    sources.write("shop", package=True)
    sources.write("shop.books", version(1, "/books"))
    sources.write("shop.music", version(1, "/music"))
    async with app.test_client() as client:
        await app.load("shop.books")
        await app.load("shop.music")
        shop, music = sys.modules["shop"], sys.modules["shop.music"]
        await app.unload("shop.books")
        assert sources.imported() == {"shop": shop, "shop.music": music}
        assert submodules_of(shop) == {"music": music}
        assert await told(client, "/music") == "1"
        assert await status(client, "/books") == 404


@pytest.mark.parametrize("first", ["shop", "shop.books"])
@in_loop
async def test_an_extension_within_another(app: App, sources: Sources, first: str) -> None:
    """Each takes with it what is its own, and the other stays whole."""
    sources.write("shop", version(1, "/shop"), package=True)
    sources.write("shop.common", version(1, "/common"))
    sources.write("shop.books", "from . import common\n" + version(1, "/books"))
    names = {"shop", "shop.books"}
    async with app.test_client() as client:
        for name in sorted(names, key=lambda name: name != first):
            await app.load(name)
        books = sys.modules["shop.books"]
        await app.unload("shop")
        assert sources.imported()["shop.books"] is books
        assert "shop" not in sources.imported()
        assert await told(client, "/books") == "1"
        assert await status(client, "/shop") == 404
        sources.write("shop", version(2, "/shop"), package=True)
        await app.load("shop")
        assert await told(client, "/shop") == "2"
        assert sys.modules["shop.books"] is books
        await app.unload("shop.books")
        assert "shop.books" not in sources.imported()
        assert "books" not in submodules_of(sys.modules["shop"])
        assert await told(client, "/shop") == "2"


@in_loop
async def test_an_extension_within_one_that_is_reloaded(app: App, sources: Sources) -> None:
    sources.write("shop", version(1, "/shop"), package=True)
    sources.write("shop.books", version(1, "/books"))
    async with app.test_client() as client:
        await app.load("shop")
        await app.load("shop.books")
        books = sys.modules["shop.books"]
        sources.write("shop", version(2, "/shop"), package=True)
        sources.write("shop.books", version(2, "/books"))
        await app.reload("shop")
        assert await told(client, "/shop") == "2"
        assert await told(client, "/books") == "1"
        assert sys.modules["shop.books"] is books
        await app.reload("shop.books")
        assert await told(client, "/books") == "2"


@pytest.mark.parametrize("change", ["reload", "load again"])
@in_loop
async def test_a_package_that_is_new_has_the_extensions_within(
    app: App, sources: Sources, change: str
) -> None:
    """``import shop.books`` gives ``shop``, of which ``books`` is an attribute then."""
    sources.write("shop", version(1, "/shop"), package=True)
    sources.write("shop.books", version(1, "/books"))
    async with app.test_client():
        await app.load("shop")
        await app.load("shop.books")
        if change == "reload":
            await app.reload("shop")
        else:
            await app.unload("shop")
            await app.load("shop")
        assert sys.modules["shop"].books is sys.modules["shop.books"]


@in_loop
async def test_a_namespace_package(app: App, sources: Sources) -> None:
    sources.write("space.books", version(1))
    async with app.test_client() as client:
        await app.load("space.books")
        sources.write("space.books", version(2))
        await app.reload("space.books")
        assert await told(client, "/books") == "2"
        await app.unload("space.books")
        assert "space.books" not in sources.imported()
        assert submodules_of(sys.modules["space"]) == {}
        with pytest.raises(NoSetupError):
            await app.load("space")
        sources.write("space.books", version(3))
        await app.load("space.books")
        assert await told(client, "/books") == "3"


@in_loop
async def test_what_is_beside_an_extension_is_no_part_of_it(app: App, sources: Sources) -> None:
    """It is shared: others have its classes and its state."""
    sources.write("shop", package=True)
    sources.write("shop.common", "SHELVES = []")
    sources.write("shop.books", "from shop import common\n" + version(1))
    async with app.test_client():
        await app.load("shop.books")
        common = sys.modules["shop.common"]
        await app.reload("shop.books")
        assert app.loaded["shop.books"].module.common is common
        await app.unload("shop.books")
        assert sys.modules["shop.common"] is common


@in_loop
async def test_names_that_only_begin_alike(app: App, sources: Sources) -> None:
    sources.write("book", version(1, "/book"))
    sources.write("books", version(1, "/books"))
    sources.write("book_shop", "x = 1")
    importlib.invalidate_caches()
    importlib.import_module("book_shop")
    async with app.test_client() as client:
        await app.load("book")
        await app.load("books")
        await app.unload("book")
        assert set(sources.imported()) == {"books", "book_shop"}
        assert await told(client, "/books") == "1"


HALF = """
from half import first
import half.second

def setup(app): ...
"""


@pytest.mark.parametrize("place", ["half.second", "half.second.below"])
@in_loop
async def test_a_package_that_fails_half_way(app: App, sources: Sources, place: str) -> None:
    sources.write("half", HALF, package=True)
    sources.write("half.first", "from . import shared")
    sources.write("half.shared", "")
    sources.write("half.second", "from . import below", package=True)
    sources.write("half.second.below", "")
    sources.write(place, "raise LookupError", package=place == "half.second")
    async with app.test_client() as client:
        before = await State.of(app, client, sources)
        with pytest.raises(ExtensionFailed):
            await app.load("half")
        assert await State.of(app, client, sources) == before
        assert sources.imported() == {}
        sources.write(place, "", package=place == "half.second")
        await app.load("half")
        assert "half.first" in sources.imported()


@in_loop
async def test_a_reload_that_fails_half_way(app: App, sources: Sources) -> None:
    """The modules of the old are back, each the same one, also in the package that they are in."""
    sources.write("shop", package=True)
    sources.write("shop.half", HALF.replace("half", "shop.half"), package=True)
    sources.write("shop.half.first", version(1))
    sources.write("shop.half.second", "")
    async with app.test_client() as client:
        await app.load("shop.half")
        before = await State.of(app, client, sources)
        sources.write("shop.half.first", version(2))
        sources.write("shop.half.second", "raise LookupError")
        with pytest.raises(ExtensionFailed):
            await app.reload("shop.half")
        assert await State.of(app, client, sources) == before
        assert sys.modules["shop.half.first"].NUMBER == 1
        assert sys.modules["shop"].half is sys.modules["shop.half"]
        sources.write("shop.half.second", "")
        await app.reload("shop.half")
        assert sys.modules["shop.half.first"].NUMBER == 2
