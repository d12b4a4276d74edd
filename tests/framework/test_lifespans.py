"""What runs at the start and at the end of serving, and after each response."""

import asyncio
import sys
from collections.abc import Iterator
from types import ModuleType

import httpx
import pytest
from pyre.framework import App
from support.waiting import wait_for

from framework.calls import Answer, Call, by_psgi
from framework.hosts import Host, Serve, ours, theirs
from framework.sites import NetworkSite, Site, StartError

APP = "framework_lifespans:app"

START = [
    "lifespan begins",
    "coroutine setup",
    "plain setup",
    "starts",
    "starts too",
]

STOP = ["stops", "stops too", "lifespan ends"]

WITHOUT_LIFESPAN = {
    "psgi": ours("--interface", "psgi", "--lifespan", "off"),
    "asgi": ours("--interface", "asgi", "--lifespan", "off"),
    "uvicorn": theirs("uvicorn {app} --host 127.0.0.1 --port {port} --lifespan off"),
    "granian": theirs("granian --interface asginl --host 127.0.0.1 --port {port} {app}"),
}


def stop(site: Site) -> None:
    """Have it stop; in process that is the end of the ``with`` block."""
    if isinstance(site, NetworkSite):
        site.server.begin_stop()
        site.server.wait()


def after(site: Site, name: str) -> list[str]:
    return [event for event in site.events if event.startswith(f"{name}: ")]


def test_everything_runs_once_and_in_order(host: Host) -> None:
    with host.serve(APP) as site, site.client() as client:
        assert site.events == START
        assert client.get("/state").status_code == 200
        assert site.events == START
        client.close()
        stop(site)
        if host.name != "in-process":
            assert site.events == START + STOP


def test_what_was_loaded_was_set_up(client) -> None:
    assert client.get("/greeting").text == "set up by a coroutine and plain"
    assert client.get("/from-a-coroutine").text == "from a coroutine"


def test_each_request_begins_with_the_state_of_the_lifespan(client) -> None:
    for _ in range(2):
        assert client.get("/state").json() == [0, "a pool", "set up by a coroutine and plain"]


def test_functions_after_the_response(client, site) -> None:
    assert client.get("/after/x").text == "answered"
    wait_for(lambda: after(site, "x") == ["x: endpoint", "x: first", "x: second"], "both")


def test_functions_after_a_function_that_fails(client, site) -> None:
    assert client.get("/after/fails").text == "answered"
    wait_for(lambda: "fails: second" in site.events, "the one after it")
    site.expect_error("ZeroDivisionError: after the response")


@pytest.mark.parametrize("status", [404, 503])
def test_functions_after_an_error_that_was_answered(client, site, status: int) -> None:
    assert client.get(f"/after-error/{status}").status_code == status
    wait_for(lambda: f"after {status}" in site.events, "the function")


def test_functions_after_a_stream(client, site) -> None:
    assert client.get("/after-stream").text == "a piece"
    wait_for(lambda: "after the stream" in site.events, "the function")
    assert site.events.index("after the stream") > site.events.index("end of the stream")


def test_what_is_registered_meanwhile_is_there_for_the_next_request(client) -> None:
    assert client.get("/registered/later").status_code == 404
    assert client.post("/register/later").status_code == 204
    assert client.get("/registered/later").text == "later"
    assert client.get("/greeting").status_code == 200


def test_an_error_handler_that_is_registered_meanwhile(client) -> None:
    assert client.get("/nowhere-at-all").headers["content-type"] == "application/problem+json"
    assert client.post("/handle/404").status_code == 204
    assert client.get("/nowhere-at-all").text == "handled 404"


def test_nothing_was_set_up_again(client, site) -> None:
    assert client.get("/state").status_code == 200
    assert site.events[: len(START)] == START
    assert not set(START) & set(site.events[len(START) :])


@pytest.mark.parametrize(
    ("app", "error"),
    [("refusing", "no database on purpose"), ("unprepared", "the setup fails on purpose")],
)
def test_a_start_that_fails(host: Host, app: str, error: str) -> None:
    with pytest.raises(StartError, match=error), host.serve(f"framework_lifespans:{app}"):
        pass


@pytest.fixture(params=WITHOUT_LIFESPAN.values(), ids=WITHOUT_LIFESPAN)
def client_without_lifespan(request: pytest.FixtureRequest) -> Iterator[tuple[Site, httpx.Client]]:
    serve: Serve = request.param
    with serve(APP) as site, site.client() as client:
        yield site, client


def test_without_a_lifespan_the_first_request_sets_up(client_without_lifespan) -> None:
    site, client = client_without_lifespan
    assert site.events == []
    for _ in range(2):
        assert client.get("/greeting").text == "set up by a coroutine and plain"
    assert site.events == ["coroutine setup", "plain setup"]


def test_several_requests_may_be_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("a_slow_setup")

    async def setup(app: App) -> None:
        await asyncio.sleep(0)

        @app.endpoint("/slowly")
        async def slowly() -> str:
            return "set up"

    module.setup = setup
    monkeypatch.setitem(sys.modules, module.__name__, module)

    async def ask() -> list[Answer]:
        app = App()
        app.load(module.__name__)
        return await asyncio.gather(*(by_psgi(app, Call(b"/slowly")) for _ in range(5)))

    assert [answer.content for answer in asyncio.run(ask())] == [b"set up"] * 5


@pytest.mark.needs("sockets")
def test_a_hook_that_fails_keeps_no_other_from_running(host: Host) -> None:
    with host.serve("framework_lifespans:stubborn") as site, site.client() as client:
        # Granian accepts before its worker is there, which a signal would not reach.
        assert client.get("/nowhere-at-all").status_code == 404
        client.close()
        stop(site)
        assert site.events == ["cannot stop", "stops all the same"]
        site.expect_error("the shutdown fails on purpose")
