"""The same site as ``starlette_site.py``, written with Falcon."""

import asyncio
import hashlib
import warnings
from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from falcon import HTTP_204
from falcon.asgi import App, Request, Response, SSEvent
from payload import blocks

STATIC = Path(__file__).parent / "static"

# Falcon leaves a static file open when the request is HEAD.
warnings.filterwarnings("ignore", "unclosed file", ResourceWarning)

gates: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
"""What responders wait for until another request opens it."""

finished: list[str] = []
"""What background tasks and interrupted responders have done."""


class Site:
    """Middleware that names the site in each response, and has a lifespan."""

    greeting = ""

    async def process_startup(self, _scope: dict[str, Any], _event: dict[str, Any]) -> None:
        self.greeting = "from the lifespan"

    async def process_request(self, req: Request, _resp: Response) -> None:
        req.context.greeting = self.greeting

    async def process_response(
        self, _req: Request, resp: Response, _resource: object, _succeeded: object
    ) -> None:
        resp.set_header("X-Site", "falcon")


class Hello:
    async def on_get(self, req: Request, resp: Response, name: str) -> None:
        resp.media = {"hello": name, "query": req.params}

    on_head = on_get


class Echo:
    async def on_post(self, req: Request, resp: Response) -> None:
        resp.media = await req.get_media()


class Upload:
    async def on_post(self, req: Request, resp: Response) -> None:
        digest, size = hashlib.sha256(), 0
        async for piece in req.stream:
            digest.update(piece)
            size += len(piece)
        resp.media = {"size": size, "digest": digest.hexdigest()}

    on_put = on_post


class Download:
    async def on_get(self, _req: Request, resp: Response, size: int) -> None:
        async def pieces() -> AsyncIterator[bytes]:
            for block in blocks(size):
                yield block

        resp.stream = pieces()


class Form:
    async def on_post(self, req: Request, resp: Response) -> None:
        found: dict[str, Any] = {}
        async for part in await req.get_media():
            if part.name == "note":
                found["note"] = await part.text
            else:
                found["name"] = part.filename
                found |= await self._digest(part.stream)
        resp.media = found

    async def _digest(self, stream: Any) -> dict[str, Any]:
        digest, size = hashlib.sha256(), 0
        async for piece in stream:
            digest.update(piece)
            size += len(piece)
        return {"size": size, "digest": digest.hexdigest()}


class Note:
    async def on_post(self, req: Request, resp: Response) -> None:
        resp.media = await req.get_media()


class Numbers:
    async def on_get(self, _req: Request, resp: Response, count: int) -> None:
        async def lines() -> AsyncIterator[bytes]:
            for number in range(count):
                yield b"%d\n" % number

        resp.stream = lines()


class Held:
    async def on_get(self, _req: Request, resp: Response, gate: str) -> None:
        async def pieces() -> AsyncIterator[bytes]:
            yield b"held"
            await gates[gate].wait()
            yield b"released"

        resp.stream = pieces()


class Gate:
    async def on_post(self, _req: Request, resp: Response, gate: str) -> None:
        gates[gate].set()
        resp.status = HTTP_204


class Endless:
    async def on_get(self, _req: Request, resp: Response, tag: str) -> None:
        async def pieces() -> AsyncIterator[bytes]:
            try:
                while True:
                    yield b"tick\n"
                    await asyncio.sleep(0.01)
            finally:
                finished.append(tag)

        resp.stream = pieces()


class Idle:
    async def on_get(self, _req: Request, resp: Response, tag: str) -> None:
        async def pieces() -> AsyncIterator[bytes]:
            try:
                await asyncio.Event().wait()
                yield b"tick\n"
            finally:
                finished.append(tag)

        resp.stream = pieces()


class Events:
    async def on_get(self, _req: Request, resp: Response) -> None:
        async def events() -> AsyncIterator[SSEvent]:
            for number in range(3):
                yield SSEvent(text=str(number))

        resp.sse = events()


class EndlessEvents:
    async def on_get(self, _req: Request, resp: Response, tag: str) -> None:
        async def events() -> AsyncIterator[SSEvent]:
            try:
                while True:
                    yield SSEvent(text="tick")
                    await asyncio.sleep(0.01)
            finally:
                finished.append(tag)

        resp.sse = events()


class Headers:
    async def on_get(self, req: Request, resp: Response) -> None:
        """Falcon joins repeated field lines."""
        resp.media = req.get_header("X-Tag").split(",")


class Cookie:
    async def on_get(self, req: Request, resp: Response) -> None:
        resp.media = req.cookies
        resp.set_cookie("visited", "yes", secure=False)


class InBackground:
    async def on_get(self, _req: Request, resp: Response, tag: str) -> None:
        async def work() -> None:
            await gates[tag].wait()
            finished.append(tag)

        resp.schedule(work)
        resp.text = "later"


class Finished:
    async def on_get(self, _req: Request, resp: Response) -> None:
        resp.media = finished


class Broken:
    async def on_get(self, _req: Request, _resp: Response) -> None:
        raise RuntimeError("broken on purpose")


class BrokenMidway:
    async def on_get(self, _req: Request, resp: Response) -> None:
        async def pieces() -> AsyncIterator[bytes]:
            yield b"begun"
            raise RuntimeError("broken midway")

        resp.stream = pieces()


class State:
    async def on_get(self, req: Request, resp: Response) -> None:
        resp.media = {"greeting": req.context.greeting}


app = App(middleware=[Site()])
app.add_route("/hello/{name}", Hello())
app.add_route("/echo", Echo())
app.add_route("/upload", Upload())
app.add_route("/download/{size:int}", Download())
app.add_route("/form", Form())
app.add_route("/note", Note())
app.add_route("/numbers/{count:int}", Numbers())
app.add_route("/held/{gate}", Held())
app.add_route("/gates/{gate}", Gate())
app.add_route("/endless/{tag}", Endless())
app.add_route("/idle/{tag}", Idle())
app.add_route("/events", Events())
app.add_route("/endless-events/{tag}", EndlessEvents())
app.add_route("/headers", Headers())
app.add_route("/cookie", Cookie())
app.add_route("/in-background/{tag}", InBackground())
app.add_route("/finished", Finished())
app.add_route("/broken", Broken())
app.add_route("/broken-midway", BrokenMidway())
app.add_route("/state", State())
app.add_static_route("/static", STATIC)
