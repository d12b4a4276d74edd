"""Middleware of an app, of a blueprint and of an endpoint; each leaves its name."""

from contextvars import ContextVar

from pyre import framework
from pyre.framework import App, CallNext, Middleware, Request, Response, responses

who = ContextVar("who", default="nobody")


def named(name: str) -> Middleware:
    async def layer(request: Request, call_next: CallNext) -> Response:
        request.state.setdefault("entered", []).append(name)
        response = await call_next(request)
        response.headers.add("left", name)
        return response

    return layer


async def keeps_out(request: Request, call_next: CallNext) -> Response:
    if request.headers.get("let-me") == "in":
        return await call_next(request)
    return responses.PlainTextResponse("no", status=403)


async def breaks_on_the_way_in(request: Request, call_next: CallNext) -> Response:
    raise ValueError("on the way in")


async def breaks_on_the_way_out(request: Request, call_next: CallNext) -> Response:
    await call_next(request)
    raise ValueError("on the way out")


async def returns_nothing(request: Request, call_next: CallNext) -> Response:
    return None  # type: ignore[return-value]


async def sees_the_error(request: Request, call_next: CallNext) -> Response:
    response = await call_next(request)
    response.headers["saw"] = f"{response.status} {type(request.error).__name__}"
    return response


async def sets_context(request: Request, call_next: CallNext) -> Response:
    who.set("somebody")
    return await call_next(request)


class Nested(framework.Blueprint, prefix="/nested", middleware=[named("blueprint")]):
    @framework.endpoint("/all", middleware=[named("endpoint")])
    async def all(self, request: Request) -> object:
        return request.state["entered"]

    @all.before
    async def check(self, request: Request) -> str | None:
        request.state["entered"].append("before")
        return "stopped" if request.query.get("stop") else None

    @framework.endpoint("/one/{number}")
    async def one(self, number: int) -> str:
        return f"number {number}"

    @framework.endpoint("/inner-error")
    async def inner_error(self) -> str:
        raise framework.HTTPError(418, "tea")

    @framework.endpoint("/defect")
    async def defect(self) -> str:
        raise ZeroDivisionError


class Attributed(framework.Blueprint):
    middleware = (named("attribute"),)

    @framework.endpoint("/attributed")
    async def show(self) -> str:
        return "shown"


app = App(middleware=[named("outer")])


@app.middleware
async def decorated(request: Request, call_next: CallNext) -> Response:
    return await named("decorated")(request, call_next)


app.add_blueprint(Nested())
app.add_blueprint(Attributed())


@app.endpoint("/kept", middleware=[keeps_out])
async def kept() -> str:
    return "inside"


@app.endpoint("/way-in", middleware=[breaks_on_the_way_in])
async def way_in() -> str:
    return "not reached"


@app.endpoint("/way-out", middleware=[breaks_on_the_way_out])
async def way_out() -> str:
    return "lost"


@app.endpoint("/nothing", middleware=[returns_nothing])
async def nothing() -> str:
    return "lost"


@app.endpoint("/seen", middleware=[sees_the_error])
async def seen() -> str:
    raise LookupError


@app.endpoint("/context", middleware=[sets_context])
async def context() -> str:
    return who.get()


@app.endpoint("/context-before")
async def context_before() -> str:
    return who.get()
