"""What a setup registers is its extension's: it comes with it, and goes with it."""

import asyncio

import pytest
from pyre.framework import App, RegistrationError

from framework.loading.complete import STEPS, complete
from framework.loading.sources import Sources, answering
from framework.loading.states import answers_of, status, told, websocket_of
from framework.testing.loop import in_loop

SHOWN = {
    "endpoint": ["endpoint"],
    "converter": ["converter", "converted"],
    "blueprint": ["blueprint"],
    "static": ["static"],
    "mount": ["mount"],
    "middleware": ["middleware"],
    "error": ["error"],
    "everything": list(STEPS),
}
"""Lines of a setup that change an answer."""


def source_of(*names: str) -> str:
    return complete([STEPS[name] for name in names])


@pytest.mark.parametrize("names", SHOWN.values(), ids=SHOWN)
@in_loop
async def test_answers(app: App, sources: Sources, names: list[str]) -> None:
    sources.write("complete", source_of(*names))
    async with app.test_client() as client:
        without = await answers_of(client)
        for _ in range(2):
            await app.load("complete")
            assert await answers_of(client) != without
            await app.unload("complete")
            assert await answers_of(client) == without


@in_loop
async def test_answers_of_what_was_loaded_before_the_start(app: App, sources: Sources) -> None:
    async with app.test_client() as client:
        without = await answers_of(client)
    sources.write("complete", complete())
    app.load("complete")
    async with app.test_client() as client:
        assert await answers_of(client) != without
        await app.unload("complete")
        assert await answers_of(client) == without


@in_loop
async def test_websockets(app: App, sources: Sources) -> None:
    sources.write("complete", source_of("websocket"))
    async with app.test_client() as client:
        without = await websocket_of(client)
        await app.load("complete")
        assert await websocket_of(client) == "a WebSocket"
        await app.unload("complete")
        assert await websocket_of(client) == without


HEARD = {
    "mount": (["mount starts"], ["mount stops", "teardown"]),
    "startup": (["startup hook"], ["teardown"]),
    "shutdown": ([], ["shutdown hook", "teardown"]),
    "task": (["task begins"], ["teardown", "task ends"]),
    "blueprint": ([], ["on_unload", "teardown"]),
}
"""What lines of a setup have happen when the extension comes, and when it goes."""


@pytest.mark.parametrize(("name", "heard"), HEARD.items(), ids=HEARD)
@in_loop
async def test_what_happens(app: App, sources: Sources, name: str, heard) -> None:
    comes, goes = heard
    sources.write("complete", source_of(name))
    async with app.test_client() as client:
        await app.load("complete")
        await told(client, "/own")
        assert app.state.journal == comes
        await app.unload("complete")
        assert app.state.journal == [*comes, *goes]
    assert app.state.journal == [*comes, *goes]


@in_loop
async def test_a_converter_can_be_added_again(app: App, sources: Sources) -> None:
    sources.write("complete", source_of("converter"))
    async with app.test_client():
        await app.load("complete")
        await app.unload("complete")
        app.converter("hex", lambda text: int(text, 16))


@in_loop
async def test_routes(app: App, sources: Sources) -> None:
    sources.write("complete", complete())
    async with app.test_client():
        own = list(app.routes)
        await app.load("complete")
        routes = app.loaded["complete"].routes
        assert list(app.routes) == [*own, *routes]
        assert app.url_for("Shelf.show", name="a") == "/of/blueprint/a"
        assert app.url_for("show_number", number=255) == "/of/hex/ff"
        await app.unload("complete")
        assert list(app.routes) == own
        with pytest.raises(LookupError):
            app.url_for("Shelf.show", name="a")


@in_loop
async def test_methods_of_one_path_are_of_several_extensions(app: App, sources: Sources) -> None:
    for method in ("GET", "POST"):
        sources.write(
            f"by_{method.lower()}",
            f"""
            def setup(app):
                @app.endpoint("/shared", methods=[{method!r}])
                async def answer() -> str:
                    return {method!r}
            """,
        )
    async with app.test_client() as client:
        await app.load("by_get")
        await app.load("by_post")
        assert (await client.post("/shared")).text == "POST"
        await app.unload("by_post")
        refused = await client.post("/shared")
        assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
        assert await told(client, "/shared") == "GET"


