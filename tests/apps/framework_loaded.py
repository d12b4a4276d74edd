"""The application that takes much traffic, and counts what only the collector finds."""

import gc
from collections.abc import AsyncIterator

import msgspec
from pyre import framework
from pyre.framework import App, CallNext, HTTPError, Request, Response, Session, responses


class Item(msgspec.Struct):
    name: str
    number: int


async def adds_a_field(request: Request, call_next: CallNext) -> Response:
    response = await call_next(request)
    response.headers["x-path"] = request.path
    return response


class Loaded(framework.Blueprint):
    @framework.endpoint("/hello/{name}")
    async def hello(self, name: str) -> str:
        return f"Hello, {name}!"

    @framework.endpoint("/plain/{name}")
    def plain(self, name: str) -> str:
        return f"Hello, {name}!"

    @framework.endpoint("/layers/{name}", middleware=[adds_a_field, adds_a_field])
    async def layers(self, name: str, request: Request, page: int = 1) -> object:
        return [name, page, request.path_args]

    @framework.endpoint("/json", methods=["POST"])
    async def json(self, item: Item) -> Item:
        return item

    @framework.endpoint("/form", methods=["POST"])
    async def form(self, request: Request) -> list[str]:
        return list(await request.body.form())

    @framework.endpoint("/handled/{name}", middleware=[adds_a_field])
    async def handled(self, name: str) -> str:
        raise LookupError(name)

    @handled.error(LookupError)
    async def is_missing(self, request: Request, error: LookupError) -> Response:
        return responses.PlainTextResponse(f"no {error}")

    @framework.endpoint("/handled-badly", middleware=[adds_a_field])
    async def handled_badly(self) -> str:
        raise KeyError

    @handled_badly.error(KeyError)
    async def fails_too(self, request: Request, error: KeyError) -> Response:
        raise HTTPError(503)

    @framework.endpoint("/stream")
    async def stream(self) -> Response:
        async def pieces() -> AsyncIterator[str]:
            for piece in "abc":
                yield piece

        return responses.StreamResponse(pieces())

    @framework.endpoint("/events")
    async def events(self) -> Response:
        async def events() -> AsyncIterator[str]:
            yield "event"

        return responses.EventStream(events())

    @framework.endpoint("/error", middleware=[adds_a_field])
    async def error(self) -> str:
        raise HTTPError(404)

    @framework.endpoint("/after")
    async def after(self, request: Request) -> str:
        async def nothing() -> None:
            pass

        request.after(nothing)
        return "after"

    @framework.endpoint("/session")
    async def session(self, session: Session) -> list[str]:
        session["visits"] = session.get("visits", 0) + 1
        return list(session)

    @framework.endpoint("/session/unfit", middleware=[adds_a_field])
    async def unfit(self, session: Session) -> None:
        session["unfit"] = object()

    @framework.endpoint("/garbage")
    async def garbage(self) -> int:
        """How many objects only the collector finds; it finds none until asked again."""
        gc.disable()
        return gc.collect()


app = App()
app.add_blueprint(Loaded())
app.sessions(secrets=["the secret of the app that takes much traffic"])
