"""Modules that are reloaded while the application runs."""

import sys
from pathlib import Path

import pytest
from pyre.framework import App

from framework.notes.visits import added, visit, visits
from framework.request.host import in_loop

MODULES = ["people", "notebook", "attachments", "live", "statistics", "admin"]


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert text.count(old) == 1
    file.write_text(text.replace(old, new))


@in_loop
async def test_a_changed_module_counts_after_it_was_reloaded(app: App, copied: Path) -> None:
    async with visit(app) as client:
        await added(client)
        before = {"people": 1, "notes": 1, "listeners": 0}
        assert (await client.get("/statistics")).json() == before
        line = '            "notes": totals.notes,\n'
        more = '            "attachments": totals.attachments,\n'
        edit(copied / "statistics.py", line, line + more)
        assert (await client.get("/statistics")).json() == before
        assert (await client.post("/admin/reload/notes.statistics")).status_code == 204
        assert (await client.get("/statistics")).json() == before | {"attachments": 0}


@in_loop
async def test_a_module_with_a_defect_leaves_the_old_one(app: App, copied: Path) -> None:
    async with visit(app) as client:
        edit(copied / "statistics.py", "def setup(app: App) -> None:", "def setup(app: App)")
        answer = await client.post("/admin/reload/notes.statistics")
        assert answer.status_code == 409
        assert "'notes.statistics' has failed: SyntaxError" in answer.json()["detail"]
        assert (await client.get("/statistics")).json()["people"] == 1


@in_loop
async def test_every_module_can_be_reloaded(app: App) -> None:
    async with visit(app) as client:
        names = [f"notes.{name}" for name in MODULES]
        assert (await client.get("/admin/modules")).json() == names
        for name in names:
            module = sys.modules[name]
            assert (await client.post(f"/admin/reload/{name}")).status_code == 204
            assert sys.modules[name] is not module
        assert (await client.get("/admin/modules")).json() == names
        assert (await added(client))["number"] == 1


@in_loop
async def test_listeners_stay_while_another_module_is_reloaded(app: App) -> None:
    async with visit(app) as client, client.stream("GET", "/changes") as response:
        lines = response.aiter_lines()
        while await anext(lines) != "event: listening":
            pass
        await client.post("/admin/reload/notes.notebook")
        await added(client)
        while await anext(lines) != "event: change":
            pass


@pytest.mark.parametrize("module", ["notes.main", "os", "nothing"])
@in_loop
async def test_only_what_is_loaded_is_reloaded(app: App, module: str) -> None:
    async with visit(app) as client:
        answer = await client.post(f"/admin/reload/{module}")
        assert (answer.status_code, answer.json()["detail"]) == (404, f"'{module}' is not loaded")


@in_loop
async def test_it_is_for_admins(app: App) -> None:
    async with visits(app, "Ada", "Ben") as [_, ben]:
        for method, path in [("GET", "/admin/modules"), ("POST", "/admin/reload/notes.live")]:
            answer = await ben.request(method, path)
            assert (answer.status_code, answer.json()["detail"]) == (403, "This is for admins.")
