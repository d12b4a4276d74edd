"""The examples in docstrings are set off as code, compile, and do something where that is sensible.

A formatter that finds nothing but an example below the first line of a docstring takes away its
indentation, and with it what tells an example from text.
"""

import ast
import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from inspect import CO_COROUTINE
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, NamedTuple

import api_markdown
import api_reference
import api_source
import msgspec
import pyre
import pytest
from pyre import framework, psgi
from pyre.framework import App, Request, responses, sessions
from pyre.framework.testing import TestClient, WebSocketSession
from starlette.middleware.gzip import GZipMiddleware

PACKAGE = api_source.PACKAGES / "pyre"

SOURCES = [*sorted(PACKAGE.rglob("*.py")), *sorted(PACKAGE.rglob("*.pyi"))]

NO_PYTHON = {
    "framework/binding/plan.py": "the order of what is read",
    "framework/errors.py": "a tree of classes",
    "framework/paths.py": "a grammar",
    "server/asgi_lifespan.py": "a drawing of states",
    "server/errors.py": "a tree of classes",
}
"""What is indented in docstrings and no program."""


class Docstring(NamedTuple):
    place: str
    text: str


class Example(NamedTuple):
    """An indented part of a docstring that users see."""

    name: str
    text: str


def docstrings(file: Path) -> Iterator[Docstring]:
    """All of a file, public or not."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node)
            if text:
                yield Docstring(f"{file.name}:{getattr(node, 'lineno', 1)}", text)


def public_examples() -> Iterator[Example]:
    """Those that the reference shows, in its order."""
    for name in api_reference.MODULES:
        yield from examples_of(name, api_source.read(name).docstring)
    names = list(api_reference.public_names())
    exported = {each.name for each in names}
    for public in names:
        if public.home == public.module:
            yield from examples_of(public.anchor, public.definition.docstring)
            for member in api_source.members(public.definition, exported=exported):
                yield from examples_of(f"{public.anchor}.{member.name}", member.docstring)


def examples_of(name: str, docstring: str) -> Iterator[Example]:
    for is_example, lines in api_markdown.paragraphs(docstring):
        if is_example:
            yield Example(name, "\n".join(lines))


EXAMPLES = list(public_examples())


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: file.relative_to(PACKAGE).as_posix())
def test_code_is_indented(file: Path) -> None:
    for place, text in docstrings(file):
        for is_example, lines in api_markdown.paragraphs(text):
            paragraph = "\n".join(lines)
            assert is_example or not is_code(paragraph), f"{place}: {paragraph}"


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: file.relative_to(PACKAGE).as_posix())
def test_what_is_indented_compiles(file: Path) -> None:
    found = [
        "\n".join(lines)
        for _, text in docstrings(file)
        for is_example, lines in api_markdown.paragraphs(text)
        if is_example
    ]
    other = [text for text in found if not api_markdown.is_python(text)]
    assert bool(other) == (file.relative_to(PACKAGE).as_posix() in NO_PYTHON), other


def is_code(paragraph: str) -> bool:
    """Whether it compiles, and is more than a word."""
    return api_markdown.is_python(paragraph) and not paragraph.rstrip(".").isidentifier()


def test_a_lost_indentation_is_noticed() -> None:
    lost = 'Register a function.\n\n@app.endpoint("/")\nasync def hello() -> str:\n    return ""\n'
    found = [is_code("\n".join(lines)) for _, lines in api_markdown.paragraphs(lost)]
    assert found == [False, True]


class Books(framework.Blueprint, prefix="/books"):
    """What examples are about."""

    @framework.endpoint("/{number:int}")
    async def show(self, number: int) -> int:
        return number


class Book(msgspec.Struct):
    title: str


SECRET = "the secret of the app in an example"


async def prices() -> AsyncIterator[int]:
    yield 7


async def only_members(request: Request, call_next: framework.CallNext) -> framework.Response:
    return await call_next(request)


async def rows() -> AsyncIterator[str]:
    yield "1,2\n"


def site() -> App:
    """An application that has what clients ask for in examples."""
    app = App()
    app.add_blueprint(Books())

    @app.endpoint("/")
    async def index() -> str:
        return ""

    @app.endpoint("/hello/{name}")
    async def hello(name: str) -> str:
        return f"Hello, {name}!"

    @app.endpoint("/events")
    async def events() -> responses.Response:
        return responses.EventStream(prices())

    @app.websocket("/echo")
    async def echo(websocket: framework.WebSocket) -> None:
        await websocket.accept()
        async for message in websocket:
            await websocket.send(message)

    return app


def namespace_of(example: Example) -> dict[str, Any]:
    """The names that examples use, those of the modules among them."""
    names = {**vars(psgi), **vars(responses), **vars(framework)}
    if example.name.startswith("pyre.psgi"):
        names |= vars(psgi)
    return names | {
        "psgi": psgi,
        "framework": framework,
        "Config": pyre.Config,
        "TestClient": TestClient,
        "timedelta": timedelta,
        "app": App(),
        "Books": Books,
        "Book": Book,
        "show": framework.endpoint("/show")(Books.show.function),
        "only_members": only_members,
        "prices": prices,
        "rows": rows,
        "book": Book("Emma"),
        "response": framework.Response(),
        "token": "abc",
        "secret": SECRET,
        "newest": SECRET,
        "older": SECRET[::-1],
        "MemoryStore": sessions.MemoryStore,
        "RedisStore": sessions.RedisStore,
        "FastAPI": App,
        "GZipMiddleware": GZipMiddleware,
        "__name__": "example",
    }


def code_of(example: Example) -> CodeType:
    return compile(
        example.text, example.name, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True
    )


async def executed(example: Example, **names: object) -> dict[str, Any]:
    """The names after it has run; it may await."""
    namespace = namespace_of(example) | names
    code = code_of(example)
    made = FunctionType(code, namespace)()
    if code.co_flags & CO_COROUTINE:
        await made
    return namespace


async def by_itself(example: Example) -> None:
    await executed(example)


async def as_a_test(example: Example) -> None:
    """It defines a test."""
    namespace = await executed(example, app=site())
    [test] = [value for name, value in namespace.items() if name.startswith("test_")]
    await test()


async def of_a_site(example: Example) -> None:
    await executed(example, app=site())


async def with_a_client(example: Example) -> None:
    async with site().test_client() as client:
        await executed(example, client=client)


async def raising(example: Example) -> None:
    with pytest.raises(framework.HTTPError):
        await executed(example)


def in_an_endpoint(**content: Any) -> Callable[[Example], Awaitable[None]]:
    """It handles a request with this content."""

    async def run(example: Example) -> None:
        app = App()
        app.sessions(secrets=[SECRET])

        @app.endpoint("/example", methods=["POST"])
        async def handle(request: Request) -> None:
            await executed(example, request=request)

        async with app.test_client() as client:
            assert (await client.post("/example", **content)).status_code == 204

    return run


async def in_a_websocket(example: Example) -> None:
    """It answers what comes by the same."""
    app = App()

    @app.websocket("/example")
    async def handle(websocket: framework.WebSocket) -> None:
        await websocket.accept()
        await executed(example, websocket=websocket)

    async with app.test_client() as client, client.websocket("/example") as websocket:
        await echoes(websocket)


async def echoes(websocket: WebSocketSession) -> None:
    await websocket.send_text("hello")
    assert await websocket.receive_text() == "hello"


Driver = Callable[[Example], Awaitable[None]]

FORM = {"data": {"title": "Emma"}, "files": [("attachments", ("a.txt", b"a"))]}

DRIVERS: dict[str, Driver] = {
    "given.Body.json": in_an_endpoint(json={"title": "Emma"}),
    "given.Body.multipart": in_an_endpoint(**FORM),
    "given.Form": in_an_endpoint(**FORM),
    "given.Query": in_an_endpoint(params={"tag": ["new", "used"]}),
    "pyre.framework.App.url_for": of_a_site,
    "pyre.framework.HTTPError": raising,
    "pyre.framework.sessions.Session": in_an_endpoint(),
    "pyre.framework.testing": as_a_test,
    "pyre.framework.testing.TestClient": of_a_site,
    "pyre.framework.testing.WebSocketSession": with_a_client,
    "pyre.psgi.WebSocket": in_a_websocket,
}
"""Examples that need more than names."""

NOT_RUN = {
    "pyre": "it blocks; test_readme.py runs it",
    "pyre.run": "it blocks; test_readme.py runs the same on another port",
    "pyre.Server": "interop/test_examples.py runs examples/embedded.py, which does the same",
    "pyre.framework.App.load": "it names a module of the reader's; framework/loading loads others",
    "pyre.psgi.Headers": "it is two expressions of a request, which is a host's",
}
"""Examples that are compiled only, and why."""


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_example(example: Example, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dist").mkdir()
    monkeypatch.chdir(tmp_path)
    if example.name in NOT_RUN:
        code_of(example)
    else:
        asyncio.run(DRIVERS.get(example.name, by_itself)(example))


def test_only_examples_have_drivers_and_reasons() -> None:
    assert (DRIVERS.keys() | NOT_RUN.keys()) <= {example.name for example in EXAMPLES}
