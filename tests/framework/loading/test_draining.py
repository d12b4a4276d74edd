"""What runs when its extension is unloaded has time to end; then it is cancelled."""

import asyncio

import httpx
import pytest
from pyre.framework import App
from pyre.framework.testing import TestClient
from support.waiting import PATIENCE

from framework.calls import Call, by_psgi
from framework.loading.gates import until
from framework.loading.sources import Sources
from framework.loading.states import status, told
from framework.testing.loop import in_loop, turns

MODULE = """
import asyncio

from pyre import framework
from pyre.framework import Blueprint, Request, responses


async def add_a_field(request, call_next):
    response = await call_next(request)
    response.headers["x-layer"] = "a layer"
    return response


class Books(Blueprint, prefix="/books"):
    async def wait(self):
        try:
            await self.app.state.gates["handler"].wait()
        except asyncio.CancelledError:
            self.app.state.journal.append("cancelled")
            raise
        self.app.state.journal.append("done")
        return "done"

    @framework.endpoint("/direct")
    async def direct(self) -> str:
        return await self.wait()

    @framework.endpoint("/plain")
    def plain(self):
        return self.wait()

    @framework.endpoint("/with-a-request")
    async def with_a_request(self, request: Request) -> str:
        return await self.wait()

    @framework.endpoint("/with-a-layer", middleware=[add_a_field])
    async def with_a_layer(self) -> str:
        return await self.wait()

    @framework.endpoint("/handled")
    async def handled(self) -> str:
        raise LookupError

    @handled.error(LookupError)
    async def handle(self, request: Request, error: LookupError) -> str:
        return await self.wait()

    @framework.endpoint("/in-a-thread", thread=True)
    def in_a_thread(self) -> str:
        return asyncio.run_coroutine_threadsafe(self.wait(), self.app.state.loop).result()

    @framework.endpoint("/stubborn")
    async def stubborn(self) -> str:
        while True:
            try:
                return await self.wait()
            except asyncio.CancelledError:
                self.app.state.journal.append("ignored")

    @framework.endpoint("/suppressed")
    async def suppressed(self) -> str:
        try:
            return await self.wait()
        except asyncio.CancelledError:
            return "an answer of its own"

    @framework.endpoint("/in-a-timeout")
    async def in_a_timeout(self) -> str:
        async with asyncio.timeout(60):
            return await self.wait()

    @framework.endpoint("/in-a-group")
    async def in_a_group(self) -> str:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(self.wait())
        return task.result()

    def on_unload(self):
        self.app.state.journal.append("on_unload")


class Mounted:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            self.app.state.journal.append("mount stops")
            await send({"type": "lifespan.shutdown.complete"})
            return
        try:
            await self.app.state.gates["handler"].wait()
        except asyncio.CancelledError:
            self.app.state.journal.append("cancelled")
            raise
        self.app.state.journal.append("done")
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"done"})


def setup(app):
    app.add_blueprint(Books())
    app.mount("/mounted", Mounted(app))


def teardown(app):
    app.state.journal.append("teardown")
"""

PATHS = [
    "/books/direct",
    "/books/plain",
    "/books/with-a-request",
    "/books/with-a-layer",
    "/books/handled",
    "/books/in-a-timeout",
    "/books/in-a-group",
    "/mounted",
]

of_each_path = pytest.mark.parametrize("path", PATHS)

ENDED = ["mount stops", "on_unload", "teardown"]


@pytest.fixture
def books(sources: Sources) -> str:
    """The name of an extension whose handlers wait at a gate."""
    sources.write("books", MODULE)
    return "books"


async def asked(app: App, client: TestClient, path: str) -> asyncio.Task[httpx.Response]:
    """A request that has come to the gate of its handler."""
    asking = asyncio.create_task(client.get(path))
    await app.state.gates["handler"].reached()
    return asking


def assert_ended(app: App, *before: str) -> None:
    """First something has happened, and then the extension was ended, in whatever order."""
    journal = app.state.journal
    assert journal[: len(before)] == list(before)
    assert sorted(journal[len(before) :]) == sorted(ENDED)


@of_each_path
@in_loop
async def test_a_running_handler_is_waited_for(app: App, books: str, path: str) -> None:
    async with app.test_client() as client:
        await app.load(books)
        asking = await asked(app, client, path)
        unloading = asyncio.create_task(app.unload(books, drain=60.0))
        await turns()
        assert await status(client, path) == 404
        assert not unloading.done()
        assert app.state.journal == []
        app.state.gates["handler"].open()
        assert (await asking).text == "done"
        await unloading
        assert_ended(app, "done")


