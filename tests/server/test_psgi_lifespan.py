import asyncio
import contextlib
import logging

import pytest
from pyre.server.errors import StartupError
from pyre.server.psgi_lifespan import PSGILifespan


class Site:
    """An application whose lifespan is ``enter`` before its ``yield``, and ``leave`` after it."""

    def __init__(self, enter=None, leave=None):
        self.events = []
        self._enter = enter
        self._leave = leave

    @contextlib.asynccontextmanager
    async def __psgi_lifespan__(self, state):
        self.events.append("enter")
        if self._enter:
            await self._enter(state)
        yield
        self.events.append("leave")
        if self._leave:
            await self._leave()


class Bare:
    def __psgi__(self, request): ...


def raising(exception):
    async def raise_it(*_):
        raise exception

    return raise_it


def run(app, mode="auto"):
    """Start and shut an application down; return its state."""

    async def live():
        lifespan = PSGILifespan(app, mode)
        state = await lifespan.startup()
        await lifespan.shutdown()
        return state

    return asyncio.run(live())


def errors(caplog):
    return [record.message for record in caplog.records if record.levelno >= logging.ERROR]


@pytest.mark.parametrize("mode", ["auto", "on"])
def test_the_lifespan_is_entered_and_left(mode):
    async def live():
        site = Site()
        lifespan = PSGILifespan(site, mode)
        await lifespan.startup()
        assert site.events == ["enter"]
        await lifespan.shutdown()
        assert site.events == ["enter", "leave"]

    asyncio.run(live())


def test_the_state_is_what_the_lifespan_has_put_there():
    async def enter(state):
        assert state == {}
        state["pool"] = "open"

    assert run(Site(enter)) == {"pool": "open"}


def test_entering_and_leaving_run_in_one_task():
    tasks = []

    async def note(*_):
        tasks.append(asyncio.current_task())

    run(Site(note, note))
    assert tasks[0] is tasks[1]


def test_mode_off_does_not_enter():
    site = Site()
    assert run(site, "off") == {}
    assert site.events == []


@pytest.mark.parametrize("mode", ["auto", "off"])
def test_an_application_needs_no_lifespan(mode):
    assert run(Bare(), mode) == {}


def test_a_lifespan_that_can_not_be_called_is_none():
    def app(request): ...

    app.__psgi_lifespan__ = "not callable"
    assert run(app) == {}


def test_on_refuses_an_application_without_lifespan():
    with pytest.raises(StartupError, match="no method __psgi_lifespan__; use --lifespan auto"):
        run(Bare(), "on")


@pytest.mark.parametrize(
    ("exception", "reason"),
    [
        (OSError("no database"), "OSError: no database"),
        (ValueError("2 errors\nhost\nport"), "ValueError: 2 errors"),
        (KeyError(), "KeyError"),
    ],
)
@pytest.mark.parametrize("mode", ["auto", "on"])
def test_an_exception_on_entering_is_the_cause(caplog, mode, exception, reason):
    site = Site(enter=raising(exception))
    with pytest.raises(
        StartupError, match=f"^the application failed to start: {reason}$"
    ) as raised:
        run(site, mode)
    assert raised.value.__cause__ is exception
    assert site.events == ["enter"]
    assert not errors(caplog)


def test_an_application_that_cancels_itself_on_entering_has_not_started():
    error = asyncio.CancelledError()
    with pytest.raises(StartupError, match=r"CancelledError$") as raised:
        run(Site(enter=raising(error)))
    assert raised.value.__cause__ is error


@pytest.mark.parametrize("kind", [OSError, asyncio.CancelledError, GeneratorExit])
def test_an_exception_on_leaving_is_logged(caplog, kind):
    run(Site(leave=raising(kind("stuck"))))
    assert errors(caplog) == ["Exception in the lifespan of the PSGI application"]
    assert f"{kind.__name__}: stuck" in caplog.text


def test_the_traceback_that_is_logged_begins_in_the_application(caplog):
    run(Site(leave=raising(OSError("stuck"))))
    frames = [line for line in caplog.text.splitlines() if line.startswith("  File ")]
    assert "__psgi_lifespan__" in frames[0]


def test_what_is_no_context_manager_is_named():
    class Undecorated:
        async def __psgi_lifespan__(self, _state):
            yield

    with pytest.raises(
        StartupError, match=r"__psgi_lifespan__ returned 'async_generator'.*manager"
    ):
        run(Undecorated())


def test_a_task_that_fails_between_is_logged_and_ends_the_lifespan(caplog):
    class Grouped:
        @contextlib.asynccontextmanager
        async def __psgi_lifespan__(self, state):
            async with asyncio.TaskGroup() as group:
                group.create_task(raising(OSError("lost"))())
                state["group"] = "open"
                yield

    assert run(Grouped()) == {"group": "open"}
    assert errors(caplog) == ["Exception in the lifespan of the PSGI application"]
    assert "OSError: lost" in caplog.text


@pytest.mark.parametrize("phase", ["startup", "shutdown"])
def test_what_is_given_up_is_cancelled(caplog, phase):
    outcome = []

    async def hang(*_):
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            outcome.append("cancelled")
            raise

    async def give_up():
        lifespan = PSGILifespan(Site(enter=hang) if phase == "startup" else Site(leave=hang))
        if phase == "shutdown":
            await lifespan.startup()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(getattr(lifespan, phase)(), timeout=0.01)
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*others, return_exceptions=True)

    asyncio.run(give_up())
    assert outcome == ["cancelled"]
    assert not errors(caplog)
