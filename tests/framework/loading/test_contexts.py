"""Context variables: a setup runs in its caller's context, a handler in its request's."""

import asyncio
from contextlib import suppress
from contextvars import ContextVar

import pytest
from pyre.framework import App, ExtensionFailed, Request, Response

from framework.loading.sources import Sources
from framework.loading.states import status, told
from framework.testing.loop import in_loop

CALLER: ContextVar[str] = ContextVar("caller")

MODULE = """
import asyncio


def setup(app):
    app.state.seen_by_setup = app.state.variable.get()

    @app.endpoint("/seen")
    async def seen() -> str:
        return app.state.variable.get("nothing")

    @app.endpoint("/task")
    async def task() -> bool:
        return asyncio.current_task() is app.state.task
"""


@pytest.fixture(autouse=True)
def variable(app: App, sources: Sources) -> None:
    app.state.variable = CALLER
    sources.write("books", MODULE)


@in_loop
async def test_a_setup_sees_its_callers(app: App) -> None:
    async with app.test_client():
        CALLER.set("the caller")
        await app.load("books")
        assert app.state.seen_by_setup == "the caller"


@in_loop
async def test_a_handler_sees_those_of_the_middleware_around_it(app: App) -> None:
    @app.middleware
    async def sets(request: Request, call_next) -> Response:
        CALLER.set(f"a request for {request.path}")
        app.state.task = asyncio.current_task()
        return await call_next(request)

    async with app.test_client() as client:
        CALLER.set("the caller")
        await app.load("books")
        assert await told(client, "/seen") == "a request for /seen"
        assert await told(client, "/task") == "true"


@in_loop
async def test_a_setup_has_no_part_in_the_context_of_handlers(app: App) -> None:
    async with app.test_client() as client:
        CALLER.set("the caller")
        await asyncio.create_task(app.load("books"))
        CALLER.set("the client")
        assert await told(client, "/seen") == "the client"


@in_loop
async def test_what_a_setup_has_set_its_caller_sees(app: App, sources: Sources) -> None:
    """As after any other call."""
    sources.write("books", "async def setup(app): app.state.variable.set('the setup')")
    async with app.test_client():
        CALLER.set("the caller")
        await app.load("books")
        assert CALLER.get() == "the setup"


@pytest.mark.parametrize("then", ["", "    raise LookupError\n"])
@in_loop
async def test_after_a_setup_its_caller_registers_for_the_app(
    app: App, sources: Sources, then: str
) -> None:
    async def mine() -> str:
        return "mine"

    sources.write("books", MODULE + then)
    async with app.test_client() as client:
        CALLER.set("the caller")
        with suppress(ExtensionFailed):
            await app.load("books")
        app.endpoint("/mine")(mine)
        for name in list(app.loaded):
            await app.unload(name)
        assert await told(client, "/mine") == "mine"
        assert await status(client, "/seen") == 404


@in_loop
async def test_two_apps_know_nothing_of_each_other(app: App, sources: Sources) -> None:
    """What is registered with another app in a setup is that app's own."""
    other = App()
    sources.write(
        "books",
        """
        def setup(app):
            async def answer() -> str:
                return "answer"

            app.endpoint("/here")(answer)
            app.state.other.endpoint("/there")(answer)
        """,
    )
    app.state.other = other
    async with app.test_client() as client, other.test_client() as of_other:
        await app.load("books")
        assert await told(client, "/here") == "answer"
        assert await told(of_other, "/there") == "answer"
        assert await status(client, "/there") == 404
        await app.unload("books")
        assert await status(client, "/here") == 404
        assert await told(of_other, "/there") == "answer"