@in_loop
async def test_a_handler_in_a_thread_is_waited_for(app: App, books: str) -> None:
    app.state.loop = asyncio.get_running_loop()
    async with app.test_client() as client:
        await app.load(books)
        asking = await asked(app, client, "/books/in-a-thread")
        unloading = asyncio.create_task(app.unload(books, drain=60.0))
        await turns()
        assert not unloading.done()
        app.state.gates["handler"].open()
        assert (await asking).text == "done"
        await unloading
        assert_ended(app, "done")


@in_loop
async def test_a_thread_goes_on_when_nobody_waits_for_it(app: App, books: str) -> None:
    """A thread can't be cancelled; its peer has its answer all the same."""
    app.state.loop = asyncio.get_running_loop()
    async with app.test_client() as client:
        await app.load(books)
        asking = await asked(app, client, "/books/in-a-thread")
        await app.unload(books, drain=0)
        assert (await asking).status_code == 503
        app.state.gates["handler"].open()
        await until(lambda: "done" in app.state.journal)


@of_each_path
@in_loop
async def test_it_is_cancelled_in_the_end(app: App, books: str, path: str) -> None:
    async with app.test_client() as client:
        await app.load(books)
        asking = await asked(app, client, path)
        await app.unload(books, drain=0.01)
        response = await asking
        assert response.status_code == 503
        assert response.headers["content-type"] == "application/problem+json"
        assert_ended(app, "cancelled")


@in_loop
async def test_without_time_it_is_cancelled_at_once(app: App, books: str) -> None:
    async with app.test_client() as client:
        await app.load(books)
        asking = await asked(app, client, "/books/direct")
        await app.unload(books, drain=0)
        assert (await asking).status_code == 503


@in_loop
async def test_who_makes_an_answer_of_the_cancellation(app: App, books: str) -> None:
    async with app.test_client() as client:
        await app.load(books)
        asking = await asked(app, client, "/books/suppressed")
        await app.unload(books, drain=0)
        assert (await asking).text == "an answer of its own"
        assert_ended(app, "cancelled")


@in_loop
async def test_who_ignores_the_cancellation_is_left(app: App, books: str, caplog) -> None:
    async with app.test_client() as client:
        await app.load(books)
        asking = await asked(app, client, "/books/stubborn")
        await app.unload(books, drain=0)
        assert not asking.done()
        assert_ended(app, "cancelled", "ignored")
        assert [record.levelname for record in caplog.records if "ignores" in record.message]
        await app.load(books)
        assert list(app.loaded) == [books]
        app.state.gates["handler"].open()
        assert (await asking).text == "done"


@in_loop
async def test_only_its_own_handlers_are_cancelled(app: App, books: str) -> None:
    @app.endpoint("/held")
    async def held() -> str:
        await app.state.gates["own"].wait()
        return "held"

    async with app.test_client() as client:
        await app.load(books)
        holding = asyncio.create_task(told(client, "/held"))
        await app.state.gates["own"].reached()
        await app.unload(books, drain=0)
        app.state.gates["own"].open()
        assert await holding == "held"


@in_loop
async def test_many_handlers(app: App, books: str) -> None:
    async with app.test_client() as client:
        await app.load(books)
        asking = [await asked(app, client, path) for path in PATHS for _ in range(5)]
        await turns()
        unloading = asyncio.create_task(app.unload(books, drain=60.0))
        await turns()
        app.state.gates["handler"].open()
        responses = await asyncio.gather(*asking)
        assert {response.text for response in responses} == {"done"}
        await unloading
        assert_ended(app, *["done"] * len(responses))


@in_loop
async def test_a_handler_that_its_host_has_cancelled(app: App, books: str) -> None:
    """That is no affair of the extension, and nobody makes a response of it."""
    async with app.__psgi_lifespan__({}):
        await app.load(books)
        asking = asyncio.create_task(by_psgi(app, Call(b"/books/direct")))
        await app.state.gates["handler"].reached()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await app.unload(books, drain=60.0)
        assert_ended(app, "cancelled")


@in_loop
async def test_at_the_shutdown_nobody_is_waited_for(app: App, books: str) -> None:
    """That was the host's to do, which knows how long it may take."""
    async with app.__psgi_lifespan__({}):
        await app.load(books)
        asking = asyncio.create_task(by_psgi(app, Call(b"/books/direct")))
        await app.state.gates["handler"].reached()
    assert (await asking).status == 503
    assert_ended(app, "cancelled")


@in_loop
async def test_the_shutdown_cuts_short_what_was_to_be_waited_for(app: App, books: str) -> None:
    async with asyncio.timeout(PATIENCE):
        async with app.__psgi_lifespan__({}):
            await app.load(books)
            asking = asyncio.create_task(by_psgi(app, Call(b"/books/direct")))
            await app.state.gates["handler"].reached()
            unloading = asyncio.create_task(app.unload(books, drain=60.0))
            await turns()
        assert (await asking).status == 503
        await unloading
    assert_ended(app, "cancelled")
