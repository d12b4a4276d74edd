"""A setup may load another extension: both come, or none."""

import asyncio

import pytest
from pyre.framework import App, ExtensionAlreadyLoaded, ExtensionFailed
from support.waiting import PATIENCE

from framework.loading.sources import Sources, answering
from framework.loading.states import State, status, told
from framework.testing.loop import in_loop

OUTER = """
from contextlib import suppress

async def setup(app):
    @app.endpoint("/outer")
    async def outer() -> str:
        return "outer"

    await app.load("inner")
    {then}

    @app.endpoint("/outer/late")
    async def late() -> str:
        return "late"
"""

INNER = """
async def setup(app):
    app.create_task(app.state.gates["never"].wait())
    app.on_startup(lambda: app.state.journal.append("inner starts"))
    app.on_shutdown(lambda: app.state.journal.append("inner stops"))

    @app.endpoint("/inner")
    async def inner() -> str:
        return "inner"
"""


@pytest.fixture(autouse=True)
def nested(sources: Sources) -> None:
    sources.write("outer", OUTER.format(then="pass"))
    sources.write("inner", INNER)


@pytest.mark.parametrize("when", ["before", "running"])
@in_loop
async def test_both_come(app: App, when: str) -> None:
    if when == "before":
        app.load("outer")
    async with app.test_client() as client:
        if when == "running":
            await app.load("outer")
        assert set(app.loaded) == {"outer", "inner"}
        assert await told(client, "/outer") == "outer"
        assert await told(client, "/inner") == "inner"
        assert [route.path for route in app.loaded["inner"].routes] == ["/inner"]
        assert [route.path for route in app.loaded["outer"].routes] == ["/outer", "/outer/late"]
        assert app.state.journal == ["inner starts"]


@in_loop
async def test_each_goes_on_its_own(app: App) -> None:
    async with app.test_client() as client:
        await app.load("outer")
        await app.unload("outer")
        assert await status(client, "/outer") == 404
        assert await told(client, "/inner") == "inner"
        assert app.state.journal == ["inner starts"]
        await app.unload("inner")
        assert await status(client, "/inner") == 404
        assert app.state.journal == ["inner starts", "inner stops"]


@in_loop
async def test_the_inner_one_is_reloaded_on_its_own(app: App, sources: Sources) -> None:
    async with app.test_client() as client:
        await app.load("outer")
        sources.write("inner", answering("/inner", "new"))
        await app.reload("inner")
        assert await told(client, "/inner") == "new"
        assert await told(client, "/outer") == "outer"


@in_loop
async def test_the_inner_one_is_there_for_the_rest_of_the_setup(app: App, sources: Sources) -> None:
    sources.write("outer", OUTER.format(then="app.state.seen = list(app.loaded)"))
    async with app.test_client():
        await app.load("outer")
        assert app.state.seen == ["inner"]


@in_loop
async def test_nobody_sees_the_inner_one_before_the_outer_one_is_complete(
    app: App, sources: Sources
) -> None:
    sources.write("outer", OUTER.format(then="app.state.during = await app.state.look()"))
    async with app.test_client() as client:

        async def look() -> list[int]:
            return [await status(client, path) for path in ("/outer", "/inner")]

        app.state.look = look
        await app.load("outer")
        assert app.state.during == [404, 404]
        assert await look() == [200, 200]


@in_loop
async def test_the_outer_one_fails(app: App, sources: Sources) -> None:
    sources.write("outer", OUTER.format(then="raise LookupError"))
    async with app.test_client() as client:
        before = await State.of(app, client, sources)
        with pytest.raises(ExtensionFailed, match="outer"):
            await app.load("outer")
        assert await State.of(app, client, sources) == before
        assert await status(client, "/inner") == 404
        assert app.state.journal == ["inner starts", "inner stops"]
        await app.load("inner")
        assert await told(client, "/inner") == "inner"


@in_loop
async def test_the_inner_one_fails(app: App, sources: Sources) -> None:
    sources.write("inner", INNER + "    raise LookupError('no inner one')\n")
    async with app.test_client() as client:
        before = await State.of(app, client, sources)
        with pytest.raises(ExtensionFailed) as caught:
            await app.load("outer")
        assert await State.of(app, client, sources) == before
        outer = caught.value
        inner = outer.original
        assert isinstance(inner, ExtensionFailed)
        assert (outer.name, inner.name) == ("outer", "inner")
        assert isinstance(inner.original, LookupError)
        assert "no inner one" in str(outer)


@in_loop
async def test_the_outer_one_does_without_an_inner_one_that_fails(app, sources) -> None:
    sources.write("inner", INNER + "    raise LookupError\n")
    text = OUTER.format(then="pass").replace(
        'await app.load("inner")', 'with suppress(Exception): await app.load("inner")'
    )
    sources.write("outer", text)
    async with app.test_client() as client:
        await app.load("outer")
        assert list(app.loaded) == ["outer"]
        assert await told(client, "/outer/late") == "late"
        assert await status(client, "/inner") == 404
        assert "inner" not in sources.imported()


