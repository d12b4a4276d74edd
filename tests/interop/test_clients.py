"""Each client in front of each framework: small requests of every shape."""

import json
from typing import Any

import pytest
from apps.payload import digest
from support.server import Server

from interop.clients import CLIENTS, Client, Reply
from interop.sites import only

pytestmark = only("starlette", "fastapi", loops=["uvloop"])


@pytest.fixture(params=CLIENTS)
def client(request: pytest.FixtureRequest, site: Server) -> Client:
    made: Client = CLIENTS[request.param](site.url("").rstrip("/"))
    return made


def content(reply: Reply) -> Any:
    assert reply.status == 200, reply
    return json.loads(reply.body)


def test_get(client: Client) -> None:
    reply = client.fetch("GET", "/hello/w%C3%B6rld?a=1&b=x%20y")
    assert content(reply) == {"hello": "wörld", "query": {"a": "1", "b": "x y"}}


def test_head(client: Client) -> None:
    reply = client.fetch("HEAD", "/hello/world")
    assert (reply.status, reply.body) == (200, b"")


@pytest.mark.parametrize(("path", "status"), [("/nowhere", 404), ("/old-place", 307)])
def test_status(client: Client, path: str, status: int) -> None:
    reply = client.fetch("GET", path)
    assert reply.status == (status if status != 307 or not follows(client) else 200)


def follows(client: Client) -> bool:
    """Whether this client follows redirects unasked."""
    return type(client).__name__ in {"Requests", "Aiohttp"}


def test_method_that_is_not_allowed(client: Client) -> None:
    assert client.fetch("DELETE", "/hello/world").status == 405


def test_json(client: Client) -> None:
    sent = {"text": "naïve ☃", "numbers": [1, 2.5, None], "nested": {"a": {}}}
    body = json.dumps(sent).encode()
    reply = client.fetch("POST", "/echo", body, content_type="application/json")
    assert content(reply) == sent


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_body_with_length(client: Client, method: str) -> None:
    reply = client.fetch(method, "/upload", b"x" * 100_000)
    assert content(reply)["size"] == 100_000


def test_chunked_body(client: Client) -> None:
    pieces = (b"%d," % number for number in range(1000))
    reply = client.fetch("POST", "/upload", pieces)
    assert content(reply)["size"] == sum(len(b"%d," % number) for number in range(1000))


def test_streamed_response(client: Client) -> None:
    assert len(client.fetch("GET", "/download/655360").body) == 655_360


def test_form_with_file(client: Client) -> None:
    file = bytes(range(256)) * 100
    expected = {"name": "file.bin", "size": 25_600, "digest": digest([file]), "note": "a note"}
    assert content(client.submit("/form", file, "a note")) == expected


def test_session_keeps_its_connection(client: Client) -> None:
    """The application sees the same client port each time, whatever response came between."""
    paths = ["/client", "/hello/x", "/client", "/nowhere", "/client"]
    ports = client.fetch_each(paths)[::2]
    assert len(set(ports)) == 1
    assert int(ports[0]) > 0


def test_sessions_have_connections_of_their_own(client: Client) -> None:
    first, second = (client.fetch_each(["/client"])[0] for _ in range(2))
    assert first != second
