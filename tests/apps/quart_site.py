"""The same site as ``starlette_site.py``, written with Quart."""

import asyncio
import hashlib
import warnings
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any

from payload import blocks
from quart import Quart, Response, jsonify, request, session

# Quart leaves the files of a form open when the client leaves within it.
warnings.filterwarnings("ignore", "unclosed file", ResourceWarning)

app = Quart(__name__)
app.secret_key = "secret of the test"

gates: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
"""What handlers wait for until another request opens it."""

finished: list[str] = []
"""What background tasks and interrupted handlers have done."""


@app.before_serving
async def greet() -> None:
    app.config["GREETING"] = "from the lifespan"


@app.after_request
async def add_site_header(response: Response) -> Response:
    response.headers["X-Site"] = "quart"
    return response


@app.get("/hello/<name>")
async def hello(name: str) -> dict[str, Any]:
    return {"hello": name, "query": request.args.to_dict()}


@app.post("/echo")
async def echo() -> Response:
    return jsonify(await request.get_json())


@app.route("/upload", methods=["POST", "PUT"])
async def upload() -> dict[str, Any]:
    digest, size = hashlib.sha256(), 0
    async for piece in request.body:
        digest.update(piece)
        size += len(piece)
    return {"size": size, "digest": digest.hexdigest()}


@app.get("/download/<int:size>")
async def download(size: int) -> Response:
    return Response(blocks(size))


@app.post("/form")
async def form() -> dict[str, Any]:
    file, fields = (await request.files)["file"], await request.form
    content = file.read()
    return {
        "name": file.filename,
        "size": len(content),
        "digest": hashlib.sha256(content).hexdigest(),
        "note": fields["note"],
    }


@app.post("/note")
async def note() -> dict[str, str]:
    return {"note": (await request.form)["note"]}


@app.get("/numbers/<int:count>")
async def numbers(count: int) -> Response:
    async def lines() -> AsyncIterator[str]:
        for number in range(count):
            yield f"{number}\n"

    return Response(lines())


@app.get("/held/<gate>")
async def held(gate: str) -> Response:
    async def pieces() -> AsyncIterator[str]:
        yield "held"
        await gates[gate].wait()
        yield "released"

    return Response(pieces())


@app.post("/gates/<gate>")
async def open_gate(gate: str) -> tuple[str, int]:
    gates[gate].set()
    return "", 204


@app.get("/endless/<tag>")
async def endless(tag: str) -> Response:
    async def pieces() -> AsyncIterator[str]:
        try:
            while True:
                yield "tick\n"
                await asyncio.sleep(0.01)
        finally:
            finished.append(tag)

    return Response(pieces())


@app.get("/idle/<tag>")
async def idle(tag: str) -> Response:
    async def pieces() -> AsyncIterator[str]:
        try:
            await asyncio.Event().wait()
            yield "tick\n"
        finally:
            finished.append(tag)

    return Response(pieces())


@app.get("/headers")
async def headers() -> Response:
    return jsonify(request.headers.getlist("X-Tag"))


@app.get("/cookie")
async def cookie() -> Response:
    response = jsonify(request.cookies)
    response.set_cookie("visited", "yes")
    return response


@app.get("/visits")
async def visits() -> Response:
    session["visits"] = session.get("visits", 0) + 1
    return jsonify(session["visits"])


@app.get("/in-background/<tag>")
async def in_background(tag: str) -> str:
    app.add_background_task(work, tag)
    return "later"


async def work(tag: str) -> None:
    await gates[tag].wait()
    finished.append(tag)


@app.get("/finished")
async def list_finished() -> Response:
    return jsonify(finished)


@app.get("/broken")
async def broken() -> str:
    raise RuntimeError("broken on purpose")


@app.get("/broken-midway")
async def broken_midway() -> Response:
    async def pieces() -> AsyncIterator[str]:
        yield "begun"
        raise RuntimeError("broken midway")

    return Response(pieces())


@app.get("/state")
async def state() -> dict[str, str]:
    return {"greeting": app.config["GREETING"]}
