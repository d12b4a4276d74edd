"""Each application of ``examples/`` does what its docstring says."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from support.client import encoded
from support.server import Launcher
from support.waiting import PATIENCE, wait_for

from interop.clients import Httpx

EXAMPLES = Path(__file__).parents[2] / "examples"

SIZE = 1_000_000


def test_hello(serve: Launcher) -> None:
    with serve("hello:app", app_dir=EXAMPLES) as server:
        assert server.request("GET /").body == b"Hello, World!"


def test_starlette(serve: Launcher) -> None:
    content = bytes(range(256)) * 1000
    with serve("starlette_app:app", app_dir=EXAMPLES) as server:
        assert server.request("GET /hello/Ada").body == b"Hello, Ada!"
        answer = server.request("POST /sha256", content).body
        assert answer.decode() == hashlib.sha256(content).hexdigest()
        assert server.request(f"GET /download/{SIZE}").body == bytes(SIZE)
        assert json.loads(server.request("POST /visits").body) == {"visits": 0}
        wait_for(lambda: json.loads(server.request("POST /visits").body)["visits"], "a visit")


def test_fastapi(serve: Launcher) -> None:
    with serve("fastapi_app:app", app_dir=EXAMPLES) as server:
        client = Httpx(server.url("").rstrip("/"))
        assert json.loads(client.fetch("GET", "/items/1").body)["name"] == "table"
        item = json.dumps({"name": "chair", "price": 20}).encode()
        created = client.fetch("POST", "/items", item, content_type="application/json")
        assert (created.status, json.loads(created.body)) == (201, {"number": 2})
        assert client.fetch("POST", "/items", b"{}", content_type="application/json").status == 422
        uploaded = json.loads(client.submit("/sha256", bytes(SIZE), "").body)
        assert uploaded["sha256"] == hashlib.sha256(bytes(SIZE)).hexdigest()
        assert client.fetch("GET", f"/download/{SIZE}").body == bytes(SIZE)


@pytest.mark.parametrize("app", ["app", "asgi_app"])
def test_psgi(serve: Launcher, app: str) -> None:
    with serve(f"psgi_app:{app}", app_dir=EXAMPLES) as server:
        assert server.request("GET /").body == b"Hello, World!"
        digest = server.request("POST /sha256", bytes(SIZE)).body
        assert digest.decode() == hashlib.sha256(bytes(SIZE)).hexdigest()
        with server.connect() as connection:
            connection.send(encoded("POST /sha256", b"", f"Content-Length: {11 * SIZE}"))
            assert connection.read_response().status == 413
        assert server.request("GET /countdown").body == b"data: 3\n\ndata: 2\n\ndata: 1\n\n"
        assert server.request("GET /nowhere").status == 404


def test_framework(serve: Launcher) -> None:
    with serve("framework_app:app", app_dir=EXAMPLES) as server:
        book = json.dumps({"title": "Emma", "year": 1815}).encode()
        client = Httpx(server.url("").rstrip("/"))
        created = client.fetch("POST", "/books", book, content_type="application/json")
        assert created.status == 201
        assert json.loads(client.fetch("GET", "/books/1").body) == json.loads(book)
        assert json.loads(client.fetch("GET", "/books?year=1816").body) == {}
        assert json.loads(client.fetch("GET", "/books?year=1815").body).keys() == {"1"}
        assert client.fetch("GET", "/books/2").status == 404
        refused = client.fetch("POST", "/books", b"{}", content_type="application/json")
        assert [error["name"] for error in json.loads(refused.body)["errors"]] == [
            "#/title",
            "#/year",
        ]


def test_embedded() -> None:
    pytest.importorskip("pyre._core", reason="the core has not been built")
    command = [sys.executable, str(EXAMPLES / "embedded.py")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("HTTP/1.1 200 OK")
    assert done.stdout.rstrip().endswith("Hello, World!")
