"""What can't be loaded, unloaded or reloaded is told by an exception of its own."""

import asyncio
import logging

import pytest
from pyre import framework
from pyre.framework import App, errors, extension

from framework.loading.sources import Sources, answering
from framework.testing.loop import in_loop

CLASSES = [
    "ExtensionAlreadyLoaded",
    "ExtensionError",
    "ExtensionFailed",
    "ExtensionNotFound",
    "ExtensionNotLoaded",
    "NoSetupError",
]


@pytest.mark.parametrize("name", CLASSES)
def test_all_of_them_are_found(name: str) -> None:
    cls = getattr(framework, name)
    assert cls is getattr(errors, name)
    assert name in framework.__all__
    assert issubclass(cls, framework.ExtensionError)
    assert issubclass(cls, Exception)


@pytest.fixture(params=["before", "running"])
def when(request: pytest.FixtureRequest) -> str:
    """Whether the app has been started."""
    chosen: str = request.param
    return chosen


@in_loop
async def test_a_setup_that_does_not_end_is_told(
    sources: Sources, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def warn(message: str, *args: object) -> None:
        told.set_result(message % args)

    monkeypatch.setattr(extension, "_LONG", 0.01)
    monkeypatch.setattr(logging.getLogger("pyre.framework"), "warning", warn)
    sources.write(
        "slow",
        """
        import asyncio

        async def setup(app):
            await asyncio.Event().wait()
        """,
    )
    app = App()
    async with app.test_client():
        loading = asyncio.ensure_future(app.load("slow"))
        message = await told
        assert message == "the setup of slow has taken 0.01 s so far; other extensions wait for it"
        loading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await loading


async def error_of(app: App, name: str, when: str) -> errors.ExtensionError:
    """What it raises to load an extension."""
    if when == "before":
        with pytest.raises(errors.ExtensionError) as caught:
            app.load(name)
        return caught.value
    async with app.test_client():
        with pytest.raises(errors.ExtensionError) as caught:
            await app.load(name)
        assert dict(app.loaded) == {}
        return caught.value


@pytest.mark.parametrize(
    "name",
    [
        "nowhere",
        "nowhere.below",
        "shop.nowhere",
        "shop.books.nowhere",
        "",
        ".relative",
        "shop.",
        "shop..books",
        "shop/books",
        "with-hyphen",
    ],
)
@in_loop
async def test_there_is_no_such_module(app: App, sources: Sources, when: str, name: str) -> None:
    sources.write("shop", package=True)
    sources.write("shop.books", answering("/books", "books"))
    error = await error_of(app, name, when)
    assert type(error) is errors.ExtensionNotFound
    assert error.name == name
    assert repr(name) in str(error)
    assert name not in sources.imported()


@pytest.mark.parametrize("source", ["", "setup = 1", "def set_up(app): ..."])
@in_loop
async def test_there_is_no_setup(app: App, sources: Sources, when: str, source: str) -> None:
    sources.write("books", source)
    error = await error_of(app, "books", when)
    assert type(error) is errors.NoSetupError
    assert error.name == "books"
    assert "books" in str(error)
    assert "setup" in str(error)
    assert sources.imported() == {}


IMPORTS = {
    "raises": ("raise LookupError('no shelf')", LookupError, "no shelf"),
    "has an error of syntax": ("def setup(app:", SyntaxError, "books.py"),
    "needs another module": ("import a_module_that_is_not_there", ModuleNotFoundError, "not_there"),
    "needs another name": ("from json import not_there", ImportError, "not_there"),
    "needs a submodule": ("import books.not_there", ModuleNotFoundError, "not_there"),
}


@pytest.mark.parametrize("fault", IMPORTS.values(), ids=IMPORTS)
@in_loop
async def test_the_import_fails(app: App, sources: Sources, when: str, fault) -> None:
    source, kind, words = fault
    sources.write("books", source)
    error = await error_of(app, "books", when)
    assert_failed(error, kind, words)
    assert sources.imported() == {}


@in_loop
async def test_the_package_of_the_module_fails(app: App, sources: Sources, when: str) -> None:
    sources.write("shop", "import a_module_that_is_not_there", package=True)
    sources.write("shop.books", answering("/books", "books"))
    error = await error_of(app, "shop.books", when)
    assert type(error) is errors.ExtensionFailed
    assert error.name == "shop.books"
    assert type(error.original) is ModuleNotFoundError
    assert sources.imported() == {}


SETUPS = {
    "plain": "def setup(app): raise LookupError('no shelf')",
    "coroutine": "async def setup(app): raise LookupError('no shelf')",
}


@pytest.mark.parametrize("source", SETUPS.values(), ids=SETUPS)
@in_loop
async def test_the_setup_fails(app: App, sources: Sources, source: str) -> None:
    sources.write("books", source)
    assert_failed(await error_of(app, "books", "running"), LookupError, "no shelf")


@in_loop
async def test_a_setup_that_takes_no_app(app: App, sources: Sources) -> None:
    sources.write("books", "def setup(): ...")
    assert_failed(await error_of(app, "books", "running"), TypeError, "setup")


def assert_failed(error: errors.ExtensionError, kind: type[Exception], words: str) -> None:
    """The extension ``books`` has failed by an error of its own."""
    assert isinstance(error, errors.ExtensionFailed)
    assert error.name == "books"
    assert type(error.original) is kind
    assert error.__cause__ is error.original
    assert words in str(error.original)
    assert "books" in str(error)
    assert kind.__name__ in str(error)
    assert words in str(error)


@in_loop
async def test_it_is_loaded_already(app: App, sources: Sources) -> None:
    sources.write("books", answering("/books", "books"))
    app.load("books")
    with pytest.raises(errors.ExtensionAlreadyLoaded, match="books"):
        app.load("books")
    async with app.test_client():
        with pytest.raises(errors.ExtensionAlreadyLoaded, match="books") as caught:
            await app.load("books")
        assert caught.value.name == "books"
        assert list(app.loaded) == ["books"]


@pytest.mark.parametrize("change", [App.unload, App.reload])
@in_loop
async def test_it_is_not_loaded(app: App, sources: Sources, change) -> None:
    sources.write("books", answering("/books", "books"))
    async with app.test_client():
        with pytest.raises(errors.ExtensionNotLoaded, match="books") as caught:
            await change(app, "books")
        assert caught.value.name == "books"
        await app.load("books")
        await app.unload("books")
        with pytest.raises(errors.ExtensionNotLoaded, match="books"):
            await change(app, "books")


REFUSED = {
    "wrap_asgi": "app.wrap_asgi(lambda inner: inner)",
    "sessions": "app.sessions(secrets=['0123456789abcdef0123456789abcdef'])",
}


@pytest.mark.parametrize("name", [name for name in REFUSED if hasattr(App, name)])
@in_loop
async def test_what_is_the_apps_alone(app: App, sources: Sources, name: str) -> None:
    sources.write("books", f"def setup(app): {REFUSED[name]}")
    error = await error_of(app, "books", "running")
    assert_failed(error, errors.RegistrationError, "extension")


@in_loop
async def test_base_exceptions_are_not_wrapped(app: App, sources: Sources) -> None:
    sources.write(
        "books",
        """
        import asyncio

        async def setup(app):
            app.endpoint("/books")(lambda: "books")
            raise asyncio.CancelledError
        """,
    )
    async with app.test_client():
        routes = app.routes
        with pytest.raises(asyncio.CancelledError):
            await app.load("books")
        assert list(app.routes) == list(routes)
        assert sources.imported() == {}