@in_loop
async def test_three_levels_fail_together(app: App, sources: Sources) -> None:
    sources.write("outer", OUTER.format(then="raise LookupError"))
    sources.write("inner", "async def setup(app): await app.load('innermost')")
    sources.write("innermost", INNER.replace("inner", "innermost"))
    async with app.test_client() as client:
        before = await State.of(app, client, sources)
        with pytest.raises(ExtensionFailed):
            await app.load("outer")
        assert await State.of(app, client, sources) == before
        assert app.state.journal == ["innermost starts", "innermost stops"]


@in_loop
async def test_two_that_load_each_other(app: App, sources: Sources) -> None:
    sources.write("outer", "async def setup(app): await app.load('inner')")
    sources.write("inner", "async def setup(app): await app.load('outer')")
    async with app.test_client() as client:
        before = await State.of(app, client, sources)
        with pytest.raises(ExtensionFailed, match="outer") as caught:
            await app.load("outer")
        assert isinstance(caught.value.original, ExtensionFailed)
        assert isinstance(caught.value.original.original, ExtensionAlreadyLoaded)
        assert await State.of(app, client, sources) == before


@in_loop
async def test_an_inner_one_that_is_there_already(app: App) -> None:
    async with app.test_client() as client:
        await app.load("inner")
        with pytest.raises(ExtensionFailed) as caught:
            await app.load("outer")
        assert isinstance(caught.value.original, ExtensionAlreadyLoaded)
        assert await told(client, "/inner") == "inner"
        assert await status(client, "/outer") == 404


@in_loop
async def test_a_reload_loads_what_is_new(app: App, sources: Sources) -> None:
    sources.write("outer", answering("/outer", "alone"))
    async with app.test_client() as client:
        await app.load("outer")
        sources.write("outer", OUTER.format(then="pass"))
        await app.reload("outer")
        assert await told(client, "/inner") == "inner"
        assert await told(client, "/outer/late") == "late"


@in_loop
async def test_a_reload_that_fails_takes_back_what_it_has_loaded(app, sources) -> None:
    sources.write("outer", answering("/outer", "alone"))
    async with app.test_client() as client:
        await app.load("outer")
        before = await State.of(app, client, sources)
        sources.write("outer", OUTER.format(then="raise LookupError"))
        with pytest.raises(ExtensionFailed):
            await app.reload("outer")
        assert await State.of(app, client, sources) == before
        assert await told(client, "/outer") == "alone"


@in_loop
async def test_a_plain_setup_names_another_one_before_the_start(app: App, sources: Sources) -> None:
    """It need not be waited for: it is set up at the start, too."""
    sources.write("outer", "def setup(app): app.load('inner')")
    app.load("outer")
    async with app.test_client() as client:
        assert await told(client, "/inner") == "inner"
        assert set(app.loaded) == {"outer", "inner"}


@in_loop
async def test_several_at_the_same_time(app: App, sources: Sources) -> None:
    sources.write("books", answering("/books", "books"))
    sources.write(
        "outer",
        """
        import asyncio

        async def setup(app):
            await asyncio.gather(app.load("inner"), app.load("books"))
        """,
    )
    async with app.test_client() as client:
        await app.load("outer")
        assert set(app.loaded) == {"outer", "inner", "books"}
        assert await told(client, "/inner") == "inner"
        assert await told(client, "/books") == "books"


LEAVING = """
import asyncio

async def setup(app):
    @app.endpoint("/outer")
    async def outer() -> str:
        return "outer"

    app.state.late = asyncio.ensure_future(app.load("late"))
    await app.state.gates["late"].reached()
    {then}
"""

LATE = """
async def setup(app):
    await app.state.gates["late"].wait()

    @app.endpoint("/late")
    async def late() -> str:
        return "late"
"""


@pytest.mark.parametrize("then", ["pass", "raise LookupError"])
@in_loop
async def test_an_inner_load_that_the_setup_does_not_wait_for(
    app: App, sources: Sources, then: str
) -> None:
    """Whatever comes of it, nothing else is undone by it, and nothing comes back."""
    sources.write("outer", LEAVING.format(then=then))
    sources.write("late", LATE)
    sources.write("books", answering("/books", "books"))
    fails = then != "pass"
    async with app.test_client() as client:
        async with asyncio.timeout(PATIENCE):
            outer = asyncio.ensure_future(app.load("outer"))
            await app.state.gates["late"].reached()
            await asyncio.wait([outer], timeout=0.1)
            other = asyncio.ensure_future(app.load("books"))
            await asyncio.wait([other], timeout=0.1)
            app.state.gates["late"].open()
            await asyncio.wait([outer, other, app.state.late])
        assert other.exception() is None
        assert (outer.exception() is None) != fails
        assert ("outer" in app.loaded) != fails
        assert await status(client, "/outer") == (404 if fails else 200)
        assert await told(client, "/books") == "books"
        is_late_loaded = app.state.late.exception() is None
        assert ("late" in app.loaded) == is_late_loaded
        assert ("late" in sources.imported()) == is_late_loaded
        assert await status(client, "/late") == (200 if is_late_loaded else 404)
        await app.unload("books")
        assert ("outer" in app.loaded) != fails
