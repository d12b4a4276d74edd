"""Wherever a load or a reload fails, the app answers as before, and nothing is left of it."""

import asyncio
from collections.abc import Iterator

import pytest
from pyre.framework import App, ExtensionFailed, NoSetupError, RegistrationError
from pyre.framework.testing import TestClient

from framework.loading.complete import STEPS, complete
from framework.loading.sources import Sources
from framework.loading.states import State, answers_of, told, websocket_of
from framework.testing.loop import in_loop

NESTED = "'inner' in app.loaded or await app.load('inner')"

ALL = {
    "plain": list(STEPS.values()),
    "coroutine": [*STEPS.values(), NESTED],
}

FAILURE = "raise LookupError('on purpose')"

PLACES = [(kind, number) for kind, steps in ALL.items() for number in range(len(steps) + 1)]
"""Before which line a setup fails; the last is the place after all of them."""

FAULTS = {
    "an exit": "raise SystemExit('on purpose')",
    "a hook of the startup": "app.on_startup(fail)",
    "a mount's startup": "app.mount('/of/refusing', Refusing())",
    "a route of the app": "app.endpoint('/own')(show)",
    "a route of another extension": "app.endpoint('/other/{name}')(show)",
    "a route of its own": "app.endpoint('/of/endpoint')(show_number)",
    "half of a blueprint": "app.add_blueprint(Half())",
    "an error handler of the app": "app.error(ValueError)(handle)",
    "an error handler of another extension": "app.error(OSError)(handle)",
    "a converter of the app": "app.converter('own', str)",
    "a converter of another extension": "app.converter('other', str)",
    "no path": "app.endpoint('nowhere')(show)",
    "no blueprint": "app.add_blueprint(object())",
    "what is the app's alone": "app.wrap_asgi(lambda inner: inner)",
}
"""What makes a change fail behind all that a setup has done, and has succeeded in."""

IMPORTS = {
    "an exception": "raise LookupError('on purpose')",
    "an exit": "raise SystemExit('on purpose')",
    "an error of syntax": "def",
    "a module that is not there": "import a_module_that_is_not_there",
}

MORE = """

class Half(Blueprint, prefix="/half"):
    @framework.endpoint("/good")
    async def good(self) -> str:
        return "good"

    @framework.endpoint("/{number:int}")
    async def first(self, number: int) -> str:
        return "first"

    @framework.endpoint("/{other:int}")
    async def second(self, other: int) -> str:
        return "second"


class Refusing:
    async def __call__(self, scope, receive, send):
        assert scope["type"] == "lifespan"
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "on purpose"})
"""

OTHER = """
def setup(app):
    app.converter("other", str.lower)

    @app.endpoint("/other/{name}")
    async def other(name: str) -> str:
        return name

    @app.error(OSError)
    async def handle(request, error): ...
"""


class Change:
    """A load or a reload of the extension ``complete``, which is to fail."""

    def __init__(self, app: App, sources: Sources, *, is_reload: bool) -> None:
        self._app = app
        self.sources = sources
        self._is_reload = is_reload

    async def begin(self) -> None:
        """Have the app as it is before."""
        self.sources.write("other", OTHER)
        self.sources.write("inner", "def setup(app): ...")
        await self._app.load("other")
        if self._is_reload:
            self.sources.write("complete", complete(ALL["coroutine"], asynchronous=True))
            await self._app.load("complete")
        self._app.state.journal.clear()

    def write(self, text: str) -> None:
        """Write what is to be loaded."""
        self.sources.write("complete", text)

    async def make(self) -> None:
        """Load or reload."""
        await (self._app.reload if self._is_reload else self._app.load)("complete")

    async def fails(self, client: TestClient) -> BaseException:
        """Load or reload what was written: nothing of it may be seen. What was raised."""
        app, sources = self._app, self.sources
        before = await State.of(app, client, sources)
        with pytest.raises(BaseException) as caught:  # noqa: PT011 - it is checked by the test
            await self.make()
        assert await State.of(app, client, sources) == before
        self.assert_all_has_ended()
        return caught.value

    def assert_all_has_ended(self) -> None:
        """What was started on behalf of what has failed was stopped."""
        journal = self._app.state.journal
        assert journal.count("mount starts") == journal.count("mount stops")
        assert journal.count("task begins") == journal.count("task ends")

    async def succeeds(self, client: TestClient) -> None:
        """Load or reload it without a fault: nothing may be in its way."""
        self.write(complete(ALL["coroutine"], asynchronous=True))
        await self.make()
        assert await websocket_of(client) == "a WebSocket"
        answers = await answers_of(client)
        assert {path: status for path, (status, _, _) in answers.items() if status != 200} == {
            "/fails": 400,
            "/nowhere": 404,
        }
        assert answers["/nowhere"][2] == b"handled by the extension"
        assert await told(client, "/other/one") == "one"
        assert list(self._app.loaded) == ["other", "inner", "complete"]


