"""Sessions in every kind of endpoint."""

import os
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from pyre import framework
from pyre.framework import (
    App,
    CallNext,
    HTTPError,
    Request,
    Response,
    Session,
    WebSocket,
    responses,
)
from pyre.framework.sessions import RedisStore, SessionStore

SECRET = "the newest of the secrets of tests"


SHARED = Response("the same for everybody")


class Visits(framework.Blueprint):
    @framework.endpoint("/visits")
    async def count(self, session: Session) -> int:
        session["visits"] = session.get("visits", 0) + 1
        return session["visits"]

    @framework.endpoint("/visits", methods=["PUT"])
    async def put(self, request: Request) -> None:
        request.session.update(await request.body.json())

    @framework.endpoint("/session")
    async def show(self, *, session: Session) -> dict[str, Any]:
        return {"is_new": session.is_new, "values": dict(session)}

    @framework.endpoint("/number/{number:int}")
    async def number(self, number: int, session: Session) -> list[Any]:
        return [number, len(session)]

    @framework.endpoint("/thread", thread=True)
    def threaded(self, session: Session) -> int:
        session["visits"] = session.get("visits", 0) + 1
        return session["visits"]

    @framework.endpoint("/untouched")
    async def untouched(self, request: Request) -> str:
        return request.path

    @framework.endpoint("/path-only")
    async def path_only(self) -> str:
        return "path only"

    @framework.endpoint("/deep")
    async def deep(self, session: Session) -> None:
        session.setdefault("deep", {"er": []})["er"].append(len(session["deep"]["er"]))

    @framework.endpoint("/emptied")
    async def emptied(self, session: Session) -> None:
        for name in list(session):
            del session[name]

    @framework.endpoint("/renewed", methods=["POST"])
    async def renewed(self, session: Session) -> None:
        session.renew()

    @framework.endpoint("/cleared", methods=["POST"])
    async def cleared(self, session: Session) -> None:
        session.clear()

    @framework.endpoint("/begun-anew", methods=["POST"])
    async def begun_anew(self, session: Session) -> None:
        session.clear()
        session["begun"] = "anew"

    @framework.endpoint("/refused")
    async def refused(self, session: Session) -> None:
        session["refused"] = True
        raise HTTPError(403, "No.")

    @framework.endpoint("/missing")
    async def missing(self, session: Session) -> Response:
        session["missed"] = True
        return responses.FileResponse("/nowhere/at/all")

    @framework.endpoint("/stream")
    async def stream(self, session: Session) -> Response:
        session["streamed"] = True

        async def pieces() -> AsyncIterator[str]:
            yield f"{session['streamed']} "
            yield complaint(lambda: session.update(late=True))

        return responses.StreamResponse(pieces())

    @framework.endpoint("/late-stream")
    async def late_stream(self, request: Request) -> Response:
        async def pieces() -> AsyncIterator[str]:
            yield f"{len(request.session)} "
            yield complaint(lambda: request.session.update(late=True))

        return responses.StreamResponse(pieces())

    @framework.endpoint("/public")
    async def public(self, session: Session) -> Response:
        session["public"] = True
        return Response("public", headers={"vary": "accept", "cache-control": "max-age=9"})

    @framework.endpoint("/shared")
    async def shared(self, session: Session) -> Response:
        session["visits"] = session.get("visits", 0) + 1
        return SHARED

    @framework.endpoint("/unfit")
    async def unfit(self, session: Session) -> None:
        session["fit"] = 1
        session["unfit"] = {"a": object()}

    @framework.endpoint("/large/{size:int}")
    async def large(self, size: int, session: Session) -> None:
        session["large"] = "x" * size

    @framework.endpoint("/raises/{kind}")
    async def raises(self, kind: str) -> None:
        raise {"key": KeyError, "value": ValueError}[kind]

    @raises.error(KeyError)
    async def is_handled(self, request: Request, _: KeyError) -> Response:
        request.session["errors"] = request.session.get("errors", 0) + 1
        return responses.PlainTextResponse(str(request.session["errors"]), status=400)

    @framework.websocket("/live")
    async def live(self, websocket: WebSocket) -> None:
        websocket.session["sockets"] = websocket.session.get("sockets", 0) + 1
        await websocket.accept(headers={"x-room": "1"})
        await websocket.send(str(websocket.session["sockets"]))
        await websocket.send(complaint(lambda: websocket.session.update(late=True)))

    @framework.websocket("/late")
    async def late(self, websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send(complaint(lambda: websocket.session.update(late=True)))

    @framework.websocket("/refusing")
    async def refusing(self, session: Session, websocket: WebSocket) -> Response:
        session["refused"] = websocket.path
        return Response("no", status=403)


def complaint(change: Callable[[], object]) -> str:
    try:
        change()
    except RuntimeError as error:
        return str(error)
    return "no complaint"


class Layered(framework.Blueprint, prefix="/layered"):
    @framework.endpoint("/values/{number:int}")
    async def values(self, number: int) -> str:
        return f"number {number}"

    @framework.endpoint("/stream")
    async def stream(self) -> Response:
        return responses.StreamResponse(["a", "b"])

    @framework.endpoint("/shared")
    async def shared(self) -> Response:
        return SHARED

    @framework.endpoint("/fails")
    async def fails(self) -> None:
        raise HTTPError(410)


async def counting(request: Request, call_next: CallNext) -> Response:
    """Touches the session on the way out only."""
    response = await call_next(request)
    request.session["passed"] = request.session.get("passed", 0) + 1
    response.headers["passed"] = str(request.session["passed"])
    return response


Layered.middleware = [counting]


def site(store: SessionStore | None, **options: Any) -> App:
    """The application with another store."""
    app = App()
    options = {"secrets": [SECRET], "max_age": timedelta(hours=1)} | options
    app.sessions(store=store, **options)
    app.add_blueprint(Visits())
    app.add_blueprint(Layered())
    app.static("/static", Path(__file__).parent / "static")
    return app


def named_store() -> SessionStore | None:
    """What ``TEST_SESSION_STORE`` names: the URL of Redis, or nothing for the cookies."""
    url = os.environ.get("TEST_SESSION_STORE")
    return RedisStore(url) if url else None


app = site(named_store())
