"""How an extension ends: when it is unloaded, and when the app stops."""

import asyncio

import pytest
from pyre.framework import App
from support.waiting import PATIENCE

from framework.loading.sources import Sources
from framework.loading.states import status, told
from framework.testing.loop import in_loop, turns

MODULE = """
import asyncio

from pyre import framework
from pyre.framework import Blueprint


class First(Blueprint, prefix="/{name}"):
    @framework.endpoint("/held")
    async def held(self) -> str:
        try:
            await self.app.state.gates["handler"].wait()
        finally:
            self.app.state.journal.append("{name}: handler")

    {define} on_unload(self):
        self.app.state.journal.append("{name}: on_unload of the first")


class Second(Blueprint):
    {define} on_unload(self):
        self.app.state.journal.append("{name}: on_unload of the second")


async def run(app):
    try:
        await asyncio.Event().wait()
    finally:
        app.state.journal.append("{name}: task")


def setup(app):
    app.add_blueprint(First())
    app.add_blueprint(Second())
    app.create_task(run(app))

    {define} hook():
        app.state.journal.append("{name}: shutdown hook")

    app.on_shutdown(hook)


{define} teardown(app):
    app.state.journal.append("{name}: teardown")
"""

DEFINITIONS = ["def", "async def"]


def events_of(journal: list[str], name: str) -> list[str]:
    """What has happened to an extension, in its order."""
    return [event.partition(": ")[2] for event in journal if event.startswith(f"{name}: ")]


@pytest.mark.parametrize("define", DEFINITIONS)
@in_loop
async def test_the_order_of_an_unload(app: App, sources: Sources, define: str) -> None:
    sources.write("one", MODULE.format(name="one", define=define))
    async with app.test_client() as client:
        await app.load("one")
        held = asyncio.create_task(client.get("/one/held"))
        await app.state.gates["handler"].reached()
        await app.unload("one", drain=0.01)
        await held
        journal = app.state.journal
        assert journal[0] == "one: handler"
        assert sorted(journal[1:4]) == [
            "one: on_unload of the first",
            "one: on_unload of the second",
            "one: shutdown hook",
        ]
        assert journal[4:] == ["one: teardown", "one: task"]


@pytest.mark.parametrize("define", DEFINITIONS)
@in_loop
async def test_the_shutdown_ends_all_in_reverse_order(app, sources, define: str) -> None:
    names = ["one", "two", "three"]
    app.on_shutdown(lambda: app.state.journal.append("app: shutdown hook"))
    for name in names:
        sources.write(name, MODULE.format(name=name, define=define))
    app.load("one")
    async with app.test_client():
        await app.load("two")
        await app.load("three")
        await turns()
    journal = app.state.journal
    ended = [event.partition(": ")[0] for event in journal if event.endswith(": teardown")]
    assert ended == ["three", "two", "one"]
    extensions = [event.partition(": ")[0] for event in journal if not event.startswith("app")]
    assert extensions == sorted(extensions, key=["three", "two", "one"].index)
    for name in names:
        assert sorted(events_of(journal, name)) == [
            "on_unload of the first",
            "on_unload of the second",
            "shutdown hook",
            "task",
            "teardown",
        ]
    assert journal.count("app: shutdown hook") == 1


@in_loop
async def test_what_was_unloaded_is_not_ended_again(app: App, sources: Sources) -> None:
    sources.write("one", MODULE.format(name="one", define="def"))
    async with app.test_client():
        await app.load("one")
        await turns()
        await app.unload("one")
        journal = list(app.state.journal)
    assert app.state.journal == journal


