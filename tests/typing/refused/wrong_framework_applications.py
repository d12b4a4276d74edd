"""What applications of the framework can't be made of."""

from collections.abc import AsyncIterator, Iterator

from pyre import framework
from pyre.framework import App, CallNext, HTTPError, Request, Response, WebSocket, responses


async def without_call_next(request: Request) -> Response:
    return Response()


async def other_result(request: Request, call_next: CallNext) -> str:
    return "text"


async def other_request(request: int, call_next: CallNext) -> Response:
    return Response()


def not_a_coroutine(request: Request, call_next: CallNext) -> Response:
    return Response()


async def good(request: Request, call_next: CallNext) -> Response:
    await call_next()  # error
    response: str = await call_next(request)  # error
    repr(response)
    return call_next(request)  # error


App(middleware=[without_call_next])  # error
App(middleware=[other_result])  # error
App(middleware=[other_request])  # error
App(middleware=[not_a_coroutine])  # error
App(middleware=good)  # error
App(lifespan=good)  # error
App(limits=10)  # error
App("name")  # error

app = App()
app.middleware(without_call_next)  # error
app.middleware(not_a_coroutine)  # error


class Wrong(framework.Blueprint, middleware=[other_result]):  # error
    pass


class WrongPrefix(framework.Blueprint, prefix=5):  # error
    pass


class Books(framework.Blueprint):
    @framework.endpoint("/{number:int}")
    async def show(self, number: int) -> str:
        return str(number)

    @framework.endpoint("/a", methods=5)  # error
    async def a(self) -> str:
        return ""

    @framework.endpoint("/b", methods=[b"GET"])  # error
    async def b(self) -> str:
        return ""

    @framework.endpoint("/c", middleware=[without_call_next])  # error
    async def c(self) -> str:
        return ""

    @framework.endpoint(5)  # error
    async def d(self) -> str:
        return ""

    @framework.endpoint()  # error
    async def e(self) -> str:
        return ""

    @framework.endpoint("/f", thread="yes")  # error
    def f(self) -> str:
        return ""

    @framework.websocket("/g", methods=["GET"])  # error
    async def g(self, websocket: WebSocket) -> None:
        await websocket.send(5)  # error
        await websocket.accept(["a"])  # error
        await websocket.close("enough")  # error
        websocket.close_code = 1000  # error

    @show.error("ValueError")  # error
    async def wrong_kind(self, request: Request, error: ValueError) -> Response:
        return Response()

    @show.error(int)  # error
    async def no_exception(self, request: Request, error: ValueError) -> Response:
        return Response()

    @show.error(ValueError)  # error
    def plain_handler(self, request: Request, error: ValueError) -> Response:
        return Response()

    @framework.Blueprint.error(ValueError())  # error
    async def an_instance(self, request: Request, error: ValueError) -> Response:
        return Response()

    async def calls(self) -> None:
        await self.show("1")  # error
        await self.show()  # error
        await self.show(1, 2)  # error
        number: int = await self.show(1)  # error
        repr(number)


framework.endpoint("/h")(5)  # error


@app.error()
async def handles_nothing(request: Request, error: Exception) -> Response:
    return Response()


@app.error("404")  # error
async def by_text(request: Request, error: HTTPError) -> Response:
    return Response()


@app.error(404)  # error
def plain(request: Request, error: HTTPError) -> Response:
    return Response()


@app.endpoint("/i", methods=None)  # error
async def i() -> str:
    return ""


@app.endpoint("/j")
async def j(name: str) -> str:
    return name


async def calls_a_function() -> None:
    await j(1)  # error
    await j()  # error


app.add_blueprint(Books)  # error
app.add_blueprint(5)  # error
app.mount("/old", 5)  # error
app.mount(5, app)  # error
app.static("/assets", 5)  # error
app.url_for(5)  # error
app.converter("hex", 16)  # error
app.converter("hex", lambda text: text, lambda: "")  # error
app.on_startup(5)  # error
app.wrap_asgi(5)  # error
app.load(5)  # error

response = Response("text", status=200)
response.set_cookie("a", "1", samesite="wrong")  # error
response.set_cookie("a", "1", prefix="__Host-")  # error
response.set_cookie("a", 1)  # error
response.set_cookie("a", "1", "/")  # error
response.headers["a"] = 1  # error
response.status = "200"  # error

Response(5)  # error
Response("a", 200)  # error
Response("a", status="200")  # error
responses.HTMLResponse(5)  # error
responses.RedirectResponse(5)  # error
responses.FileResponse(5)  # error
responses.FileResponse("a", disposition="other")  # error
responses.Event("a", event=5)  # error
responses.TemplateResponse("a", ["b"])  # error
HTTPError("404")  # error
HTTPError()  # error


def plain_events() -> Iterator[str]:
    yield "a"


async def numbers() -> AsyncIterator[int]:
    yield 1


responses.EventStream(plain_events())  # error
responses.EventStream(numbers(), ping="1")  # error
responses.StreamResponse(numbers())  # error


async def later(number: int) -> None:
    repr(number)


async def requests(request: Request) -> None:
    request.after(later)  # error
    request.after(later, "1")  # error
    request.after(print, 1)  # error
    request.method = "GET"  # error
    request.query["a"] = "1"  # error
    request.inform("103")  # error
    await request.body.read("10")  # error
