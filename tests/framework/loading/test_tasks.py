"""Tasks of a blueprint, of an extension and of the app end when what they belong to does."""

import asyncio

import pytest
from pyre.framework import App, Blueprint

from framework.loading.gates import until
from framework.loading.sources import Sources, answering
from framework.loading.states import told
from framework.testing.loop import in_loop, turns

MODULE = """
import asyncio

from pyre import framework
from pyre.framework import Blueprint


async def run(journal, name):
    journal.append(f"{name} begins")
    try:
        await asyncio.Event().wait()
    finally:
        journal.append(f"{name} ends")


class Books(Blueprint, prefix="/books"):
    @framework.endpoint("/begin", methods=["POST"])
    async def begin(self) -> str:
        task = self.create_task(run(self.app.state.journal, "of a handler"), name="begun")
        return task.get_name()


def setup(app):
    books = Books()
    app.add_blueprint(books)
    books.create_task(run(app.state.journal, "of the blueprint"))
    app.create_task(run(app.state.journal, "of the setup"))
"""


@pytest.fixture
def books(sources: Sources) -> str:
    """The name of an extension that has tasks."""
    sources.write("books", MODULE)
    return "books"


@in_loop
async def test_those_of_an_extension(app: App, books: str) -> None:
    names = ["of the blueprint", "of the setup", "of a handler"]
    async with app.test_client() as client:
        await app.load(books)
        assert (await client.post("/books/begin")).text == "begun"
        await turns()
        assert sorted(app.state.journal) == sorted(f"{name} begins" for name in names)
        app.state.journal.clear()
        await app.unload(books)
        assert sorted(app.state.journal) == sorted(f"{name} ends" for name in names)


@in_loop
async def test_those_of_the_old_end_with_a_reload(app: App, books: str) -> None:
    async with app.test_client() as client:
        await app.load(books)
        await client.post("/books/begin")
        await turns()
        app.state.journal.clear()
        await app.reload(books)
        await turns()
        assert sorted(app.state.journal) == [
            "of a handler ends",
            "of the blueprint begins",
            "of the blueprint ends",
            "of the setup begins",
            "of the setup ends",
        ]


@in_loop
async def test_those_that_are_left_end_at_the_shutdown(app: App, books: str) -> None:
    app.load(books)
    async with app.test_client():
        await turns()
        app.state.journal.clear()
    assert sorted(app.state.journal) == ["of the blueprint ends", "of the setup ends"]


@in_loop
async def test_those_of_the_app_stay(app: App, books: str) -> None:
    @app.endpoint("/begin", methods=["POST"])
    async def begin() -> None:
        app.state.task = app.create_task(asyncio.Event().wait(), name="of the app")

    async with app.test_client() as client:
        await app.load(books)
        assert (await client.post("/begin")).status_code == 204
        await app.unload(books)
        assert app.state.task.get_name() == "of the app"
        assert not app.state.task.done()
    assert app.state.task.cancelled()


@in_loop
async def test_those_of_the_apps_own_blueprint(app: App) -> None:
    class Own(Blueprint):
        pass

    own = Own()
    app.add_blueprint(own)
    async with app.test_client():
        task = own.create_task(asyncio.Event().wait())
        await turns()
        assert not task.done()
    assert task.cancelled()


@in_loop
async def test_what_a_task_returns(app: App) -> None:
    async def double(number: int) -> int:
        await asyncio.sleep(0)
        return 2 * number

    async with app.test_client():
        assert await app.create_task(double(21)) == 42


@in_loop
async def test_a_task_is_kept(app: App) -> None:
    """The loop has weak references only; asyncio tells who needs others."""
    done = []

    async def run() -> None:
        await asyncio.sleep(0)
        done.append(1)

    async with app.test_client():
        app.create_task(run())
        await turns()
        assert done == [1]


BEGUN = {
    "of the extension": "app.create_task(fail())",
    "of a blueprint": "books.create_task(fail())",
    "of the app": "app.state.begin = lambda: app.create_task(fail())",
}


