"""The lifespan, in both directions."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from pyre import psgi
from pyre.server.asgi_lifespan import ASGILifespan as ServerLifespan
from pyre.server.errors import StartupError

from psgi_python.asgi_server import LAST, AsgiServer, idle, in_loop

STARTUP = {"type": "lifespan.startup"}
SHUTDOWN = {"type": "lifespan.shutdown"}


class Application:
    """Notes its lifespan, and raises where a test wants it."""

    def __init__(self, **errors):
        self.errors = errors
        self.notes = []

    @asynccontextmanager
    async def __psgi_lifespan__(self, state):
        self.notes.append(("enter", dict(state), asyncio.current_task()))
        self.fail("enter")
        state["a"] = 1
        try:
            yield
        finally:
            self.notes.append(("leave", asyncio.current_task()))
            self.fail("leave")

    def fail(self, where):
        if where in self.errors:
            raise self.errors[where]

    async def __psgi__(self, request):
        return psgi.Response(body=repr(request.state))


def lifespan_server(app, **scope):
    return AsgiServer(app, type="lifespan", **scope)


@in_loop
async def test_to_asgi_enters_and_leaves_in_one_task():
    app = Application()
    state = {}
    server = lifespan_server(psgi.to_asgi(app), state=state)
    server.give(STARTUP)
    task = server.start()
    await server.until_sent(1)
    await idle()
    assert server.types == ["lifespan.startup.complete"]
    assert app.notes == [("enter", {}, task)]
    assert state == {"a": 1}
    server.give(SHUTDOWN)
    await task
    assert server.types[1:] == ["lifespan.shutdown.complete"]
    assert app.notes[1:] == [("leave", task)]


@in_loop
@pytest.mark.parametrize(
    ("where", "types"),
    [
        ("enter", ["lifespan.startup.failed"]),
        ("leave", ["lifespan.startup.complete", "lifespan.shutdown.failed"]),
    ],
)
async def test_to_asgi_tells_the_server_what_has_failed(where, types):
    server = lifespan_server(psgi.to_asgi(Application(**{where: LookupError("expected")})))
    await server.run(STARTUP, SHUTDOWN)
    assert server.types == types
    assert server.sent[-1]["message"].rstrip().endswith("LookupError: expected")


@in_loop
async def test_to_asgi_answers_for_an_application_without_a_lifespan():
    server = lifespan_server(psgi.to_asgi(lambda _: psgi.Response()))
    await server.run(STARTUP, SHUTDOWN)
    assert server.types == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


@in_loop
async def test_a_server_that_cancels_the_lifespan_makes_the_application_leave():
    app = Application()
    server = lifespan_server(psgi.to_asgi(app))
    server.give(STARTUP)
    task = server.start()
    await server.until_sent(1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert app.notes[1:] == [("leave", task)]


@in_loop
async def test_requests_have_the_state_also_if_the_server_knows_none():
    asgi_app = psgi.to_asgi(Application())
    lifespan = lifespan_server(asgi_app)
    lifespan.give(STARTUP)
    task = lifespan.start()
    await lifespan.until_sent(1)
    for _ in range(2):
        server = AsgiServer(asgi_app)
        await server.run(LAST)
        assert server.body == b"{'a': 1}"
    lifespan.give(SHUTDOWN)
    await task


@in_loop
async def test_there_and_back():
    app = Application()
    state = {}
    async with psgi.from_asgi(psgi.to_asgi(app)).__psgi_lifespan__(state):
        assert state == {"a": 1}
        assert len(app.notes) == 1
    assert app.notes[1][0] == "leave"


@in_loop
@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("enter", "lifespan.startup.failed: LookupError: expected"),
        ("leave", "lifespan.shutdown.failed: LookupError: expected"),
    ],
)
async def test_what_fails_is_raised_and_its_traceback_logged(caplog, where, message):
    app = psgi.from_asgi(psgi.to_asgi(Application(**{where: LookupError("expected")})))
    with pytest.raises(RuntimeError, match=f"^{message}$"):
        async with app.__psgi_lifespan__({}):
            assert where == "leave"
    assert "Traceback" in caplog.text


@in_loop
async def test_a_server_does_not_start_with_what_fails_to_enter():
    app = Application(enter=LookupError("expected"))
    asgi_app = psgi.to_asgi(psgi.from_asgi(psgi.to_asgi(app)))
    with pytest.raises(StartupError, match="expected"):
        await ServerLifespan(asgi_app).startup()
    await idle()


def scripted(*steps):
    """An application that sends what is a message, raises what can be, and receives at ``None``."""

    async def app(_scope, receive, send):
        for step in steps:
            if step is None:
                await receive()
            elif isinstance(step, Exception):
                raise step
            else:
                await send(step)

    return app


STARTED = {"type": "lifespan.startup.complete"}
STOPPED = {"type": "lifespan.shutdown.complete"}


@in_loop
@pytest.mark.parametrize(
    "steps",
    [
        [],
        [None],
        [LookupError("no lifespan")],
        [None, LookupError("no lifespan")],
        [None, STARTED, None, STOPPED],
        [None, STARTED, None],
        [None, STARTED],
        [STARTED],
    ],
)
async def test_applications_that_run(steps):
    async with psgi.from_asgi(scripted(*steps)).__psgi_lifespan__({}):
        await idle()


@in_loop
@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([None, {"type": "lifespan.startup.failed"}], "no reason given"),
        ([None, {"type": "lifespan.startup.failed", "message": "a\nb"}], "b"),
        ([{"type": "lifespan.startup.failed", "message": "b"}, LookupError("later")], "b"),
    ],
)
async def test_applications_that_do_not_start(steps, message):
    with pytest.raises(RuntimeError, match=f"^lifespan.startup.failed: {message}$"):
        async with psgi.from_asgi(scripted(*steps)).__psgi_lifespan__({}):
            pytest.fail("entered")


@in_loop
@pytest.mark.parametrize(
    ("steps", "kind", "message"),
    [
        (
            [None, STARTED, None, {"type": "lifespan.shutdown.failed", "message": "stuck"}],
            RuntimeError,
            "lifespan.shutdown.failed: stuck",
        ),
        ([None, STARTED, None, LookupError("expected")], LookupError, "expected"),
        ([None, STARTED, LookupError("early")], LookupError, "early"),
        (
            [None, STARTED, {"type": "lifespan.other"}],
            RuntimeError,
            "'lifespan.other' is no message",
        ),
    ],
)
async def test_applications_that_do_not_end_well(steps, kind, message):
    with pytest.raises(kind, match=f"^{message}"):
        async with psgi.from_asgi(scripted(*steps)).__psgi_lifespan__({}):
            await idle()


@in_loop
async def test_a_start_that_is_given_up_cancels_the_application():
    ended = []

    async def app(_scope, _receive, _send):
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            ended.append("ended")

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.001), psgi.from_asgi(app).__psgi_lifespan__({}):
            pytest.fail("entered")
    await idle()
    assert ended == ["ended"]
