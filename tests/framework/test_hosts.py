"""The hosts serve an application alike, and the fixtures tell what it does."""

import threading

import httpx
import pytest
from pyre.framework.testing import WebSocketClosed, WebSocketRefused
from support.server import Server
from support.waiting import wait_for

from framework.conftest import OpenWebSocket
from framework.hosts import Host
from framework.sites import Site, StartError

APP = "framework_hosted:app"

REFUSING = "framework_hosted:refusing"


def test_the_interface_is_that_of_the_host(client: httpx.Client, host: Host) -> None:
    expected = "psgi" if host.name.startswith("psgi") else "asgi"
    assert client.get("/interface").text == expected


def test_the_lifespan_has_run(client: httpx.Client, site: Site) -> None:
    assert client.get("/greeting").text == "from the lifespan"
    assert site.events[0] == "started"


def test_an_application_that_does_not_start(host: Host) -> None:
    with pytest.raises(StartError, match="refused on purpose"), host.serve(REFUSING):
        pass


def test_sites_know_nothing_of_each_other(client: httpx.Client, site: Site, host: Host) -> None:
    before = site.events
    with host.serve(APP) as other, other.client() as other_client:
        assert other.events == ["started"]
        with other_client.stream("GET", "/endless") as response:
            next(response.iter_lines())
        wait_for(lambda: "left" in other.events, "the application to see that the client has left")
    assert client.get("/greeting").text == "from the lifespan"
    assert site.events == before


def test_the_client_keeps_cookies(client: httpx.Client) -> None:
    assert client.get("/cookie").text == ""
    assert client.get("/cookie").text == "a=1; b=2"


def test_each_client_has_cookies_of_its_own(client: httpx.Client, site: Site) -> None:
    client.get("/cookie")
    with site.client() as other:
        assert other.get("/cookie").text == ""


@pytest.mark.parametrize("size", [0, 10, 1_000_000])
def test_content_there_and_back(client: httpx.Client, size: int) -> None:
    assert client.post("/echo", content=b"x" * size).content == b"x" * size


def test_generated_content(client: httpx.Client) -> None:
    assert client.post("/echo", content=iter([b"a", b"b", b"c"])).content == b"abc"


def test_a_response_that_never_ends(client: httpx.Client, site: Site) -> None:
    with client.stream("GET", "/endless") as response:
        lines = response.iter_lines()
        assert [next(lines) for _ in range(3)] == ["tick"] * 3
    wait_for(lambda: "left" in site.events, "the application to see that the client has left")


def test_requests_run_at_the_same_time(client: httpx.Client, site: Site) -> None:
    answers: list[str] = []

    def ask() -> None:
        with site.client() as other:
            answers.append(other.get("/gated").text)

    thread = threading.Thread(target=ask)
    thread.start()
    wait_for(lambda: "waiting" in site.events, "the first request to be under way")
    assert client.get("/open").status_code == 204
    thread.join()
    assert answers == ["passed"]


def test_a_response_does_not_wait_for_what_comes_after(client: httpx.Client, site: Site) -> None:
    assert client.get("/afterwards").text == "answered"
    assert "afterwards" not in site.events
    site.permit()
    wait_for(lambda: "afterwards" in site.events, "what comes after the response")


def test_an_exception_is_a_response_and_logged(client: httpx.Client, site: Site) -> None:
    assert client.get("/fail?wrong-on-purpose").status_code == 500
    site.expect_error("ExpectedError: wrong-on-purpose")


def test_the_target(client: httpx.Client) -> None:
    assert client.get("/target?a=%20b").text == "/target?a=%20b"


def test_a_raw_connection(server: Server) -> None:
    assert server.request("GET /target?raw").body == b"/target?raw"


@pytest.mark.needs("fields-of-handshakes")
def test_fields_of_the_response_to_a_handshake(websocket: OpenWebSocket) -> None:
    with websocket("/talk") as connection:
        assert connection.headers["x-a"] == "1"


@pytest.mark.needs("codes-of-peers")
def test_the_client_closes(websocket: OpenWebSocket, site: Site) -> None:
    with websocket("/talk") as connection:
        connection.close(4001)
    wait_for(lambda: "closed with 4001" in site.events, "the application to see the close")


@pytest.mark.needs("code-of-leaving")
def test_the_client_leaves(websocket: OpenWebSocket, site: Site) -> None:
    with websocket("/talk") as connection:
        connection.leave()
    wait_for(lambda: "closed with 1006" in site.events, "the application to see it")


def test_messages(websocket: OpenWebSocket) -> None:
    with websocket("/talk", subprotocols=["a", "b"]) as connection:
        assert connection.subprotocol == "b"
        connection.send("text")
        connection.send(b"octets")
        assert [connection.receive(), connection.receive()] == ["text", b"octets"]


def test_the_application_closes(websocket: OpenWebSocket) -> None:
    with websocket("/talk", subprotocols=["b"]) as connection:
        connection.send("close")
        with pytest.raises(WebSocketClosed) as closed:
            connection.receive()
    assert (closed.value.code, closed.value.reason) == (4000, "enough")


def test_a_refused_handshake(websocket: OpenWebSocket) -> None:
    with pytest.raises(WebSocketRefused) as refused, websocket("/refuse"):
        pass
    response = refused.value.response
    assert (response.status_code, response.text, response.headers["x-a"]) == (409, "refused", "1")
