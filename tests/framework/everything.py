"""An application with an endpoint for every kind of parameter, body and answer."""

import datetime as dt
import uuid
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, TypedDict

import msgspec
import pydantic
from pyre import framework, psgi
from pyre.framework import (
    App,
    Body,
    CallNext,
    Cookie,
    Form,
    Header,
    Query,
    Request,
    Response,
    UploadFile,
    responses,
)

ROUTED = "/p"
"""Below it there are endpoints whose path has a value."""

CONVERTERS = (
    *("string", "alpha", "alnum", "slug", "int", "float", "bool", "uuid", "date", "datetime"),
    *("decimal", "hex", "int(min=1, max=9)", "string(min=2, max=3)"),
)


class Colour(Enum):
    RED = "red"
    TWO = 2


class Item(msgspec.Struct):
    name: str
    number: int = 0
    children: list["Item"] = []
    day: dt.date | None = None


class Filter(msgspec.Struct):
    a: int
    b: list[str] = []


class Size(TypedDict):
    width: int


class Model(pydantic.BaseModel):
    number: int
    texts: list[str] = []


@dataclass
class Point:
    x: float
    y: Annotated[int, msgspec.Meta(ge=0)] = 0


class NativeApplication:
    """It is mounted."""

    def __psgi__(self, request: psgi.Request) -> psgi.Response:
        return psgi.Response(body=ascii((request.root_path, request.path, request.raw_path)))


class Everything(framework.Blueprint):
    @framework.endpoint("/query", methods=["GET", "POST"])
    async def query(  # noqa: PLR0913, PLR0917 - one of each
        self,
        a: int,
        b: list[float] = [],  # noqa: B006
        c: Colour | None = None,
        d: Literal["x", 1] = 1,
        e: dt.datetime | uuid.UUID | None = None,
        f: bool = False,
        g: Decimal | str = "",
    ) -> str:
        return ascii((a, b, c, d, e, f, g))

    @framework.endpoint("/query-model")
    async def query_model(self, it: Annotated[Filter, Query()]) -> str:
        return ascii(it)

    @framework.endpoint("/headers")
    async def headers(
        self,
        a: Annotated[int, Header()],
        b: Annotated[list[str], Header()] = [],  # noqa: B006
        c: Annotated[dt.date | None, Header(alias="x-c")] = None,
    ) -> str:
        return ascii((a, b, c))

    @framework.endpoint("/cookies")
    async def cookies(
        self, a: Annotated[int, Cookie()], b: Annotated[str | None, Cookie()] = None
    ) -> str:
        return ascii((a, b))

    @framework.endpoint("/form", methods=["POST"])
    async def form(
        self,
        a: Annotated[int, Form()],
        b: Annotated[list[str], Form()] = [],  # noqa: B006
        c: Annotated[UploadFile | None, Form()] = None,
    ) -> str:
        content = None if c is None else (c.filename, c.content_type, await c.read())
        return ascii((a, b, content))

    @framework.endpoint("/form-model", methods=["POST"])
    async def form_model(self, it: Annotated[Filter, Form()]) -> str:
        return ascii(it)

    @framework.endpoint("/struct", methods=["POST", "PUT"])
    async def struct(self, it: Item) -> Item:
        return it

    @framework.endpoint("/dataclass", methods=["POST"])
    async def dataclass(self, it: Point, name: str = "") -> Point:
        return it

    @framework.endpoint("/typed-dict", methods=["POST"])
    async def typed_dict(self, it: Size) -> Size:
        return it

    @framework.endpoint("/pydantic", methods=["POST"])
    async def pydantic(self, it: Model) -> Model:
        return it

    @framework.endpoint("/union", methods=["POST"])
    async def union(self, it: Annotated[list[int] | dict[str, Item], Body()]) -> object:
        return it

    @framework.endpoint("/read/{how}", methods=["POST"])
    async def read(self, request: Request, how: Literal["read", "text", "json", "pieces"]) -> str:
        if how == "pieces":
            return ascii(b"".join([piece async for piece in request.body]))
        return ascii(await getattr(request.body, how)())

    @framework.endpoint("/read-form", methods=["POST"])
    async def read_form(self, request: Request) -> str:
        form = await request.body.form()
        return ascii([(name, str(getattr(it, "filename", it))) for name, it in form.items()])

    @framework.endpoint("/multipart", methods=["POST"])
    async def multipart(self, request: Request) -> str:
        parts = request.body.multipart()
        return ascii([(part.name, part.filename, await part.read()) async for part in parts])

    @framework.endpoint("/request", methods=["GET", "POST", "PUT", "X"])
    async def request(self, request: Request) -> object:
        return [
            *(request.method, request.path, request.url, request.authority, repr(request)),
            dict(request.cookies),
            [request.query.getall(name) for name in request.query],
        ]

    @framework.endpoint("/back/{name}")
    async def back(self, name: str, request: Request) -> Response:
        response = responses.JSONResponse([name, dict(request.query), dict(request.cookies)])
        response.headers["x-a"] = request.headers.get("a", "")
        return response

    @framework.endpoint("/rest/{path:path}/end")
    def rest(self, path: str) -> str:
        return path

    @framework.endpoint("/either/{value}")
    def either(self, value: int | dt.date | str) -> str:
        return ascii(value)

    @framework.endpoint("/event")
    async def event(self, data: str, name: str | None = None) -> Response:
        async def one() -> Any:
            yield responses.Event(data)

        return responses.EventStream(one(), ping=None)


async def passes_on(request: Request, call_next: CallNext) -> Response:
    response = await call_next(request)
    response.headers["path-args"] = ascii(request.path_args)
    return response


def application(folder: Path) -> App:
    """The application; it serves the files of a folder, too."""
    app = App(middleware=[passes_on], redirect_slashes=True)
    app.converter("hex", lambda text: int(text, 16), lambda number: f"{number:x}")
    app.add_blueprint(Everything())
    app.static("/files", folder)
    app.mount("/native", NativeApplication())
    for number, converter in enumerate(CONVERTERS):
        _add(app, f"{ROUTED}{number}/{{value:{converter}}}")
    return app


def _add(app: App, path: str) -> None:
    @app.endpoint(path)
    async def typed(request: Request) -> str:
        return ascii(request.path_args)
