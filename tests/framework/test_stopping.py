"""A server that is told to stop: what goes on for ever ends, and what has an end comes to it."""

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import httpx
import pytest
from support.waiting import wait_for

from framework.hosts import Host, Serve, ours, theirs
from framework.sites import NetworkSite

APP = "framework_streams:app"

pytestmark = pytest.mark.needs("sockets")

ENDLESS = ["/events", "/endless", "/endless-and-silent"]

WITHOUT_LIFESPAN = {
    "psgi": ours("--interface", "psgi", "--lifespan", "off"),
    "asgi": ours("--interface", "asgi", "--lifespan", "off"),
    "uvicorn": theirs("uvicorn {app} --host 127.0.0.1 --port {port} --lifespan off"),
    "granian": theirs("granian --interface asginl --host 127.0.0.1 --port {port} {app}"),
}


@pytest.fixture
def stoppable(host: Host) -> Iterator[NetworkSite]:
    """A site of the test's own."""
    with host.serve(APP) as site:
        assert isinstance(site, NetworkSite)
        yield site


def begun(client: httpx.Client, stack: ExitStack) -> list[Iterator[str]]:
    """A stream of each kind that has no end; the first piece of each has been read."""
    streams = []
    for number, path in enumerate(ENDLESS):
        response = stack.enter_context(client.stream("GET", f"{path}/stream{number}"))
        streams.append(response.iter_text())
        assert next(streams[-1])
    return streams


def assert_they_end(streams: list[Iterator[str]], site: NetworkSite) -> None:
    """Each ends as a whole response does: one that is broken off raises."""
    for pieces in streams:
        list(pieces)
    closed = {f"stream{number} is closed" for number in range(len(ENDLESS))}
    wait_for(lambda: closed <= set(site.events), "the sources to be closed")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_streams_without_an_end(stoppable: NetworkSite, number: signal.Signals) -> None:
    with stoppable.client() as client, ExitStack() as stack:
        streams = begun(client, stack)
        stoppable.server.send_signal(number)
        assert_they_end(streams, stoppable)
    stoppable.server.wait()
    assert stoppable.events[-2:] == ["stops first", "stops"]


@pytest.mark.parametrize("serve", WITHOUT_LIFESPAN.values(), ids=WITHOUT_LIFESPAN)
def test_streams_without_an_end_and_without_a_lifespan(serve: Serve) -> None:
    with serve(APP) as site, site.client() as client, ExitStack() as stack:
        assert isinstance(site, NetworkSite)
        streams = begun(client, stack)
        site.server.send_signal(signal.SIGTERM)
        assert_they_end(streams, site)
        stack.close()
        client.close()
        site.server.wait()
        assert not {"starts", "stops"} & set(site.events)


def test_a_download_and_a_request_are_finished(stoppable: NetworkSite) -> None:
    with stoppable.client() as client, ThreadPoolExecutor() as pool:
        work = pool.submit(client.get, "/work")
        download = pool.submit(client.get, "/download")
        begun = {"work has begun", "download has begun"}
        wait_for(lambda: begun <= set(stoppable.events), "both to be under way")
        stoppable.server.begin_stop()
        stoppable.permit()
        assert work.result().text == "done"
        assert download.result().text == "first half, second half"
    stoppable.server.wait()
    assert stoppable.events[-2:] == ["stops first", "stops"]


def test_an_endpoint_may_wait_for_the_stop(stoppable: NetworkSite) -> None:
    with stoppable.client() as client, ThreadPoolExecutor() as pool:
        response = pool.submit(client.get, "/until-it-stops")
        wait_for(lambda: "waits for the stop" in stoppable.events, "the endpoint to wait")
        stoppable.server.send_signal(signal.SIGTERM)
        assert response.result().text == "stopping: True"
    stoppable.server.wait()
