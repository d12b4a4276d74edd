"""What can be seen of an app from outside and inside: a change that fails leaves all of it."""

import asyncio
import sys
from dataclasses import dataclass
from types import ModuleType

import httpx
from pyre.framework import App
from pyre.framework.testing import TestClient, WebSocketRefused

from framework.loading.complete import PATHS, WEBSOCKET
from framework.loading.sources import Sources

Answer = tuple[int, httpx.Headers, bytes]


@dataclass
class State:
    """Routes, extensions, modules and tasks are compared by identity, answers by what they say."""

    answers: dict[str, Answer]
    websocket: str | int
    routes: tuple[object, ...]
    loaded: dict[str, object]
    modules: dict[str, ModuleType]
    attributes: dict[str, dict[str, object]]
    finders: list[object]
    tasks: set[asyncio.Task[object]]

    @classmethod
    async def of(cls, app: App, client: TestClient, sources: Sources) -> "State":
        answers = await answers_of(client)
        modules = sources.imported()
        return cls(
            answers=answers,
            websocket=await websocket_of(client),
            routes=tuple(app.routes),
            loaded=dict(app.loaded),
            modules=modules,
            attributes={name: submodules_of(module) for name, module in modules.items()},
            finders=list(sys.meta_path),
            tasks=asyncio.all_tasks(),
        )


async def answers_of(client: TestClient) -> dict[str, Answer]:
    """What each path of ``complete.py`` is answered by."""
    return {path: await answer_of(client, path) for path in PATHS}


async def answer_of(client: TestClient, path: str) -> Answer:
    response = await client.get(path)
    return response.status_code, response.headers, response.content


async def websocket_of(client: TestClient) -> str | int:
    """The first message of the WebSocket of ``complete.py``, or the status of a refusal."""
    try:
        async with client.websocket(WEBSOCKET) as websocket:
            return await websocket.receive_text()
    except WebSocketRefused as refused:
        return refused.response.status_code


def submodules_of(module: ModuleType) -> dict[str, object]:
    return {name: value for name, value in vars(module).items() if isinstance(value, ModuleType)}


async def told(client: TestClient, path: str) -> str:
    """The text of a path that is there."""
    response = await client.get(path)
    assert response.status_code == 200, (path, response.status_code, response.text)
    return response.text


async def status(client: TestClient, path: str) -> int:
    return (await client.get(path)).status_code
