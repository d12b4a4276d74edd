"""Applications of the framework, as users write them."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any, assert_type

import msgspec
from pyre import framework, psgi
from pyre.framework import (
    App,
    Body,
    CallNext,
    Cookie,
    Endpoint,
    Form,
    Header,
    HTTPError,
    Limits,
    Middleware,
    Request,
    Response,
    UploadFile,
    WebSocket,
    responses,
)
from pyre.server.asgi import ASGIApplication, Receive, Scope, Send


class Book(msgspec.Struct):
    title: str
    pages: int = 0


@dataclass
class Settings:
    name: str


async def timed(request: Request, call_next: CallNext) -> Response:
    response = await call_next(request)
    assert_type(response, Response)
    response.headers["x-path"] = request.path
    response.headers.add("vary", "accept")
    return response


def named(name: str) -> Middleware:
    async def layer(request: Request, call_next: CallNext) -> Response:
        if request.error is None:
            return responses.PlainTextResponse(name, status=403)
        return await call_next(request)

    return layer


class Counting:
    """An object as middleware."""

    def __init__(self) -> None:
        self.count = 0

    async def __call__(self, request: Request, call_next: CallNext) -> Response:
        self.count += 1
        return await call_next(request)


class Books(framework.Blueprint, prefix="/books", middleware=[timed, named("books"), Counting()]):
    def __init__(self, app: App) -> None:
        self._app = app

    @framework.endpoint("/{number:int}")
    @framework.endpoint("/by-number/{number:int}", methods=["GET", "PUT"], middleware=[timed])
    async def show(self, number: int) -> Book:
        return Book(str(number))

    @framework.endpoint("/", methods=("POST",))
    async def add(
        self,
        request: Request,
        book: Book,
        page: int = 1,
        token: Annotated[str | None, Header()] = None,
        session: Annotated[str, Cookie()] = "",
    ) -> responses.JSONResponse:
        assert_type(await request.body.json(Book), Book)
        return responses.JSONResponse(book, status=201)

    @framework.endpoint("/cover", methods=["POST"])
    async def cover(self, cover: Annotated[UploadFile, Form()]) -> bytes:
        return await cover.read()

    @framework.endpoint("/many", methods=["POST"])
    async def many(self, books: Annotated[list[Book], Body()]) -> None:
        return None

    @framework.endpoint("/report", thread=True)
    def report(self, year: int) -> str:
        return str(year)

    @show.before
    async def only_members(self, request: Request) -> Response | None:
        return None if "member" in request.query else Response(status=403)

    @show.error(LookupError, 404)
    async def is_missing(self, request: Request, error: LookupError) -> Response:
        return responses.PlainTextResponse("missing", status=404)

    @framework.Blueprint.error(ValueError, 500)
    async def is_wrong(self, request: Request, error: ValueError) -> dict[str, str]:
        return {"error": str(error)}

    @framework.websocket("/live/{room}", middleware=[timed])
    async def live(self, websocket: WebSocket, room: str) -> None:
        await websocket.accept("chat", [("x-a", "1")])
        assert_type(await websocket.receive(), str | bytes)
        async for message in websocket:
            assert_type(message, str | bytes)
            await websocket.send(message)
        await websocket.send_json({"room": room})
        assert_type(websocket.close_code, int | None)
        await websocket.close(4000, "enough")

    async def calls_its_own(self) -> None:
        """An endpoint of an instance is a method like any other."""
        assert_type(await self.show(1), Book)
        assert_type(await self.show(number=1), Book)
        assert_type(self.report(2024), str)
        assert_type(self.app, App)


async def methods(books: Books) -> None:
    bound: Callable[[int], Coroutine[Any, Any, Book]] = books.show
    assert_type(await bound(1), Book)
    of_the_class: Endpoint[[int], Any] = Books.show
    assert_type(of_the_class.__name__, str)


class More(Books, prefix="/more"):
    middleware = (timed,)

    @framework.endpoint("/more")
    async def more(self) -> str:
        return (await self.show(1)).title


@asynccontextmanager
async def lifespan(app: App) -> AsyncGenerator[dict[str, Any]]:
    yield {"pool": object()}


@asynccontextmanager
async def plain_lifespan(app: App) -> AsyncGenerator[None]:
    yield


App(lifespan=plain_lifespan)
app = App(
    middleware=[timed],
    lifespan=lifespan,
    limits=Limits(body=1024),
    templates="templates",
    redirect_slashes=True,
)
app.add_blueprint(Books(app))


@app.middleware
async def outer(request: Request, call_next: CallNext) -> Response:
    return await call_next(request)


async def calls_a_layer(request: Request, call_next: CallNext) -> None:
    assert_type(await outer(request, call_next), Response)


@app.endpoint("/hello/{name}")
@app.endpoint("/hallo/{name}")
async def hello(name: str, loud: bool = False) -> str:
    return name


@app.endpoint("/sum", methods=["GET"], thread=True)
def total(number: list[int]) -> int:
    return sum(number)


@app.websocket("/echo")
async def echo(websocket: WebSocket) -> None:
    await websocket.accept()


@app.error(404)
async def missing(request: Request, error: HTTPError) -> Response:
    return responses.HTMLResponse(f"<p>{error.detail}", status=error.status)


@app.error(ValueError, LookupError)
async def wrong(request: Request, error: Exception) -> str:
    return str(error)


@hello.before
async def check(request: Request) -> str | None:
    return None


@app.on_startup
def starts() -> None:
    pass


@app.on_shutdown
async def stops() -> None:
    pass


async def calls() -> None:
    assert_type(await hello("me", loud=True), str)
    assert_type(total([1]), int)


class OtherMiddleware:
    def __init__(self, app: ASGIApplication, level: int = 1) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


class Native:
    async def __psgi__(self, request: psgi.Request) -> psgi.Response:
        return psgi.Response(body=request.path)


app.wrap_asgi(OtherMiddleware, level=2)
app.mount("/old", OtherMiddleware(app))
app.mount("/native", Native())
app.static("/assets", "dist", cache_control="max-age=60")
app.converter("hex", lambda text: int(text, 16), lambda number: f"{number:x}")
app.load("books")
assert_type(app.url_for("Books.show", number=7), str)
assert_type(app.url_for(hello, name="me"), str)
assert_type(app.url_for(Books.show, number=7), str)
asgi: ASGIApplication = app
native: psgi.Application = app


async def requests(request: Request) -> Response:
    assert_type(request.query.get("page"), str | None)
    assert_type(request.query.getall("tag"), list[str])
    assert_type(request.cookies.get("session"), str | None)
    assert_type(request.headers.get("accept", ""), str)
    assert_type(request.app, App)
    assert_type(request.path_args, dict[str, Any])
    assert_type(await request.body.read(10), bytes)
    assert_type(await request.body.text(), str)
    form = await request.body.form()
    assert_type(form.get("a"), str | UploadFile | None)
    async for piece in request.body:
        assert_type(piece, bytes)
    async for part in request.body.multipart():
        assert_type(await part.text(), str)
    await request.inform(103, [("link", "</style.css>")])
    request.after(later, 1, "a")
    response = responses.RedirectResponse("/")
    response.set_cookie("a", "1", max_age=60, samesite="strict", prefix="host")
    response.delete_cookie("a")
    return response


async def later(number: int, text: str) -> None:
    repr((number, text))


def streams() -> list[Response]:
    async def events() -> AsyncIterator[responses.Event | str | Book]:
        yield responses.Event({"a": 1}, event="tick")
        yield "text"
        yield Book("title")

    async def pieces() -> AsyncIterator[bytes]:
        yield b"a"

    return [
        responses.EventStream(events(), ping=None),
        responses.StreamResponse(pieces(), endless=True),
        responses.StreamResponse(["a", b"b"]),
        responses.FileResponse("a.pdf", filename="b.pdf", disposition="inline"),
        responses.TemplateResponse("a.html", {"book": Book("a")}, status=201),
    ]


async def client() -> None:
    async with app.test_client() as test_client:
        await test_client.get("/")


def setup(app: App) -> None:
    app.add_blueprint(Books(app))