@pytest.fixture(params=["load", "reload"])
def change(request: pytest.FixtureRequest, app: App, sources: Sources) -> Iterator[Change]:
    return Change(app, sources, is_reload=request.param == "reload")


@pytest.mark.parametrize(("kind", "place"), PLACES)
@in_loop
async def test_a_line_of_the_setup(app: App, change: Change, kind: str, place: int) -> None:
    steps = [*ALL[kind][:place], FAILURE, *ALL[kind][place:]]
    async with app.test_client() as client:
        await change.begin()
        change.write(complete(steps, asynchronous=kind == "coroutine"))
        error = await change.fails(client)
        assert isinstance(error, ExtensionFailed)
        assert isinstance(error.original, LookupError)
        await change.succeeds(client)


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
@in_loop
async def test_what_comes_of_it(app: App, change: Change, kind: str, fault: str) -> None:
    async with app.test_client() as client:
        await change.begin()
        change.write(complete([*ALL[kind], fault], asynchronous=kind == "coroutine") + MORE)
        error = await change.fails(client)
        assert isinstance(error, ExtensionFailed)
        await change.succeeds(client)


@pytest.mark.parametrize("fault", IMPORTS.values(), ids=IMPORTS)
@in_loop
async def test_the_import(app: App, change: Change, fault: str) -> None:
    async with app.test_client() as client:
        await change.begin()
        change.write(complete() + f"\n{fault}\n")
        assert isinstance(await change.fails(client), ExtensionFailed)
        await change.succeeds(client)


@in_loop
async def test_no_setup(app: App, change: Change) -> None:
    async with app.test_client() as client:
        await change.begin()
        change.write("x = 1")
        assert isinstance(await change.fails(client), NoSetupError)
        await change.succeeds(client)


@in_loop
async def test_a_setup_that_is_cancelled(app: App, change: Change) -> None:
    async with app.test_client() as client:
        await change.begin()
        steps = [*ALL["coroutine"], "await app.state.gates['setup'].wait()"]
        change.write(complete(steps, asynchronous=True))
        before = await State.of(app, client, change.sources)
        changing = asyncio.create_task(change.make())
        await app.state.gates["setup"].reached()
        changing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await changing
        assert await State.of(app, client, change.sources) == before
        change.assert_all_has_ended()
        await change.succeeds(client)


@in_loop
async def test_a_setup_that_cancels_itself(app: App, change: Change) -> None:
    async with app.test_client() as client:
        await change.begin()
        change.write(
            complete([*ALL["coroutine"], "raise asyncio.CancelledError"], asynchronous=True)
        )
        assert isinstance(await change.fails(client), asyncio.CancelledError)
        await change.succeeds(client)


@in_loop
async def test_another_base_exception(app: App, change: Change) -> None:
    async with app.test_client() as client:
        await change.begin()
        change.write(complete([*ALL["plain"], "raise GeneratorExit"]))
        assert isinstance(await change.fails(client), GeneratorExit)
        await change.succeeds(client)


@in_loop
async def test_a_route_that_the_app_has_taken_meanwhile(app: App, change: Change) -> None:
    """It can't be told apart only when the setup and the start are done."""

    async def taken() -> str:
        return "taken"

    async with app.test_client() as client:
        await change.begin()
        steps = [
            *ALL["coroutine"],
            "app.endpoint('/taken')(show)",
            "await app.state.gates['setup'].wait()",
        ]
        change.write(complete(steps, asynchronous=True))
        changing = asyncio.create_task(change.make())
        await app.state.gates["setup"].reached()
        app.endpoint("/taken")(taken)
        before = await State.of(app, client, change.sources)
        app.state.gates["setup"].open()
        with pytest.raises(ExtensionFailed) as caught:
            await changing
        assert isinstance(caught.value.original, RegistrationError)
        after = await State.of(app, client, change.sources)
        assert after.answers == before.answers
        assert after.routes == before.routes
        assert after.loaded == before.loaded
        assert await told(client, "/taken") == "taken"
        change.assert_all_has_ended()
        await change.succeeds(client)


@pytest.mark.parametrize("failing", [FAILURE, "app.on_startup(fail)"])
@in_loop
async def test_a_start_that_fails(app, sources, failing: str) -> None:
    """The server has not started; what was set up before it failed was stopped."""
    sources.write("first", complete())
    sources.write("second", complete([failing]))
    app.load("first")
    app.load("second")
    client = app.test_client()
    with pytest.raises(Exception, match=r"second|on purpose"):
        await client.__aenter__()
    journal = app.state.journal
    assert journal.count("mount starts") == journal.count("mount stops")
    assert journal.count("task begins") == journal.count("task ends")
