"""A response that is being sent when its extension is unloaded."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from pyre.framework import App, responses

from framework.loading.sources import Sources
from framework.testing.loop import in_loop, turns

MODULE = """
import asyncio

from pyre.framework import responses


def setup(app):
    async def halves(name):
        try:
            yield "first half"
            await app.state.gates[name].wait()
            yield ", second half"
        finally:
            app.state.journal.append(f"{name} is closed")

    async def numbers(name):
        number = 0
        try:
            while True:
                yield f"{number}\\n"
                number += 1
                await asyncio.sleep(0)
        finally:
            app.state.journal.append(f"{name} is closed")

    @app.endpoint("/events")
    async def events() -> responses.EventStream:
        return responses.EventStream(halves("events"))

    @app.endpoint("/many-events")
    async def many_events() -> responses.EventStream:
        return responses.EventStream(numbers("many-events"))

    @app.endpoint("/endless")
    async def endless() -> responses.StreamResponse:
        return responses.StreamResponse(numbers("endless"), endless=True)

    @app.endpoint("/silent")
    async def silent() -> responses.StreamResponse:
        return responses.StreamResponse(halves("silent"), endless=True)

    @app.endpoint("/download")
    async def download() -> responses.StreamResponse:
        return responses.StreamResponse(halves("download"))

    @app.endpoint("/plain/{pieces:int}")
    async def plain(pieces: int) -> responses.StreamResponse:
        def numbers():
            try:
                for number in range(pieces):
                    yield f"{number} ".rjust(10_000)
            finally:
                app.state.journal.append("plain is closed")

        return responses.StreamResponse(numbers())

    @app.endpoint("/without-an-end")
    async def without_an_end() -> responses.StreamResponse:
        return responses.StreamResponse(numbers("without-an-end"))


def teardown(app):
    app.state.journal.append("teardown")
