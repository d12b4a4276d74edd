"""The example on a real server, by the command of its docstring."""

from collections.abc import Iterator
from unittest import mock

import httpx
import pytest
from support.server import Launcher, Server

from framework.notes.visits import EXAMPLES, PASSWORD

CREDENTIALS = {"name": "Ada", "password": PASSWORD}


@pytest.fixture(params=["cookies", "redis"])
def server(request: pytest.FixtureRequest, serve: Launcher) -> Iterator[Server]:
    environment = {}
    if request.param == "redis":
        environment["NOTES_REDIS"] = request.getfixturevalue("redis").url
    with (
        mock.patch.dict("os.environ", environment),
        serve("notes.main:app", app_dir=EXAMPLES) as server,
    ):
        yield server


def test_served(server: Server) -> None:
    with httpx.Client(base_url=server.url("")) as client:
        assert "<title>Notes</title>" in client.get("/").text
        assert client.get("/notes").status_code == 401
        assert client.post("/people", json=CREDENTIALS).status_code == 201
        assert client.post("/notes", json={"title": "Bread"}).status_code == 201
        with client.stream("GET", "/changes") as response:
            lines = response.iter_lines()
            assert "event: listening" in lines
            content = bytes(1_000_000)
            attached = client.post("/notes/1/attachments", files={"file": ("a", content)})
            assert attached.status_code == 201
            assert 'data: {"kind":"changed","number":1,"by":"Ada"}' in lines
        assert client.get("/attachments/1").content == content
        assert client.post("/admin/reload/notes.statistics").status_code == 204
        assert client.get("/statistics").json()["notes"] == 1
        client.delete("/session")
        assert client.get("/notes").status_code == 401


def test_a_stop_ends_the_streams(server: Server) -> None:
    with httpx.Client(base_url=server.url("")) as client:
        client.post("/people", json=CREDENTIALS)
        with client.stream("GET", "/changes") as response:
            lines = response.iter_lines()
            assert "event: listening" in lines
            server.begin_stop()
            assert [line for line in lines if line.startswith("event")] == []
        assert server.wait() == 0
