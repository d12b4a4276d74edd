"""Live loading on every host: what peers see of it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from pyre.framework.testing import WebSocketClosed
from support.client import encoded
from support.waiting import PATIENCE, wait_for

from framework.hosts import Host
from framework.sites import NetworkSite, Site

APP = "framework_loading:app"

LIVE = """
import asyncio

import events
from pyre import framework
from pyre.framework import Blueprint, WebSocket, responses


async def silent(name):
    try:
        yield "first"
        await asyncio.Event().wait()
    finally:
        events.tell(f"{name} is closed")


class Live(Blueprint, prefix="/live"):
    @framework.endpoint("/hello")
    async def hello(self) -> str:
        return "hello"

    @framework.endpoint("/held/{name}")
    async def held(self, name: str) -> str:
        events.tell(f"{name} is held")
        await self.app.state.gate.wait()
        return "held"

    @framework.endpoint("/events/{name}")
    async def events(self, name: str) -> responses.EventStream:
        return responses.EventStream(silent(name))

    @framework.endpoint("/endless/{name}")
    async def endless(self, name: str) -> responses.StreamResponse:
        return responses.StreamResponse(silent(name), endless=True)

    @framework.endpoint("/unload", methods=["POST"])
    async def unload(self) -> str:
        await self.app.unload("live_extension")
        return "unloaded by itself"

    @framework.websocket("/iterates")
    async def iterates(self, websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send("hello")
        async for message in websocket:
            await websocket.send(message)

    @framework.websocket("/waits")
    async def waits(self, websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send("hello")
        await asyncio.Event().wait()


def setup(app):
    app.add_blueprint(Live())


def teardown(app):
    events.tell("live is torn down")
"""

NAME = "live_extension"

CLIENTS = 4

RELOADS = 20


def write(client: httpx.Client, source: str, name: str = NAME) -> None:
    assert client.put(f"/sources/{name}", content=source.encode()).status_code == 204


def change(client: httpx.Client, what: str, drain: float = 30.0) -> str:
    """Load, unload or reload; what is said of a failure."""
    response = client.post(f"/{what}/{NAME}", params={"drain": drain})
    assert response.status_code in {204, 409}, response.text
    return response.text


@pytest.fixture
def live(client: httpx.Client) -> Iterator[httpx.Client]:
    """The client of a site on which ``LIVE`` is loaded."""
    assert client.post("/gate/closed").status_code == 204
    write(client, LIVE)
    assert change(client, "load") == ""
    yield client
    change(client, "unload", drain=0)


def test_what_was_loaded_before_the_start(client: httpx.Client, site: Site) -> None:
    assert client.get("/early").text == "early"
    assert "early_extension" in client.get("/loaded").json()
    assert site.events.count("early is set up") == 1


def test_loading_and_unloading(client: httpx.Client, site: Site) -> None:
    write(client, LIVE)
    for _ in range(3):
        assert client.get("/live/hello").status_code == 404
        assert change(client, "load") == ""
        assert client.get("/live/hello").text == "hello"
        assert client.get("/loaded").json() == ["early_extension", NAME]
        assert change(client, "unload") == ""
        assert site.events[-1] == "live is torn down"
    assert client.get("/live/hello").status_code == 404


def test_reloading(live: httpx.Client) -> None:
    for text in ("one", "two"):
        write(live, LIVE.replace('return "hello"', f'return "{text}"'))
        assert change(live, "reload") == ""
        assert live.get("/live/hello").text == text


FAULTS = {
    "setup": ("def setup(app): raise LookupError('on purpose')", "ExtensionFailed: "),
    "no setup": (LIVE.replace("def setup", "def set_up"), "NoSetupError: "),
    "syntax": ("def", "ExtensionFailed: "),
    "a route of another": (
        LIVE.replace("/live", "").replace("/hello", "/loaded"),
        "ExtensionFailed: ",
    ),
}


@pytest.mark.parametrize(("source", "kind"), FAULTS.values(), ids=FAULTS)
def test_what_fails(live: httpx.Client, source: str, kind: str) -> None:
    write(live, source)
    assert change(live, "reload").startswith(kind)
    assert live.get("/live/hello").text == "hello"
    assert change(live, "unload") == ""
    assert change(live, "load").startswith(kind)
    assert live.get("/live/hello").status_code == 404
    write(live, LIVE)
    assert change(live, "load") == ""
    assert live.get("/live/hello").text == "hello"


def test_what_is_refused(live: httpx.Client) -> None:
    assert change(live, "load").startswith("ExtensionAlreadyLoaded: ")
    assert live.post("/load/nowhere").text.startswith("ExtensionNotFound: ")
    for what in ("unload", "reload"):
        assert live.post(f"/{what}/nowhere").text.startswith("ExtensionNotLoaded: ")


def test_a_running_handler_is_waited_for(live: httpx.Client, site: Site) -> None:
    with ThreadPoolExecutor() as pool:
        held = pool.submit(live.get, "/live/held/waited-for")
        wait_for(lambda: "waited-for is held" in site.events, "the handler")
        unloading = pool.submit(change, live, "unload")
        wait_for(lambda: live.get("/live/hello").status_code == 404, "the unload to begin")
        assert not unloading.done()
        live.post("/gate/open")
        assert held.result().text == "held"
        assert unloading.result() == ""


def test_a_running_handler_is_cancelled(live: httpx.Client, site: Site) -> None:
    with ThreadPoolExecutor() as pool:
        held = pool.submit(live.get, "/live/held/cancelled")
        wait_for(lambda: "cancelled is held" in site.events, "the handler")
        assert change(live, "unload", drain=0) == ""
        response = held.result()
        assert response.status_code == 503
        assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("kind", ["events", "endless"])
@pytest.mark.parametrize("what", ["unload", "reload"])
def test_streams_end_as_a_whole(live: httpx.Client, site: Site, kind: str, what: str) -> None:
    """One that is broken off raises."""
    name = f"{kind}-{what}"
    with live.stream("GET", f"/live/{kind}/{name}") as response:
        pieces = response.iter_text()
        assert next(pieces)
        assert change(live, what) == ""
        assert "".join(pieces).strip(":\n") in {"", "data: first"}
    wait_for(lambda: f"{name} is closed" in site.events, "the source to be closed")


def test_the_last_chunk_of_a_stream(live: httpx.Client, server) -> None:
    with server.connect() as connection:
        connection.send(encoded("GET /live/events/raw"))
        received = b""
        while b"data: first" not in received:
            received += connection.receive()
        assert change(live, "unload") == ""
        while not received.endswith(b"0\r\n\r\n"):
            piece = connection.receive()
            assert piece, "the connection was closed without the last chunk"
            received += piece


def closed_by(websocket) -> int | None:
    with pytest.raises(WebSocketClosed) as closed:
        websocket.receive()
    return closed.value.code


@pytest.mark.needs("closing-while-receiving")
@pytest.mark.parametrize("what", ["unload", "reload"])
def test_a_websocket_that_receives(live: httpx.Client, websocket, what: str) -> None:
    with websocket("/live/iterates") as connection:
        assert connection.receive() == "hello"
        assert change(live, what) == ""
        assert closed_by(connection) == 1001


def test_a_websocket_that_waits_for_something_else(live: httpx.Client, websocket) -> None:
    with websocket("/live/waits") as connection:
        assert connection.receive() == "hello"
        assert change(live, "unload", drain=0.1) == ""
        assert closed_by(connection) == 1001


def test_a_handler_unloads_its_own_extension(live: httpx.Client) -> None:
    assert live.post("/live/unload").text == "unloaded by itself"
    assert live.get("/live/hello").status_code == 404


def test_the_client_leaves_in_the_middle_of_an_unload(live: httpx.Client, site: Site) -> None:
    before = site.events.count("live is torn down")
    with ThreadPoolExecutor() as pool:
        held = pool.submit(live.get, "/live/held/left")
        wait_for(lambda: "left is held" in site.events, "the handler")
        with (
            site.client(timeout=httpx.Timeout(PATIENCE, read=1.0)) as impatient,
            pytest.raises(httpx.ReadTimeout),
        ):
            impatient.post(f"/unload/{NAME}")
        live.post("/gate/open")
        assert held.result().text == "held"
    wait_for(lambda: site.events.count("live is torn down") == before + 1, "the end of it")
    assert change(live, "load") == ""
    assert live.get("/live/hello").text == "hello"


def test_clients_notice_nothing_of_reloads(live: httpx.Client, site: Site) -> None:
    is_over = False

    def ask(_: int) -> set[tuple[int, str]]:
        seen = set()
        with site.client() as client:
            while not is_over:
                response = client.get("/live/hello")
                seen.add((response.status_code, response.text))
        return seen

    with ThreadPoolExecutor(CLIENTS) as pool:
        asking = [pool.submit(ask, number) for number in range(CLIENTS)]
        try:
            failures = [change(live, "reload") for _ in range(RELOADS)]
        finally:
            is_over = True
        assert failures == [""] * RELOADS
        assert [each.result() for each in asking] == [{(200, "hello")}] * CLIENTS


@pytest.mark.needs("sockets")
def test_the_shutdown_ends_what_is_loaded(host: Host) -> None:
    with host.serve(APP) as site, site.client() as client:
        assert isinstance(site, NetworkSite)
        write(client, LIVE)
        assert change(client, "load") == ""
        client.close()
        site.server.begin_stop()
        site.server.wait()
        assert site.events == ["early is set up", "live is torn down", "early is torn down"]