@pytest.mark.parametrize("line", BEGUN.values(), ids=BEGUN)
@in_loop
async def test_one_that_fails_is_logged(app: App, sources: Sources, caplog, line: str) -> None:
    sources.write(
        "books",
        f"""
        from pyre.framework import Blueprint

        class Books(Blueprint): ...

        async def fail():
            raise ZeroDivisionError("in the background")

        def setup(app):
            books = Books()
            app.add_blueprint(books)
            {line}
        """,
    )
    app.state.begin = lambda: None
    async with app.test_client() as client:
        await app.load("books")
        app.state.begin()
        await turns()
        assert await told(client, "/own") == "own"
        (record,) = caplog.records
        assert (record.levelname, record.name) == ("ERROR", "pyre.framework")
        assert "ZeroDivisionError: in the background" in caplog.text
        await app.unload("books")


@in_loop
async def test_one_that_is_awaited_and_fails(app: App) -> None:
    async def fail() -> None:
        raise ZeroDivisionError("in the background")

    async with app.test_client():
        with pytest.raises(ZeroDivisionError):
            await app.create_task(fail())


@in_loop
async def test_one_that_ignores_its_cancellation(app: App, sources: Sources, caplog) -> None:
    sources.write(
        "stubborn",
        """
        import asyncio

        async def run(app):
            while not app.state.gates["task"].is_passed:
                try:
                    await app.state.gates["task"].wait()
                except asyncio.CancelledError:
                    app.state.journal.append("ignored")

        def setup(app):
            app.state.task = app.create_task(run(app), name="a stubborn one")
        """,
    )
    async with app.test_client():
        await app.load("stubborn")
        await app.state.gates["task"].reached()
        await app.unload("stubborn", drain=0)
        assert app.state.journal == ["ignored"]
        assert "a stubborn one" in caplog.text
        app.state.gates["task"].open()
        await app.state.task


@in_loop
async def test_one_that_fails_when_it_is_cancelled(app: App, sources: Sources, caplog) -> None:
    sources.write(
        "books",
        """
        import asyncio

        async def run():
            try:
                await asyncio.Event().wait()
            finally:
                raise ZeroDivisionError("at its end")

        def setup(app):
            app.create_task(run())

        def teardown(app):
            app.state.journal.append("teardown")
        """,
    )
    async with app.test_client():
        await app.load("books")
        await turns()
        await app.unload("books")
        assert app.state.journal == ["teardown"]
        assert "ZeroDivisionError: at its end" in caplog.text


@in_loop
async def test_a_setup_that_fails_leaves_no_task(app: App, sources: Sources) -> None:
    sources.write("books", MODULE + "    raise LookupError\n")
    async with app.test_client():
        before = asyncio.all_tasks()
        with pytest.raises(Exception, match="LookupError"):
            await app.load("books")
        assert asyncio.all_tasks() == before


@in_loop
async def test_a_blueprint_that_has_gone_creates_none(app: App, sources: Sources) -> None:
    sources.write("books", MODULE.replace("books = Books()", "books = app.state.books = Books()"))
    async with app.test_client():
        await app.load("books")
        books = app.state.books
        await app.unload("books")
        with pytest.raises(RuntimeError):
            books.create_task(asyncio.sleep(0))


@in_loop
async def test_a_blueprint_without_an_app_creates_none() -> None:
    with pytest.raises(RuntimeError):
        Blueprint().create_task(asyncio.sleep(0))


@pytest.mark.parametrize("change", ["reload", "unload"])
@in_loop
async def test_a_task_changes_its_own_extension(app: App, sources: Sources, change: str) -> None:
    """One that watches the sources does: it ends with the old, and the change comes to its end."""
    sources.write(
        "books",
        f"""
        async def watch(app):
            await app.state.gates["change"].wait()
            await app.{change}("books", drain=60.0)

        def setup(app):
            app.create_task(watch(app))

        def teardown(app):
            app.state.journal.append("teardown")
        """,
    )
    async with app.test_client() as client:
        await app.load("books")
        sources.write("books", answering("/books", "new"))
        app.state.gates["change"].open()
        await until(lambda: app.state.journal)
        await turns()
        assert list(app.loaded) == (["books"] if change == "reload" else [])
        assert (await client.get("/books")).status_code == (200 if change == "reload" else 404)
