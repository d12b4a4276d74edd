"""Endpoints of every form, and what they may return."""

import asyncio
import threading
import uuid
from dataclasses import dataclass
from datetime import date
from enum import Enum

import msgspec
from pyre import framework
from pyre.framework import App, Request, Response, responses


class Color(Enum):
    RED = "red"
    BLUE = "blue"


class Point(msgspec.Struct):
    x: int
    y: int


@dataclass
class Size:
    width: int


class Forms(framework.Blueprint):
    def __init__(self, greeting: str) -> None:
        self._greeting = greeting

    @framework.endpoint("/")
    async def root(self) -> str:
        return "root"

    @framework.endpoint("/hello/{name:string}")
    async def hello(self, name: str) -> str:
        return f"{self._greeting}, {name}!"

    @framework.endpoint("/plain/{name}")
    def plain(self, name: str) -> str:
        return f"plain {name}"

    @framework.endpoint("/thread", thread=True)
    def threaded(self) -> bool:
        return threading.current_thread() is threading.main_thread()

    @framework.endpoint("/thread/{name}", thread=True)
    def threaded_failure(self, name: str) -> str:
        raise framework.HTTPError(409, name)

    @framework.endpoint("/first/{number:int}")
    @framework.endpoint("/second/{number:int}", methods=["PUT", "delete"])
    async def twice(self, request: Request, number: int) -> str:
        return f"{request.method} {request.path} {number}"

    @framework.endpoint("/swapped/{a}/{b}")
    async def swapped(self, b: str, a: str) -> str:
        return f"{a=} {b=}"

    @framework.endpoint("/args/{a:int}/{b}")
    async def args(self, request: Request, b: str) -> object:
        return request.path_args

    @framework.endpoint("/typed/{color}/{day:date}/{key:uuid}")
    async def typed(self, key: uuid.UUID, color: Color, day: date) -> object:
        return [type(key).__name__, color.name, day]

    @framework.endpoint("/either/{value}")
    async def either(self, value: int | str) -> str:
        return f"{value!r}"

    @framework.endpoint("/rest/{path:path}")
    async def rest(self, path: str) -> str:
        return path

    @framework.endpoint("/custom/{number:hex}")
    async def custom(self, number: int) -> str:
        return str(number)

    @framework.endpoint("/query")
    async def query(self, page: int, tag: list[str] = [], size: int = 10) -> object:  # noqa: B006
        return [page, tag, size]

    @framework.endpoint("/json", methods=["POST"])
    async def json(self, point: Point) -> Point:
        return Point(point.y, point.x)

    @framework.endpoint("/json/{name}", methods=["PUT"])
    async def json_and_more(
        self, size: Size, name: str, request: Request, twice: bool = False
    ) -> str:
        return f"{name} {size.width} {twice} {request.method}"

    @framework.endpoint("/unused", methods=["POST"])
    async def unused(self) -> str:
        return "not read"

    @framework.endpoint("/calls-another")
    async def calls_another(self) -> str:
        return (await self.hello("me")).upper()


app = App()
app.converter("hex", lambda text: int(text, 16), lambda number: f"{number:x}")
app.add_blueprint(Forms("Hello"))

RESULTS = {
    "str": "text é",
    "bytes": b"\x00\xff",
    "none": None,
    "dict": {"a": [1, 2.5, None]},
    "list": [1],
    "int": 7,
    "struct": Point(1, 2),
    "dataclass": Size(3),
    "response": responses.JSONResponse({"b": 1}, status=201, headers={"x-a": "1"}),
    "html": responses.HTMLResponse("<p>é"),
    "redirect": responses.RedirectResponse("/hello/you"),
    "empty": Response(),
}


@app.endpoint("/result/{kind}")
async def result(kind: str) -> object:
    return RESULTS[kind]


@app.endpoint("/slow")
async def slow() -> str:
    await asyncio.sleep(0)
    return "slept"


@app.endpoint("/cookie")
async def cookie(request: Request) -> Response:
    response = Response("set")
    response.set_cookie("seen", str(int(request.cookies.get("seen", "0")) + 1))
    return response


@app.endpoint("/bodies", methods=["POST"])
async def bodies(request: Request) -> object:
    first = await request.body.text()
    return [first, await request.body.json(), len(await request.body.read())]


@app.endpoint("/pieces", methods=["POST"])
async def pieces(request: Request) -> int:
    size = 0
    async for piece in request.body:
        size += len(piece)
    return size


@app.endpoint("/form", methods=["POST"])
async def form(request: Request) -> object:
    form = await request.body.form()
    return {name: form.getall(name) for name in form if isinstance(form[name], str)}


@app.endpoint("/upload", methods=["POST"])
async def upload(request: Request) -> object:
    return [
        [part.name, part.filename, len(await part.read())]
        async for part in request.body.multipart()
    ]


@app.endpoint("/urls")
async def urls() -> object:
    return [
        app.url_for("Forms.hello", name="a/b é"),
        app.url_for("Forms.custom", number=255),
        app.url_for("Forms.rest", path="a/b c", page=2),
        app.url_for(result, kind="str"),
        app.url_for("Forms.twice", number=1),
    ]
