import asyncio
import logging

import pytest
from pyre.server.asgi_lifespan import ASGILifespan
from pyre.server.errors import StartupError

pytestmark = pytest.mark.usefixtures("_debug_log")


@pytest.fixture
def _debug_log(caplog):
    caplog.set_level(logging.DEBUG, "pyre")


def run(app, mode="auto"):
    """Start and shut an application down; return its state."""

    async def converse():
        lifespan = ASGILifespan(app, mode)
        state = await lifespan.startup()
        await lifespan.shutdown()
        return state

    return asyncio.run(converse())


def errors(caplog):
    return [record.message for record in caplog.records if record.levelno >= logging.ERROR]


def scripted(*steps):
    """An application that sends what is a message, raises what can be, and receives at ``None``."""

    async def app(_scope, receive, send):
        for step in steps:
            if step is None:
                await receive()
            elif isinstance(step, BaseException):
                raise step
            else:
                await send(step)

    return app


STARTED = {"type": "lifespan.startup.complete"}
START_FAILED = {"type": "lifespan.startup.failed", "message": "Traceback\nOSError: no database"}
STOPPED = {"type": "lifespan.shutdown.complete"}
STOP_FAILED = {"type": "lifespan.shutdown.failed", "message": "pool is stuck"}


def test_a_whole_conversation():
    seen = []

    async def app(scope, receive, send):
        seen.append(scope)
        seen.append(await receive())
        await send(STARTED)
        seen.append(await receive())
        await send(STOPPED)

    run(app)
    asgi = {"version": "3.0", "spec_version": "2.0"}
    assert seen == [
        {"type": "lifespan", "asgi": asgi, "state": {}},
        {"type": "lifespan.startup"},
        {"type": "lifespan.shutdown"},
    ]


def test_the_state_is_what_the_application_put_into_its_scope():
    async def app(scope, receive, send):
        await receive()
        scope["state"]["pool"] = "open"
        await send(STARTED)
        await receive()
        await send(STOPPED)

    assert run(app) == {"pool": "open"}


def test_startup_and_shutdown_run_in_one_task():
    tasks = []

    async def app(_scope, receive, send):
        await receive()
        tasks.append(asyncio.current_task())
        await send(STARTED)
        await receive()
        tasks.append(asyncio.current_task())
        await send(STOPPED)

    run(app)
    assert tasks[0] is tasks[1]


def test_mode_off_does_not_call_the_application(caplog):
    assert run(scripted(RuntimeError("called")), "off") is None
    assert not caplog.records


@pytest.mark.parametrize("steps", [[NotImplementedError("lifespan")], [None, KeyError("x")], []])
def test_auto_takes_a_missing_answer_for_no_support(caplog, steps):
    assert run(scripted(*steps)) is None
    assert [record.levelname for record in caplog.records] == ["DEBUG"]


def test_on_refuses_an_application_that_raises():
    exception = NotImplementedError("lifespan")
    with pytest.raises(StartupError, match="did not answer") as raised:
        run(scripted(exception), "on")
    assert raised.value.__cause__ is exception


def test_on_refuses_an_application_that_returns():
    with pytest.raises(StartupError, match="did not answer") as raised:
        run(scripted(None), "on")
    assert raised.value.__cause__ is None


@pytest.mark.parametrize("mode", ["auto", "on"])
@pytest.mark.parametrize("afterwards", [[], [OSError("no database")], [None]])
def test_a_failed_startup_is_logged_and_raised(caplog, mode, afterwards):
    with pytest.raises(StartupError, match=r"failed to start: OSError: no database$"):
        run(scripted(None, START_FAILED, *afterwards), mode)
    assert errors(caplog) == ["lifespan.startup.failed: Traceback\nOSError: no database"]


def test_a_failed_startup_needs_no_message():
    with pytest.raises(StartupError, match="no reason given"):
        run(scripted(None, {"type": "lifespan.startup.failed"}))


def test_a_cancellation_of_the_task_is_no_exception_of_the_application(caplog):
    async def converse():
        others = asyncio.all_tasks()
        lifespan = ASGILifespan(scripted(None, STARTED, None))
        await lifespan.startup()
        (task,) = asyncio.all_tasks() - others
        task.cancel()
        await asyncio.wait([task])
        await lifespan.shutdown()

    asyncio.run(converse())
    assert errors(caplog) == []


@pytest.mark.parametrize("afterwards", [[], [OSError("stuck")]])
def test_a_failed_shutdown_is_logged(caplog, afterwards):
    run(scripted(None, STARTED, None, STOP_FAILED, *afterwards))
    assert errors(caplog) == ["lifespan.shutdown.failed: pool is stuck"]


@pytest.mark.parametrize(
    "steps",
    [
        [None, STARTED, OSError("early")],
        [None, STARTED, None, OSError("late")],
        [None, STARTED, None, STOPPED, OSError("after the answer")],
        [None, STARTED, asyncio.CancelledError("early")],
        [None, STARTED, None, asyncio.CancelledError("late")],
        [None, STARTED, None, GeneratorExit("late")],
        [None, STARTED, None, BaseExceptionGroup("late", [SystemExit(1)])],
    ],
)
def test_an_exception_after_the_startup_is_logged_and_ends_the_lifespan(caplog, steps):
    async def converse():
        lifespan = ASGILifespan(scripted(*steps))
        assert await lifespan.startup() == {}
        await lifespan.shutdown()
        await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()})

    asyncio.run(converse())
    assert errors(caplog) == ["Exception in the lifespan of the ASGI application"]
    assert str(steps[-1]) in caplog.text


@pytest.mark.parametrize("steps", [[None, STARTED], [None, STARTED, None]])
def test_returning_without_an_answer_ends_the_lifespan(caplog, steps):
    assert run(scripted(*steps)) == {}
    assert not errors(caplog)


@pytest.mark.parametrize(
    ("steps", "complaint"),
    [
        ([None, STARTED, STARTED], "'lifespan.startup.complete' was sent while"),
        ([None, STARTED, STOPPED], "'lifespan.shutdown.complete' was sent while"),
        ([None, STARTED, START_FAILED], "'lifespan.startup.failed' was sent while"),
        ([None, STARTED, None, None], "receive() was called again"),
        ([None, STARTED, {"type": "http.response.start"}], "'http.response.start' was sent while"),
    ],
)
def test_breaking_the_protocol_raises_in_the_application(caplog, steps, complaint):
    run(scripted(*steps))
    assert complaint in caplog.text


def test_a_startup_that_is_given_up_cancels_the_application():
    outcome = []

    async def app(_scope, receive, _send):
        await receive()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            outcome.append("cancelled")
            raise

    async def give_up():
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(ASGILifespan(app).startup(), timeout=0.01)
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*others, return_exceptions=True)

    asyncio.run(give_up())
    assert outcome == ["cancelled"]


def test_a_receive_that_the_application_gave_up_may_be_repeated(caplog):
    async def app(_scope, receive, send):
        await receive()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(receive(), timeout=0.001)
        await send(STARTED)
        assert (await receive())["type"] == "lifespan.shutdown"
        await send(STOPPED)

    assert run(app) == {}
    assert not errors(caplog)
