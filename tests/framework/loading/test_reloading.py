"""A reload builds the new beside the old: no request finds neither, and the order stays."""

import asyncio
from typing import Self

import pytest
from pyre.framework import App, Request, Response
from pyre.framework.testing import TestClient

from framework.loading.sources import Sources, answering
from framework.loading.states import status, told
from framework.testing.loop import in_loop, turns

WAITING = """
async def setup(app):
    await app.state.gates["setup"].wait()

    @app.endpoint("/books")
    async def books() -> str:
        return "new"
"""

HELD = """
def setup(app):
    @app.endpoint("/books")
    async def books() -> str:
        return "old"

    @app.endpoint("/held")
    async def held() -> str:
        await app.state.gates["handler"].wait()
        return "held by the old"
"""


class Asking:
    """Clients that ask all the time, as long as the ``with`` block runs."""

    def __init__(self, client: TestClient, path: str) -> None:
        self.answers: list[tuple[int, str]] = []
        self._client = client
        self._path = path
        self._is_over = False

    async def __aenter__(self) -> Self:
        self._tasks = [asyncio.create_task(self._ask()) for _ in range(10)]
        await turns()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._is_over = True
        await asyncio.gather(*self._tasks)

    async def _ask(self) -> None:
        while not self._is_over:
            response = await self._client.get(self._path)
            self.answers.append((response.status_code, response.text))


@in_loop
async def test_the_old_answers_while_the_new_is_set_up(app: App, sources: Sources) -> None:
    sources.write("books", answering("/books", "old"))
    async with app.test_client() as client:
        await app.load("books")
        sources.write("books", WAITING)
        reloading = asyncio.create_task(app.reload("books"))
        await app.state.gates["setup"].reached()
        old = app.loaded["books"]
        for _ in range(100):
            assert await told(client, "/books") == "old"
        assert not reloading.done()
        app.state.gates["setup"].open()
        await reloading
        assert app.loaded["books"] is not old
        for _ in range(100):
            assert await told(client, "/books") == "new"


@in_loop
async def test_no_request_of_many_finds_nothing(app: App, sources: Sources) -> None:
    sources.write("books", answering("/books", "0"))
    async with app.test_client() as client:
        await app.load("books")
        async with Asking(client, "/books") as asking:
            for number in range(1, 21):
                sources.write("books", answering("/books", str(number)))
                await app.reload("books")
        assert {status for status, _ in asking.answers} == {200}
        numbers = [int(text) for _, text in asking.answers]
        assert numbers[0] == 0
        assert numbers[-1] == 20
        assert await told(client, "/books") == "20"


@in_loop
async def test_a_running_handler_of_the_old_comes_to_its_end(app: App, sources: Sources) -> None:
    sources.write("books", HELD)
    async with app.test_client() as client:
        await app.load("books")
        held = asyncio.create_task(told(client, "/held"))
        await app.state.gates["handler"].reached()
        sources.write("books", answering("/books", "new"))
        reloading = asyncio.create_task(app.reload("books", drain=60.0))
        while await told(client, "/books") == "old":
            assert not reloading.done()
        assert await status(client, "/held") == 404
        assert not reloading.done()
        app.state.gates["handler"].open()
        assert await held == "held by the old"
        await reloading


@in_loop
async def test_a_handler_of_the_old_that_has_no_end(app: App, sources: Sources) -> None:
    sources.write("books", HELD)
    async with app.test_client() as client:
        await app.load("books")
        held = asyncio.create_task(client.get("/held"))
        await app.state.gates["handler"].reached()
        sources.write("books", answering("/books", "new"))
        await app.reload("books", drain=0.0)
        assert (await held).status_code == 503
        assert await told(client, "/books") == "new"


@in_loop
async def test_the_new_starts_before_the_old_stops(app: App, sources: Sources) -> None:
    source = """
    def setup(app):
        app.on_startup(lambda: app.state.journal.append("{0} starts"))
        app.on_shutdown(lambda: app.state.journal.append("{0} stops"))

    def teardown(app):
        app.state.journal.append("{0} is torn down")
    """
    sources.write("books", source.format("old"))
    async with app.test_client():
        await app.load("books")
        sources.write("books", source.format("new"))
        await app.reload("books")
        assert app.state.journal == ["old starts", "new starts", "old stops", "old is torn down"]


def passing(name: str) -> str:
    """The source of an extension whose middleware tells when a request passes."""
    return f"""
async def pass_by(request, call_next):
    response = await call_next(request)
    response.headers.add("passed", {name!r})
    return response

async def answer() -> str:
    return "answer"

def setup(app):
    app.middleware(pass_by)
    app.endpoint("/{name}")(answer)
    app.on_shutdown(lambda: app.state.journal.append({name!r}))
"""


@in_loop
async def test_the_order_is_kept(app: App, sources: Sources) -> None:
    names = ["one", "two", "three"]

    @app.middleware
    async def outermost(request: Request, call_next) -> Response:
        response = await call_next(request)
        response.headers.add("passed", "app")
        return response

    async with app.test_client() as client:
        for name in names:
            sources.write(name, passing(name))
            await app.load(name)
        paths = [route.path for route in app.routes]
        expected = ["three", "two", "one", "app"]
        assert (await client.get("/own")).headers.get_list("passed") == expected
        for name in names:
            await app.reload(name)
            assert list(app.loaded) == names
            assert [route.path for route in app.routes] == paths
            assert (await client.get("/own")).headers.get_list("passed") == expected
        app.state.journal.clear()
    assert app.state.journal == ["three", "two", "one"]


@in_loop
async def test_an_unload_and_a_load_change_the_order(app: App, sources: Sources) -> None:
    names = ["one", "two", "three"]
    async with app.test_client() as client:
        for name in names:
            sources.write(name, passing(name))
            await app.load(name)
        await app.unload("one")
        await app.load("one")
        assert list(app.loaded) == ["two", "three", "one"]
        assert (await client.get("/own")).headers.get_list("passed") == ["one", "three", "two"]


@in_loop
async def test_a_reload_changes_what_is_registered(app: App, sources: Sources) -> None:
    sources.write("books", passing("books"))
    async with app.test_client() as client:
        await app.load("books")
        sources.write("books", answering("/music", "music"))
        await app.reload("books")
        response = await client.get("/music")
        assert (response.text, "passed" in response.headers) == ("music", False)
        assert await status(client, "/books") == 404


@pytest.mark.parametrize("times", [1, 5])
@in_loop
async def test_reloads_at_the_same_time(app: App, sources: Sources, times: int) -> None:
    sources.write("books", answering("/books", "old"))
    async with app.test_client() as client:
        await app.load("books")
        sources.write("books", answering("/books", "new"))
        await asyncio.gather(*(app.reload("books") for _ in range(times)))
        assert await told(client, "/books") == "new"
        assert list(app.loaded) == ["books"]
