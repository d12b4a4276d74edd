"""Streams and event streams: what they send, and that each is closed whatever happens."""

import httpx
import pytest
from support.waiting import wait_for

APP = "framework_streams:app"


def test_pieces_of_all_kinds(client) -> None:
    response = client.get("/plain")
    assert (response.status_code, response.text) == (200, "abé")
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert "content-length" not in response.headers


def test_a_stream_that_ends(client) -> None:
    response = client.get("/counted/3")
    assert response.text == "0\n1\n2\n"
    assert response.headers["content-type"] == "application/octet-stream"


def test_a_body_that_is_streamed_back(client) -> None:
    content = b"x" * 300_000
    assert client.post("/echo", content=content).content == content
    assert client.post("/echo", content=iter([b"a", b"b"])).content == b"ab"


def test_events(client) -> None:
    response = client.get("/three-events")
    assert response.headers["content-type"] == "text/event-stream"
    assert response.headers["cache-control"] == "no-store"
    assert response.text == (
        ':\n\ndata: a\ndata: b\n\ndata: {"number":2}\n\nevent: last\nid: 3\nretry: 10\ndata: c\n\n'
    )


@pytest.mark.parametrize("path", ["/endless", "/endless-and-silent", "/events"])
def test_a_stream_is_closed_when_the_peer_leaves(client, site, path: str) -> None:
    name = f"left{path.replace('/', '-')}"
    with client.stream("GET", f"{path}/{name}") as response:
        assert next(response.iter_text())
    wait_for(lambda: f"{name} is closed" in site.events, "the stream to be closed")


def test_pings_while_there_are_no_events(client, site) -> None:
    with client.stream("GET", "/pings") as response:
        lines = response.iter_lines()
        wait_for(lambda: next(lines) == "data: first", "the event")
        assert [next(lines) for _ in range(5)] == ["", ":", "", ":", ""]
    wait_for(lambda: "pings is closed" in site.events, "the stream to be closed")


@pytest.mark.parametrize("path", ["/counted/3", "/endless/head", "/events/head"])
def test_head_does_not_begin_a_stream(client, site, path: str) -> None:
    before = site.events
    response = client.head(path)
    assert (response.status_code, response.content) == (200, b"")
    assert client.get("/is-stopping").json() is False
    assert site.events == before


def test_a_stream_that_raises_is_broken_off(client, site) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        client.get("/broken")
    site.expect_error("ZeroDivisionError: in the stream")


def test_a_stream_that_raises_at_once(client, site) -> None:
    assert client.get("/broken-at-once").status_code == 500
    site.expect_error("ZeroDivisionError: before the first piece")
