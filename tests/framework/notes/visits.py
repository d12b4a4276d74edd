"""People who visit the notebook."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from pyre.framework import App
from pyre.framework.testing import TestClient

EXAMPLES = Path(__file__).parents[3] / "examples"

PASSWORD = "correct horse"


@asynccontextmanager
async def visits(app: App, *names: str) -> AsyncIterator[list[TestClient]]:
    """A client for each, all of whom have signed up; the first one is the admin."""
    async with AsyncExitStack() as stack:
        clients: list[TestClient] = []
        for number, name in enumerate(names):
            client = app.test_client(lifespan="off" if number else "on")
            clients.append(await stack.enter_async_context(client))
            answer = await client.post("/people", json={"name": name, "password": PASSWORD})
            assert answer.status_code == 201
        yield clients


@asynccontextmanager
async def visit(app: App) -> AsyncIterator[TestClient]:
    """The client of the admin."""
    async with visits(app, "Ada") as [client]:
        yield client


async def added(client: TestClient, title: str = "Bread", text: str = "") -> dict[str, Any]:
    """A note that was just added."""
    answer = await client.post("/notes", json={"title": title, "text": text})
    assert answer.status_code == 201
    note: dict[str, Any] = answer.json()
    return note