@in_loop
async def test_an_extension_covers_a_path_that_others_answer_less_precisely(
    app: App, sources: Sources
) -> None:
    sources.write(
        "wide",
        """
        async def show(name: str) -> str:
            return name

        def setup(app):
            app.endpoint("/books/{name}")(show)
        """,
    )
    sources.write("narrow", answering("/books/best", "the best"))
    async with app.test_client() as client:
        await app.load("wide")
        await app.load("narrow")
        assert await told(client, "/books/best") == "the best"
        await app.unload("narrow")
        assert await told(client, "/books/best") == "best"


@in_loop
async def test_what_is_registered_by_others_meanwhile_is_theirs(app, sources) -> None:
    """A setup that waits has no part in what the rest of the app does."""
    sources.write(
        "slow",
        """
        async def setup(app):
            app.endpoint("/slow/before")(answer)
            await app.state.gates["setup"].wait()
            app.endpoint("/slow/after")(answer)

        async def answer() -> str:
            return "slow"
        """,
    )

    @app.endpoint("/register/{name}", methods=["POST"])
    async def register(name: str) -> None:
        async def answer() -> str:
            return "registered meanwhile"

        app.endpoint(f"/meanwhile/{name}")(answer)

    async with app.test_client() as client:
        loading = app.state.gates["setup"]
        task = asyncio.ensure_future(app.load("slow"))
        await loading.reached()
        assert (await client.post("/register/a")).status_code == 204
        assert await told(client, "/meanwhile/a") == "registered meanwhile"
        assert await status(client, "/slow/before") == 404
        loading.open()
        await task
        assert [route.path for route in app.loaded["slow"].routes] == [
            "/slow/before",
            "/slow/after",
        ]
        await app.unload("slow")
        assert await told(client, "/meanwhile/a") == "registered meanwhile"


@in_loop
async def test_what_a_handler_registers_that_has_loaded_is_the_apps(app, sources) -> None:
    """The context of a setup ends with it."""
    sources.write("books", answering("/books", "books"))

    @app.endpoint("/load", methods=["POST"])
    async def load() -> None:
        async def answer() -> str:
            return "of the app"

        await app.load("books")
        app.endpoint("/afterwards")(answer)

    async with app.test_client() as client:
        assert (await client.post("/load")).status_code == 204
        await app.unload("books")
        assert await told(client, "/afterwards") == "of the app"


@in_loop
async def test_a_helper_of_another_module_registers_for_the_setup_that_calls_it(
    app: App, sources: Sources
) -> None:
    """What counts is when something is registered, and not where its code stands."""
    sources.write(
        "helper",
        """
        async def answer() -> str:
            return "helped"

        def help_out(app, path):
            app.endpoint(path)(answer)
        """,
    )
    sources.write("books", "import helper\ndef setup(app): helper.help_out(app, '/helped')")
    async with app.test_client() as client:
        await app.load("books")
        assert await told(client, "/helped") == "helped"
        await app.unload("books")
        assert await status(client, "/helped") == 404


@in_loop
async def test_a_task_of_a_setup_registers_for_its_extension(app: App, sources: Sources) -> None:
    """What a setup has begun goes on on its behalf."""
    sources.write(
        "books",
        """
        async def register(app):
            await app.state.gates["task"].wait()

            @app.endpoint("/later")
            async def later() -> str:
                return "later"

        def setup(app):
            app.state.task = app.create_task(register(app))
        """,
    )
    sources.write("music", answering("/music", "music"))
    async with app.test_client() as client:
        await app.load("books")
        await app.load("music")
        app.state.gates["task"].open()
        await app.state.task
        assert await told(client, "/later") == "later"
        assert [route.path for route in app.loaded["books"].routes] == ["/later"]
        await app.unload("books")
        assert (await client.get("/later")).status_code == 404
        assert await told(client, "/music") == "music"


@in_loop
async def test_what_an_extension_has_left_registers_nothing(app: App, sources: Sources) -> None:
    """A task of asyncio's own goes on; what it registers would be nobody's."""
    sources.write(
        "books",
        """
        import asyncio

        async def register(app):
            await app.state.gates["task"].wait()
            app.endpoint("/later")(answer)

        async def answer() -> str:
            return "later"

        def setup(app):
            app.state.task = asyncio.ensure_future(register(app))
        """,
    )
    async with app.test_client() as client:
        await app.load("books")
        await app.unload("books")
        app.state.gates["task"].open()
        with pytest.raises(RegistrationError, match="books"):
            await app.state.task
        assert (await client.get("/later")).status_code == 404
