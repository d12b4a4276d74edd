"""WebSockets that are open when their extension is unloaded are told that it goes away: 1001."""

import asyncio

import pytest
from pyre.framework import App
from pyre.framework.testing import WebSocketClosed, WebSocketRefused

from framework.loading.sources import Sources
from framework.testing.loop import in_loop, turns

MODULE = """
import asyncio

from pyre import framework
from pyre.framework import Blueprint, WebSocket
from pyre.psgi import Disconnected


class Live(Blueprint, prefix="/live"):
    @framework.websocket("/iterates")
    async def iterates(self, websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send("hello")
        async for message in websocket:
            await websocket.send(message)
        self.app.state.journal.append("iterates no more")

    @framework.websocket("/receives")
    async def receives(self, websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send("hello")
        try:
            while True:
                await websocket.send(await websocket.receive())
        except Disconnected:
            self.app.state.journal.append("receives no more")

    @framework.websocket("/waits")
    async def waits(self, websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send("hello")
        try:
            await self.app.state.gates["websocket"].wait()
        finally:
            self.app.state.journal.append("waits no more")

    @framework.websocket("/hesitates")
    async def hesitates(self, websocket: WebSocket) -> None:
        await self.app.state.gates["handshake"].wait()
        await websocket.accept()
        await websocket.send("hello")

    @framework.websocket("/unloads")
    async def unloads(self, websocket: WebSocket) -> None:
        await websocket.accept()
        await self.app.unload("live", drain=60.0)
        self.app.state.journal.append("has unloaded itself")

    def on_unload(self):
        self.app.state.journal.append("on_unload")


async def mounted(scope, receive, send):
    assert scope["type"] == "websocket"
    assert (await receive())["type"] == "websocket.connect"
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": "hello"})
    await receive()


def setup(app):
    app.add_blueprint(Live())
    app.mount("/mounted", mounted)
"""


@pytest.fixture
def live(sources: Sources) -> str:
    """The name of an extension that has WebSockets."""
    sources.write("live", MODULE)
    return "live"


async def closure(websocket) -> int:
    """The code by which it is closed."""
    with pytest.raises(WebSocketClosed) as closed:
        await websocket.receive()
    return closed.value.code


@pytest.mark.parametrize("name", ["iterates", "receives"])
@in_loop
async def test_it_is_closed(app: App, live: str, name: str) -> None:
    async with app.test_client() as client:
        await app.load(live)
        async with client.websocket(f"/live/{name}") as websocket:
            assert await websocket.receive() == "hello"
            await websocket.send_text("again")
            assert await websocket.receive() == "again"
            await app.unload(live, drain=60.0)
            assert await closure(websocket) == 1001
        assert app.state.journal == [f"{name} no more", "on_unload"]
        with pytest.raises(WebSocketRefused) as refused:
            await client.websocket(f"/live/{name}").__aenter__()
        assert refused.value.response.status_code == 404


@in_loop
async def test_an_endpoint_that_waits_for_something_else(app: App, live: str) -> None:
    """The peer is told at once; the endpoint has its time, and then it is cancelled."""
    async with app.test_client() as client:
        await app.load(live)
        async with client.websocket("/live/waits") as websocket:
            assert await websocket.receive() == "hello"
            unloading = asyncio.create_task(app.unload(live, drain=0.05))
            assert await closure(websocket) == 1001
            await unloading
        assert app.state.journal == ["waits no more", "on_unload"]


@in_loop
async def test_an_endpoint_that_comes_to_its_end(app: App, live: str) -> None:
    async with app.test_client() as client:
        await app.load(live)
        async with client.websocket("/live/waits") as websocket:
            assert await websocket.receive() == "hello"
            unloading = asyncio.create_task(app.unload(live, drain=60.0))
            assert await closure(websocket) == 1001
            await turns()
            assert not unloading.done()
            app.state.gates["websocket"].open()
            await unloading
        assert app.state.journal == ["waits no more", "on_unload"]


@in_loop
async def test_a_handshake_that_is_not_answered_yet(app: App, live: str) -> None:
    async with app.test_client() as client:
        await app.load(live)
        opening = asyncio.create_task(client.websocket("/live/hesitates").__aenter__())
        await app.state.gates["handshake"].reached()
        await app.unload(live, drain=0)
        with pytest.raises(WebSocketRefused) as refused:
            await opening
        assert refused.value.response.status_code == 503


@in_loop
async def test_a_handshake_that_is_answered_meanwhile(app: App, live: str) -> None:
    """It may go on for as long as any other request."""
    async with app.test_client() as client:
        await app.load(live)
        opening = asyncio.create_task(client.websocket("/live/hesitates").__aenter__())
        await app.state.gates["handshake"].reached()
        unloading = asyncio.create_task(app.unload(live, drain=60.0))
        await turns()
        app.state.gates["handshake"].open()
        websocket = await opening
        await unloading
        await websocket.__aexit__(None, None, None)
        assert list(app.loaded) == []


@in_loop
async def test_many(app: App, live: str) -> None:
    async with app.test_client() as client:
        await app.load(live)
        paths = ["/live/iterates", "/live/receives"] * 10
        websockets = [await client.websocket(path).__aenter__() for path in paths]
        for websocket in websockets:
            assert await websocket.receive() == "hello"
        await app.unload(live, drain=60.0)
        assert [await closure(websocket) for websocket in websockets] == [1001] * len(paths)
        for websocket in websockets:
            await websocket.__aexit__(None, None, None)


@in_loop
async def test_one_that_its_peer_has_left(app: App, live: str) -> None:
    async with app.test_client() as client:
        await app.load(live)
        async with client.websocket("/live/iterates") as websocket:
            assert await websocket.receive() == "hello"
        await app.unload(live, drain=60.0)
        assert app.state.journal == ["iterates no more", "on_unload"]


@in_loop
async def test_one_that_unloads_its_own_extension(app: App, live: str) -> None:
    async with app.test_client() as client:
        await app.load(live)
        async with client.websocket("/live/unloads") as websocket:
            assert await closure(websocket) == 1001
        assert app.state.journal == ["on_unload", "has unloaded itself"]


@in_loop
async def test_a_reload_closes_those_of_the_old(app: App, live: str) -> None:
    async with app.test_client() as client:
        await app.load(live)
        async with client.websocket("/live/iterates") as old:
            assert await old.receive() == "hello"
            await app.reload(live, drain=60.0)
            assert await closure(old) == 1001
        async with client.websocket("/live/iterates") as new:
            assert await new.receive() == "hello"


@in_loop
async def test_one_of_a_mount_that_has_no_end(app: App, live: str, caplog) -> None:
    """It is cancelled, as any handler; its peer sees that it is closed."""
    async with app.test_client() as client:
        await app.load(live)
        async with client.websocket("/mounted") as websocket:
            assert await websocket.receive() == "hello"
            await app.unload(live, drain=0.01)
            assert await closure(websocket) in {1000, 1001, 1006, 1012}
        assert app.state.journal == ["on_unload"]
        assert not caplog.records
