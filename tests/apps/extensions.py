"""Scenarios of the extensions: each is asked for only where the server announces it."""

from typing import Any
from urllib.parse import parse_qsl

from scenarios import (
    ExpectedError,
    Message,
    Receive,
    Scenarios,
    Scope,
    Send,
    query,
    read_body,
    respond,
    start,
)

app = Scenarios()

UNANNOUNCED: dict[str, Message] = {
    "http.response.pathsend": {"path": __file__},
    "http.response.zerocopysend": {"file": None, "count": 0},
    "http.response.early_hint": {"links": []},
    "http.response.trailers": {"headers": []},
}


def parameters(scope: Scope) -> dict[str, str]:
    return dict(parse_qsl(query(scope)))


def length(value: str) -> tuple[bytes, bytes]:
    return (b"content-length", value.encode())


@app.add
async def announced(scope: Scope, _receive: Receive, send: Send) -> None:
    await respond(send, repr(sorted(scope.get("extensions") or {})).encode())


@app.add
async def unannounced(scope: Scope, _receive: Receive, send: Send) -> None:
    """Tell which messages of extensions are accepted though these are not announced."""
    missing = UNANNOUNCED.keys() - (scope.get("extensions") or {}).keys()
    accepted = []
    await start(send)
    for name in sorted(missing):
        try:
            await send({"type": name, **UNANNOUNCED[name]})
        except Exception:  # noqa: BLE001 - which exception it is remains the server's choice
            continue
        accepted.append(name)
    await send({"type": "http.response.body", "body": repr((sorted(missing), accepted)).encode()})


@app.add
async def path_send(scope: Scope, receive: Receive, send: Send) -> None:
    """Send the file ``path``, with ``length`` if that is given."""
    asked = parameters(scope)
    await read_body(receive)
    await start(send, *([length(asked["length"])] if "length" in asked else []))
    await send({"type": "http.response.pathsend", "path": asked["path"]})
    app.report("path-send", (await receive())["type"])


@app.add
async def path_send_refused(scope: Scope, _receive: Receive, send: Send) -> None:
    """Send a file that can't be sent as it was announced."""
    asked = parameters(scope)
    await start(send, *([length(asked["length"])] if "length" in asked else []))
    await send_what_is_refused(send, {"type": "http.response.pathsend", "path": asked["path"]})


async def send_what_is_refused(send: Send, message: Message) -> None:
    """Make any error of ``send`` one that the test knows."""
    try:
        await send(message)
    except Exception:  # noqa: BLE001 - which exception it is remains the server's choice
        raise ExpectedError("refused") from None


@app.add
async def zero_copy_send(scope: Scope, receive: Receive, send: Send) -> None:
    """Send ``count`` octets of ``path`` from ``offset``, after a move to ``position``."""
    asked = parameters(scope)
    await read_body(receive)
    limits: dict[str, Any] = {key: int(asked[key]) for key in ("offset", "count") if key in asked}
    await start(send, *([length(asked["length"])] if "length" in asked else []))
    with open(asked["path"], "rb", buffering=0) as file:  # noqa: ASYNC230, PTH123 - a local file
        file.seek(int(asked.get("position", 0)))
        await send({"type": "http.response.zerocopysend", "file": file, **limits})
        kind = (await receive())["type"]
        file.seek(0)
        app.report("zero-copy-send", [kind, file.read(1)])


@app.add
async def zero_copy_send_mixed(scope: Scope, _receive: Receive, send: Send) -> None:
    """Send two parts of a file among bodies."""
    await start(send)

    async def send_part(offset: int, count: int) -> None:
        part = {"file": file, "offset": offset, "count": count, "more_body": True}
        await send({"type": "http.response.zerocopysend", **part})

    async def send_body(body: bytes, *, more_body: bool = True) -> None:
        await send({"type": "http.response.body", "body": body, "more_body": more_body})

    with open(parameters(scope)["path"], "rb", buffering=0) as file:  # noqa: ASYNC230, PTH123
        await send_body(b"<")
        await send_part(2, 3)
        await send_body(b"|")
        await send_part(0, 2)
        await send_body(b">", more_body=False)


CONTENT: Message = {"type": "http.response.body", "body": b"content"}

TRAILERS: Message = {"type": "http.response.trailers"}


async def start_with_trailers(send: Send) -> None:
    headers = [(b"trailer", b"x-first, x-second")]
    beginning = {"type": "http.response.start", "status": 200, "headers": headers}
    await send({**beginning, "trailers": True})


@app.add
async def trailers(scope: Scope, _receive: Receive, send: Send) -> None:
    """Send trailers if the server takes them, which may depend on the request."""
    if "http.response.trailers" not in (scope.get("extensions") or {}):
        await respond(send, CONTENT["body"])
        return
    await start_with_trailers(send)
    await send(CONTENT)
    await send({**TRAILERS, "headers": [(b"x-first", b"1"), (b"x-second", b"2")]})


@app.add
async def trailers_in_two_messages(_scope: Scope, _receive: Receive, send: Send) -> None:
    await start_with_trailers(send)
    await send(CONTENT)
    await send({**TRAILERS, "headers": [(b"x-first", b"1")], "more_trailers": True})
    await send({**TRAILERS, "headers": [(b"x-second", b"2")]})


@app.add
async def trailers_that_never_come(_scope: Scope, _receive: Receive, send: Send) -> None:
    await start_with_trailers(send)
    await send(CONTENT)


@app.add
async def trailers_that_split(_scope: Scope, _receive: Receive, send: Send) -> None:
    await start_with_trailers(send)
    await send(CONTENT)
    headers = [(b"x-first", b"1\r\nx-second: evil")]
    await send_what_is_refused(send, {**TRAILERS, "headers": headers})


LINKS = [b"</a.css>; rel=preload; as=style", b"</b.js>; rel=preload; as=script"]


async def hint(send: Send, *links: bytes) -> None:
    await send({"type": "http.response.early_hint", "links": list(links)})


@app.add
async def early_hint(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Hint, and respond when the gate opens."""
    await start(send, length("5"))
    await hint(send, *LINKS)
    await app.gate("early-hint")
    await send({"type": "http.response.body", "body": b"final"})


@app.add
async def early_hints(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Hint twice."""
    await start(send, length("5"))
    for link in LINKS:
        await hint(send, link)
    await send({"type": "http.response.body", "body": b"final"})


@app.add
async def early_hint_before_start(_scope: Scope, _receive: Receive, send: Send) -> None:
    await hint(send, *LINKS)
    await respond(send, b"final")


@app.add
async def early_hint_within_body(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Hint when it is too late."""
    await start(send, length("5"))
    await send({"type": "http.response.body", "body": b"fi", "more_body": True})
    await hint(send, *LINKS)
    await send({"type": "http.response.body", "body": b"nal"})


@app.add
async def early_hint_that_splits(_scope: Scope, _receive: Receive, send: Send) -> None:
    await start(send, length("5"))
    links = [b"</a.css>\r\nx-second: evil"]
    await send_what_is_refused(send, {"type": "http.response.early_hint", "links": links})
    await send({"type": "http.response.body", "body": b"final"})


@app.add
async def plain(_scope: Scope, _receive: Receive, send: Send) -> None:
    await respond(send, b"plain")
