"""The description of the application, and the files of its page."""

import pytest
from pyre.framework import App

from framework.notes.visits import EXAMPLES
from framework.openapi.described import valid
from framework.request.host import in_loop

FRONT = EXAMPLES / "notes" / "front"


@in_loop
async def test_every_operation_is_described(app: App) -> None:
    async with app.test_client() as client:
        document = valid((await client.get("/openapi.json")).json())
        operations = [each for item in document["paths"].values() for each in item.values()]
        assert len(operations) >= 17
        assert all(operation["summary"] for operation in operations)
        assert {"Note", "Draft", "Attachment", "Person"} <= document["components"]["schemas"].keys()
        page = await client.get("/docs")
        assert "script-src 'self'" in page.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/", "/index.html", "/style.css", "/script.js"])
@in_loop
async def test_the_files_of_the_page(app: App, path: str) -> None:
    async with app.test_client() as client:
        answer = await client.get(path)
        assert answer.content == (FRONT / (path.removeprefix("/") or "index.html")).read_bytes()
        assert answer.headers["cache-control"] == "no-cache"
        assert answer.headers["content-security-policy"].startswith("default-src 'self'")


@in_loop
async def test_what_is_not_there_is_answered_alike(app: App) -> None:
    async with app.test_client() as client:
        answer = await client.get("/nothing")
        assert answer.status_code == 404
        assert answer.headers["x-content-type-options"] == "nosniff"
