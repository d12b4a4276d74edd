"""What can't work is refused when it is registered, with the place to look at."""

from pathlib import Path

import pytest
from pyre import framework
from pyre.framework import App, Blueprint, NoSetupError, RegistrationError, Request

HERE = Path(__file__).name


def register(app: App, path: str, function, **options) -> None:
    app.endpoint(path, **options)(function)


async def by_name(name):
    return name


async def by_number(number: int):
    return number


async def without_annotation(something):
    return something


async def with_a_request(request: Request):
    return None


@pytest.mark.parametrize(
    ("path", "function", "words"),
    [
        ("no-slash", with_a_request, ["no-slash", "slash"]),
        ("/{name", by_name, ["/{name"]),
        ("/<int:number>", by_number, ["/<int:number>", "{name:int}"]),
        ("/{name}.json", by_name, ["segment"]),
        ("/{name:nothing}", by_name, ["nothing"]),
        ("/{name}/{name}", by_name, ["name"]),
        ("/{number:uuid}", by_number, ["number", "uuid", "int"]),
        ("/x", without_annotation, ["something", "annotation"]),
        ("/{name:int(min=9, max=1)}", by_name, ["min"]),
    ],
)
def test_an_endpoint_that_cannot_work(path: str, function, words: list[str]) -> None:
    with pytest.raises(RegistrationError) as caught:
        register(App(), path, function)
    message = str(caught.value)
    assert f"{HERE}:{function.__code__.co_firstlineno}" in message
    for word in words:
        assert word in message


@pytest.mark.parametrize(
    "decorator",
    [App().endpoint, App().websocket, framework.endpoint, framework.websocket],
    ids=["app-endpoint", "app-websocket", "endpoint", "websocket"],
)
def test_a_decorator_without_its_parentheses(decorator) -> None:
    where = f"{HERE}:{with_a_request.__code__.co_firstlineno}"
    with pytest.raises(RegistrationError, match=f"{where}.*needs a path"):
        decorator(with_a_request)
    with pytest.raises(RegistrationError, match="needs a path"):
        decorator(None)


def test_two_endpoints_that_cannot_be_told_apart_are_both_named() -> None:
    app = App()
    register(app, "/a/{name}", by_name)
    with pytest.raises(RegistrationError) as caught:
        register(app, "/a/{other}", with_a_request)
    message = str(caught.value)
    for function in (by_name, with_a_request):
        assert function.__name__ in message
        assert f"{HERE}:{function.__code__.co_firstlineno}" in message


@pytest.mark.parametrize("methods", ["GET", [], ["G T"], ["WEBSOCKET"]])
def test_methods_that_are_none(methods) -> None:
    with pytest.raises(RegistrationError):
        register(App(), "/", with_a_request, methods=methods)


def test_a_coroutine_function_runs_in_no_thread() -> None:
    with pytest.raises(RegistrationError, match=f"{HERE}:.*with_a_request.*thread"):
        register(App(), "/", with_a_request, thread=True)


class Half(Blueprint):
    @framework.endpoint("/good")
    async def good(self) -> str:
        return "good"

    @framework.endpoint("/taken")
    async def bad(self) -> str:
        return "bad"


def test_of_a_blueprint_all_is_registered_or_nothing() -> None:
    app = App()
    register(app, "/taken", with_a_request)
    with pytest.raises(RegistrationError, match="taken"):
        app.add_blueprint(Half())
    assert [route.path for route in app.routes] == ["/taken"]
    register(app, "/good", with_a_request)


def test_only_blueprints_are_added() -> None:
    with pytest.raises(RegistrationError, match="Blueprint"):
        App().add_blueprint(Half)  # type: ignore[arg-type]


def test_a_blueprint_gets_the_app_without_an_init_of_its_own() -> None:
    class Quiet(Blueprint):
        def __init__(self) -> None:
            pass

    app, quiet = App(), Quiet()
    app.add_blueprint(quiet)
    assert quiet.app is app


def test_an_error_has_one_handler() -> None:
    app = App()

    @app.error(404)
    async def first(request, error):
        return None

    with pytest.raises(RegistrationError, match=f"404.*{HERE}"):
        app.error(404)(first)
    with pytest.raises(RegistrationError):
        app.error("x")  # type: ignore[arg-type]


def test_a_method_of_an_instance_is_called_as_any_other() -> None:
    class Called(Blueprint):
        @framework.endpoint("/{a}")
        def show(self, a: str) -> str:
            return a * 2

    assert Called().show("x") == "xx"
    assert Called.show.declarations[0].path == "/{a}"


def test_endpoints_are_inherited_and_overridden() -> None:
    class Base(Blueprint, prefix="/base"):
        @framework.endpoint("/a")
        def a(self) -> str:
            return "base"

        @framework.endpoint("/b")
        def b(self) -> str:
            return "base"

    class Derived(Base, prefix="/derived"):
        @framework.endpoint("/b2")
        def b(self) -> str:
            return "derived"

    app = App()
    app.add_blueprint(Derived())
    assert [(route.path, route.endpoint_name) for route in app.routes] == [
        ("/derived/a", "Derived.a"),
        ("/derived/b2", "Derived.b"),
    ]


def test_an_endpoint_serves_one_kind_of_thing() -> None:
    with pytest.raises(RegistrationError, match=HERE):

        class Mixed(Blueprint):
            @framework.websocket("/a")
            @framework.endpoint("/b")
            async def both(self) -> None: ...


@pytest.mark.parametrize("path", ["", "/", "old", "/old/"])
def test_where_nothing_can_be_mounted(path: str) -> None:
    async def asgi(scope, receive, send) -> None: ...

    with pytest.raises(RegistrationError, match="mount"):
        App().mount(path, asgi)


@pytest.mark.parametrize(
    ("target", "values", "error"),
    [
        ("nothing", {}, LookupError),
        ("by_name", {}, LookupError),
        ("by_name", {"name": ""}, ValueError),
        ("by_number", {"number": "x"}, ValueError),
    ],
)
def test_a_url_that_cannot_be_made(target: str, values, error) -> None:
    app = App()
    register(app, "/a/{name}", by_name)
    register(app, "/b/{number}", by_number)
    with pytest.raises(error):
        app.url_for(target, **values)


def test_a_module_without_setup_is_refused() -> None:
    with pytest.raises(NoSetupError, match=r"json.*setup"):
        App().load("json")
