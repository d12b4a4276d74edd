"""Modules are compiled from their sources, and leave nothing behind when they are unloaded."""

import importlib
import py_compile
import sys

import pytest
from pyre.framework import App, ExtensionError

from framework.loading.sources import Sources, answering, version
from framework.loading.states import State, status, told
from framework.testing.loop import in_loop, turns

PACKAGE = """
from {imported}

def setup(app):
    @app.endpoint("/shop")
    async def shop() -> str:
        return str({number})
"""

IMPORTS = {
    "from . import prices": "prices.NUMBER",
    "from .prices import NUMBER": "NUMBER",
    "from shop import prices": "prices.NUMBER",
    "from shop.prices import NUMBER": "NUMBER",
    "from .deep.below import NUMBER": "NUMBER",
    "from .cycle import NUMBER": "NUMBER",
}


def test_what_python_would_do(sources: Sources) -> None:
    """It takes the ``.pyc`` of the text before; else the other tests would tell nothing."""
    py_compile.compile(str(sources.write("books", version(1))), doraise=True)
    sources.write("books", version(2))
    importlib.invalidate_caches()
    assert importlib.import_module("books").NUMBER == 1


@pytest.mark.parametrize("when", ["before", "running"])
@in_loop
async def test_a_module_that_was_compiled_before(app: App, sources: Sources, when: str) -> None:
    py_compile.compile(str(sources.write("books", version(1))), doraise=True)
    sources.write("books", version(2))
    if when == "before":
        app.load("books")
    async with app.test_client() as client:
        if when == "running":
            await app.load("books")
        assert await told(client, "/books") == "2"


@in_loop
async def test_many_versions(app: App, sources: Sources) -> None:
    async with app.test_client() as client:
        for number in range(5):
            sources.write("books", version(number))
            await (app.reload if number else app.load)("books")
            assert await told(client, "/books") == str(number)
            assert app.loaded["books"].module is sys.modules["books"]
    assert sources.compiled() == []


@in_loop
async def test_a_module_that_is_loaded_again(app: App, sources: Sources) -> None:
    async with app.test_client() as client:
        for number in range(5):
            sources.write("books", version(number))
            await app.load("books")
            assert await told(client, "/books") == str(number)
            await app.unload("books")
            assert sources.imported() == {}


@pytest.mark.parametrize(("statement", "number"), IMPORTS.items(), ids=IMPORTS)
@in_loop
async def test_submodules(app: App, sources: Sources, statement: str, number: str) -> None:
    text = PACKAGE.format(imported=statement.removeprefix("from "), number=number)
    sources.write("shop", text, package=True)
    sources.write("shop.deep", package=True)
    async with app.test_client() as client:
        for expected in ("1", "2", "3"):
            numbered = version(int(expected))
            sources.write("shop.prices", numbered)
            sources.write("shop.deep.below", "from ..prices import NUMBER")
            sources.write("shop.cycle", "from . import circle\n" + numbered)
            sources.write("shop.circle", "from . import cycle\n")
            await (app.reload if app.loaded else app.load)("shop")
            assert await told(client, "/shop") == expected
        await app.unload("shop")
        assert sources.imported() == {}
    assert sources.compiled() == []


@in_loop
async def test_a_submodule_that_is_imported_by_a_handler(app: App, sources: Sources) -> None:
    """What is imported late goes with the rest, and comes from its source as well."""
    sources.write(
        "shop",
        """
        def setup(app):
            @app.endpoint("/shop")
            async def shop() -> str:
                from shop.late import NUMBER
                return str(NUMBER)
        """,
        package=True,
    )
    py_compile.compile(str(sources.write("shop.late", version(1))), doraise=True)
    sources.write("shop.late", version(2))
    async with app.test_client() as client:
        await app.load("shop")
        assert "shop.late" not in sources.imported()
        assert await told(client, "/shop") == "2"
        sources.write("shop.late", version(3))
        await app.reload("shop")
        assert await told(client, "/shop") == "3"
        await app.unload("shop")
        assert sources.imported() == {}


@in_loop
async def test_a_source_that_is_gone(app: App, sources: Sources) -> None:
    """There is no ``.pyc`` that would stand in for it."""
    file = sources.write("books", version(1))
    py_compile.compile(str(file), doraise=True)
    async with app.test_client() as client:
        await app.load("books")
        before = await State.of(app, client, sources)
        file.unlink()
        with pytest.raises(ExtensionError):
            await app.reload("books")
        assert await State.of(app, client, sources) == before
        assert await told(client, "/books") == "1"
        await app.unload("books")
        with pytest.raises(ExtensionError):
            await app.load("books")


@in_loop
async def test_a_module_that_becomes_a_package(app: App, sources: Sources) -> None:
    file = sources.write("books", version(1))
    async with app.test_client() as client:
        await app.load("books")
        file.unlink()
        sources.write(
            "books",
            "from .numbers import NUMBER\n" + answering("/books", "a package"),
            package=True,
        )
        sources.write("books.numbers", "NUMBER = 2")
        await app.reload("books")
        assert await told(client, "/books") == "a package"
        assert set(sources.imported()) == {"books", "books.numbers"}


@in_loop
async def test_a_source_that_is_new(app: App, sources: Sources) -> None:
    """What was looked for in vain a moment ago is found when it is there."""
    async with app.test_client() as client:
        for number in range(3):
            name = f"books{number}"
            with pytest.raises(ExtensionError):
                await app.load(name)
            sources.write(name, version(number, f"/{name}"))
            await app.load(name)
            assert await told(client, f"/{name}") == str(number)


@in_loop
async def test_a_traceback_shows_the_new_source(app: App, sources: Sources, caplog) -> None:
    source = """
    def setup(app):
        @app.endpoint("/broken")
        async def broken() -> str:
            raise ZeroDivisionError  # {0}
    """
    async with app.test_client() as client:
        for text in ("an old line", "a new line"):
            sources.write("books", source.format(text))
            await (app.reload if app.loaded else app.load)("books")
            caplog.clear()
            assert await status(client, "/broken") == 500
            assert f"# {text}" in caplog.text


@in_loop
async def test_imports_are_found_as_before(app: App, sources: Sources) -> None:
    finders = list(sys.meta_path)
    sources.write("books", version(1))
    sources.write("broken", "raise LookupError")
    sources.write("failing", "def setup(app): raise LookupError")
    async with app.test_client():
        for _ in range(3):
            await app.load("books")
            await app.reload("books")
            await app.unload("books")
            for name in ("broken", "failing", "nowhere"):
                with pytest.raises(ExtensionError):
                    await app.load(name)
        await turns()
        assert sys.meta_path == finders
