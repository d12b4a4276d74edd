import asyncio
import importlib
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from pyre.framework import App
from pyre.framework.testing import TestClient
from support.waiting import PATIENCE

from framework.notes.visits import added, visits
from framework.request.host import in_loop


async def events(response: httpx.Response) -> AsyncIterator[tuple[str, Any]]:
    """The type of each event, and its data."""
    kind = ""
    async for line in response.aiter_lines():
        name, _, value = line.partition(": ")
        if name == "event":
            kind = value
        elif name == "data" or line == "data:":
            yield kind, json.loads(value) if kind == "change" else value


async def listeners(client: TestClient) -> int:
    count: int = (await client.get("/statistics")).json()["listeners"]
    return count


@in_loop
async def test_everybody_hears_of_everything(app: App) -> None:
    async with visits(app, "Ada", "Ben") as [ada, ben]:
        async with ada.stream("GET", "/changes") as response:
            assert response.headers["content-type"] == "text/event-stream"
            heard = events(response)
            assert await anext(heard) == ("listening", "")
            assert await listeners(ben) == 1
            await added(ben)
            headers = {"if-match": '"1"'}
            await ben.put("/notes/1", json={"title": "Cake"}, headers=headers)
            await ben.post("/notes/1/attachments", files={"file": ("a", b"a")})
            await ben.delete("/attachments/1")
            await ben.delete("/notes/1")
            kinds = ["added", "changed", "changed", "changed", "deleted"]
            assert [await anext(heard) for _ in kinds] == [
                ("change", {"kind": kind, "number": 1, "by": "Ben"}) for kind in kinds
            ]
        await ada.idle()
        assert await listeners(ben) == 0


@in_loop
async def test_what_is_refused_is_no_change(app: App) -> None:
    async with visits(app, "Ada", "Ben") as [ada, ben]:
        await added(ada)
        async with ada.stream("GET", "/changes") as response:
            heard = events(response)
            await anext(heard)
            await ben.delete("/notes/1")
            await ben.put("/notes/1", json={"title": "a"}, headers={"if-match": '"7"'})
            await ben.post("/notes/1/attachments", content=b"")
            await added(ben)
            assert await anext(heard) == ("change", {"kind": "added", "number": 2, "by": "Ben"})


@pytest.mark.usefixtures("app")
@in_loop
async def test_who_is_too_slow_is_let_go() -> None:
    """The stream ends after what was waiting, so that the browser begins anew."""
    changes = importlib.import_module("notes.changes")
    change = importlib.import_module("notes.models").Change("added", 1, "Ada")
    broker = changes.Changes()
    with broker.listening() as slow, broker.listening() as quick:
        for _ in range(changes.BACKLOG):
            broker.publish(change)
            assert await anext(quick) == change
        broker.publish(change)
        assert broker.listeners == 1
        assert [each async for each in slow] == [change] * changes.BACKLOG
        assert await anext(quick) == change
        await quick.aclose()
    assert broker.listeners == 0


@in_loop
async def test_the_stream_ends_with_the_application(app: App) -> None:
    async with app.test_client() as client:
        await client.post("/people", json={"name": "Ada", "password": "correct horse"})
        follower = app.test_client(lifespan="off", cookies=dict(client.cookies))
        await follower.__aenter__()
        response = await follower.send(follower.build_request("GET", "/changes"), stream=True)
        heard = events(response)
        await anext(heard)
        app.stopping.set()
        assert await asyncio.wait_for(anext(heard, None), PATIENCE) is None
        await response.aclose()
        await follower.aclose()
