import asyncio
import contextlib

import pytest
from pyre import psgi
from pyre.server.errors import StartupError

from server.in_process import ask, is_refused, make_server, serving, start


class Site:
    """Tells what happens to it; ``/held`` is answered when ``released`` is set."""

    def __init__(self):
        self.events = []
        self.arrived = asyncio.Event()
        self.released = asyncio.Event()

    @contextlib.asynccontextmanager
    async def __psgi_lifespan__(self, state):
        state["pool"] = "open"
        self.events.append("enter")
        yield
        self.events.append("leave")

    async def __psgi__(self, request):
        self.events.append(f"request {request.state}")
        self.arrived.set()
        if request.path == "/held":
            await self.released.wait()
        return psgi.Response(body="served")


def answer(request):
    return psgi.Response(body=f"served {request.path}")


class Both(Site):
    async def __call__(self, _scope, _receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"by ASGI"})


@pytest.mark.parametrize("interface", ["auto", "psgi"])
def test_answers_between_entering_and_leaving_the_lifespan(interface):
    async def main():
        site = Site()
        async with serving(site, interface=interface) as server:
            assert (await ask(server.addresses[0])).endswith(b"served")
        assert site.events == ["enter", "request {'pool': 'open'}", "leave"]

    asyncio.run(main())


def test_the_state_is_empty_without_a_lifespan():
    async def main():
        site = Site()
        async with serving(site, lifespan="off") as server:
            await ask(server.addresses[0])
        assert site.events == ["request {}"]

    asyncio.run(main())


@pytest.mark.parametrize("factory", [False, True])
def test_a_function_of_one_argument_is_served_when_told(factory):
    async def main():
        app = (lambda: answer) if factory else answer
        async with serving(app, interface="psgi", factory=factory) as server:
            assert (await ask(server.addresses[0], "/page")).endswith(b"served /page")

    asyncio.run(main())


@pytest.mark.parametrize(
    ("interface", "body"), [("auto", b"served"), ("psgi", b"served"), ("asgi", b"by ASGI")]
)
def test_an_application_with_both_interfaces_is_served_by_the_chosen_one(interface, body):
    async def main():
        async with serving(Both(), interface=interface, lifespan="off") as server:
            assert (await ask(server.addresses[0])).endswith(body)

    asyncio.run(main())


def test_the_lifespan_is_left_after_the_last_request():
    async def main():
        site = Site()
        server = make_server(site)
        task = await start(server)
        response = asyncio.create_task(ask(server.addresses[0], "/held"))
        await site.arrived.wait()
        server.stop()
        while not is_refused(server.addresses[0]):  # noqa: ASYNC110
            await asyncio.sleep(0)  # a closed port sets no event
        assert "leave" not in site.events
        site.released.set()
        assert (await response).endswith(b"served")
        await task
        assert site.events[-1] == "leave"

    asyncio.run(main())


def test_an_exception_of_the_application_is_logged_with_its_request(caplog):
    def app(request):
        raise ValueError(request.path)

    async def main():
        async with serving(app, interface="psgi") as server:
            assert b" 500 " in await ask(server.addresses[0], "/broken")

    asyncio.run(main())
    message = "Exception in PSGI application while answering GET /broken HTTP/1.1"
    assert message in caplog.messages


def test_a_lifespan_that_fails_to_start_refuses_connections():
    class Failing(Site):
        @contextlib.asynccontextmanager
        async def __psgi_lifespan__(self, _state):
            raise OSError("no database")
            yield

    server = make_server(Failing())
    with pytest.raises(StartupError, match="OSError: no database"):
        asyncio.run(server.serve())
    assert is_refused(server.addresses[0])


def test_a_lifespan_that_is_demanded_and_absent_is_refused():
    server = make_server(answer, interface="psgi", lifespan="on")
    with pytest.raises(StartupError, match="no method __psgi_lifespan__"):
        asyncio.run(server.serve())


def test_a_lifespan_that_hangs_at_its_end_is_cut_off(caplog):
    class Hanging(Site):
        @contextlib.asynccontextmanager
        async def __psgi_lifespan__(self, _state):
            yield
            await asyncio.Event().wait()

    async def main():
        async with serving(Hanging(), timeout_graceful_shutdown=0.05):
            pass

    asyncio.run(main())
    assert "The shutdown of the application was cut off" in caplog.messages


def test_a_failed_start_is_status_3_and_shows_the_frames_of_the_application(run_pyre, tmp_path):
    source = """
from contextlib import asynccontextmanager

class Site:
    @asynccontextmanager
    async def __psgi_lifespan__(self, state):
        connect()
        yield

    def __psgi__(self, request): ...

def connect():
    raise OSError("no database")

app = Site()
"""
    tmp_path.joinpath("main.py").write_text(source, encoding="utf-8")
    result = run_pyre("main:app", "--port", "0")
    assert (result.returncode, result.stdout) == (3, "")
    first, *traceback, exception, last = result.stderr.splitlines()
    assert first == "Traceback (most recent call last):"
    frames = [line for line in traceback if line.lstrip().startswith("File ")]
    assert ["__psgi_lifespan__" in frames[0], "connect" in frames[1], len(frames)] == [
        True,
        True,
        2,
    ]
    assert exception == "OSError: no database"
    assert last == "pyre: the application failed to start: OSError: no database"