"""

ENDLESS = ["events", "many-events", "endless", "silent"]


@pytest.fixture
def streams(sources: Sources) -> str:
    """The name of an extension that streams."""
    sources.write("streams", MODULE)
    return "streams"


def beginning(name: str) -> str:
    """What a stream begins with."""
    return "first half" if name in {"events", "silent", "download"} else "0"


async def first(pieces: AsyncIterator[str], wanted: str) -> None:
    """Read until this has come."""
    text = ""
    while wanted not in text:
        text += await anext(pieces)


@pytest.mark.parametrize("name", ENDLESS)
@in_loop
async def test_what_has_no_end_ends_at_once(app: App, streams: str, name: str) -> None:
    """It ends as a whole response does: what is broken off raises."""
    async with app.test_client() as client:
        await app.load(streams)
        async with client.stream("GET", f"/{name}") as response:
            pieces = response.aiter_text()
            await first(pieces, beginning(name))
            unloading = asyncio.create_task(app.unload(streams, drain=60.0))
            _ = [piece async for piece in pieces]
            await unloading
        assert app.state.journal == [f"{name} is closed", "teardown"]


@pytest.mark.parametrize("name", ENDLESS)
@in_loop
async def test_what_has_no_end_and_nobody_reads(app: App, streams: str, name: str) -> None:
    """Nobody asks for the next piece, so that the unload goes on when the drain is over."""
    async with app.test_client(raise_app_exceptions=False) as client:
        await app.load(streams)
        async with client.stream("GET", f"/{name}") as response:
            assert response.status_code == 200
            await app.unload(streams, drain=0.01)
            assert "teardown" in app.state.journal
            assert list(app.loaded) == []


@in_loop
async def test_a_download_comes_to_its_end(app: App, streams: str) -> None:
    async with app.test_client() as client:
        await app.load(streams)
        async with client.stream("GET", "/download") as response:
            pieces = response.aiter_text()
            assert await anext(pieces) == "first half"
            await app.state.gates["download"].reached()
            unloading = asyncio.create_task(app.unload(streams, drain=60.0))
            await turns()
            assert not unloading.done()
            app.state.gates["download"].open()
            assert [piece async for piece in pieces] == [", second half"]
            await unloading
        assert app.state.journal == ["download is closed", "teardown"]


@in_loop
async def test_a_download_that_waits_too_long_is_broken_off(app: App, streams: str) -> None:
    async with app.test_client(raise_app_exceptions=False) as client:
        await app.load(streams)
        async with client.stream("GET", "/download") as response:
            pieces = response.aiter_text()
            assert await anext(pieces) == "first half"
            await app.state.gates["download"].reached()
            await app.unload(streams, drain=0.01)
            with pytest.raises(httpx.RemoteProtocolError):
                await anext(pieces)
        await turns()
        assert sorted(app.state.journal) == ["download is closed", "teardown"]


@in_loop
async def test_a_download_that_never_ends_is_broken_off(app: App, streams: str) -> None:
    async with app.test_client(raise_app_exceptions=False) as client:
        await app.load(streams)
        async with client.stream("GET", "/without-an-end") as response:
            pieces = response.aiter_text()
            await first(pieces, "0")
            unloading = asyncio.create_task(app.unload(streams, drain=0.01))
            with pytest.raises(httpx.RemoteProtocolError):
                _ = [piece async for piece in pieces]
            await unloading
        await turns()
        assert sorted(app.state.journal) == ["teardown", "without-an-end is closed"]


@pytest.mark.parametrize("name", [*ENDLESS, "download", "without-an-end"])
@in_loop
async def test_a_stream_that_its_peer_has_left_is_not_waited_for(
    app: App, streams: str, name: str
) -> None:
    async with app.test_client() as client:
        await app.load(streams)
        async with client.stream("GET", f"/{name}") as response:
            pieces = response.aiter_text()
            await first(pieces, beginning(name))
        await client.idle()
        await app.unload(streams, drain=60.0)
        assert app.state.journal == [f"{name} is closed", "teardown"]


@in_loop
async def test_a_reload_ends_the_streams_of_the_old(app: App, streams: str) -> None:
    async with app.test_client() as client:
        await app.load(streams)
        async with client.stream("GET", "/events") as old:
            pieces = old.aiter_text()
            await first(pieces, "first half")
            reloading = asyncio.create_task(app.reload(streams, drain=60.0))
            _ = [piece async for piece in pieces]
            await reloading
        async with client.stream("GET", "/events") as new:
            await first(new.aiter_text(), "first half")


@in_loop
async def test_streams_of_others_go_on(app: App, streams: str) -> None:
    async def pieces() -> AsyncIterator[str]:
        yield "first"
        await app.state.gates["own"].wait()
        yield "second"

    @app.endpoint("/own-events")
    async def own_events() -> responses.EventStream:
        return responses.EventStream(pieces())

    async with app.test_client() as client:
        await app.load(streams)
        async with client.stream("GET", "/own-events") as response:
            texts = response.aiter_text()
            await first(texts, "first")
            await app.unload(streams, drain=0)
            app.state.gates["own"].open()
            await first(texts, "second")


@in_loop
async def test_a_plain_iterator_comes_to_its_end(app: App, streams: str) -> None:
    async with app.test_client() as client:
        await app.load(streams)
        async with client.stream("GET", "/plain/100") as response:
            pieces = response.aiter_text()
            await first(pieces, "0 ")
            unloading = asyncio.create_task(app.unload(streams, drain=60.0))
            await turns()
            assert not unloading.done()
            rest = "".join([piece async for piece in pieces])
            assert rest.endswith("99 ")
            await unloading
        assert app.state.journal == ["plain is closed", "teardown"]


@in_loop
async def test_a_plain_iterator_that_takes_too_long_is_broken_off(app: App, streams: str) -> None:
    async with app.test_client(raise_app_exceptions=False) as client:
        await app.load(streams)
        async with client.stream("GET", "/plain/1000") as response:
            pieces = response.aiter_text()
            await first(pieces, "0 ")
            await app.unload(streams, drain=0.01)
            with pytest.raises(httpx.RemoteProtocolError):
                _ = [piece async for piece in pieces]
        await turns()
        assert sorted(app.state.journal) == ["plain is closed", "teardown"]