@pytest.mark.parametrize("define", DEFINITIONS)
@pytest.mark.parametrize("raising", ["of the first", "of the second", "hook", "teardown"])
@in_loop
async def test_what_raises_is_logged_and_the_rest_goes_on(
    app: App, sources: Sources, caplog, define: str, raising: str
) -> None:
    text = MODULE.format(name="one", define=define)
    line = next(line for line in text.splitlines() if f'{raising}")' in line)
    indentation = line[: len(line) - len(line.lstrip())]
    failing = f"{line}\n{indentation}raise ZeroDivisionError('on purpose')"
    sources.write("one", text.replace(line, failing))
    sources.write("two", MODULE.format(name="two", define=define))
    async with app.test_client() as client:
        await app.load("one")
        await app.load("two")
        await turns()
        await app.unload("one")
        assert sorted(events_of(app.state.journal, "one")) == [
            "on_unload of the first",
            "on_unload of the second",
            "shutdown hook",
            "task",
            "teardown",
        ]
        assert "ZeroDivisionError: on purpose" in caplog.text
        assert "one" in "".join(record.getMessage() for record in caplog.records)
        assert list(app.loaded) == ["two"]
        assert await status(client, "/one/held") == 404
        assert "one" not in sources.imported()
        await app.load("one")
    journal = app.state.journal
    assert len(events_of(journal, "two")) == 5
    assert len(events_of(journal, "one")) == 10


@in_loop
async def test_several_that_raise_are_all_logged(app: App, sources: Sources, caplog) -> None:
    sources.write(
        "one",
        """
        from pyre.framework import Blueprint

        class First(Blueprint):
            def on_unload(self): raise ZeroDivisionError("the first")

        class Second(Blueprint):
            def on_unload(self): raise LookupError("the second")

        def setup(app):
            app.add_blueprint(First())
            app.add_blueprint(Second())

        def teardown(app):
            raise OSError("the teardown")
        """,
    )
    async with app.test_client():
        await app.load("one")
        await app.unload("one")
    for text in ("the first", "the second", "the teardown"):
        assert text in caplog.text


@in_loop
async def test_a_mount_that_does_not_stop(app: App, sources: Sources, caplog) -> None:
    sources.write(
        "one",
        """
        class Refusing:
            async def __call__(self, scope, receive, send):
                await receive()
                await send({"type": "lifespan.startup.complete"})
                await receive()
                await send({"type": "lifespan.shutdown.failed", "message": "never"})

        def setup(app):
            app.mount("/mounted", Refusing())

        def teardown(app):
            app.state.journal.append("teardown")
        """,
    )
    async with app.test_client():
        await app.load("one")
        await app.unload("one")
        assert app.state.journal == ["teardown"]
        assert "never" in caplog.text


@in_loop
async def test_a_teardown_loads_what_it_wants(app: App, sources: Sources) -> None:
    """By then its own extension has gone, and no change is under way."""
    sources.write("one", "def setup(app): ...\nasync def teardown(app): await app.load('two')")
    sources.write("two", MODULE.format(name="two", define="def"))
    async with app.test_client() as client:
        await app.load("one")
        await app.unload("one")
        assert list(app.loaded) == ["two"]
        app.state.gates["handler"].open()
        assert (await client.get("/two/held")).status_code == 204


@pytest.mark.parametrize(
    "line", ["await app.load('two')", "await app.unload('two')", "await app.reload('two')"]
)
@pytest.mark.parametrize("function", ["teardown", "hook"])
@in_loop
async def test_at_the_shutdown_it_is_too_late_to_change_anything(
    app: App, sources: Sources, function: str, line: str
) -> None:
    """It fails, or it does not; but the server stops."""
    teardown = f"async def teardown(app):\n    {line}\n"
    hook = f"    async def hook():\n        {line}\n    app.on_shutdown(hook)\n"
    plain = "def setup(app):\n    app.state.journal.append('set up')\n"
    sources.write("one", plain + (teardown if function == "teardown" else hook))
    sources.write("two", "def setup(app): ...\ndef teardown(app): app.state.journal.append('two')")
    app.load("two")
    app.load("one")
    async with asyncio.timeout(PATIENCE):
        async with app.test_client():
            pass
    assert app.state.journal == ["set up", "two"]


@in_loop
async def test_the_app_answers_to_the_end(app: App, sources: Sources) -> None:
    """While an extension is torn down, what is not its own answers as before."""
    sources.write(
        "one",
        """
        def setup(app): ...

        async def teardown(app):
            await app.state.gates["teardown"].wait()
        """,
    )
    async with app.test_client() as client:
        await app.load("one")
        unloading = asyncio.create_task(app.unload("one"))
        await app.state.gates["teardown"].reached()
        assert await told(client, "/own") == "own"
        app.state.gates["teardown"].open()
        await unloading
