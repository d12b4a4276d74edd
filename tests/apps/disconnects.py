"""Scenarios in which the peer leaves. Each reports when it has begun: then the peer may go."""

import asyncio
from pathlib import Path

from scenarios import (
    ExpectedError,
    Message,
    Receive,
    Scenarios,
    Scope,
    Send,
    content,
    query,
    read_body,
    respond,
    start,
)

app = Scenarios()

CHUNK = {"type": "http.response.body", "body": b"x" * 65_536, "more_body": True}

ENOUGH = 10_000
"""Chunks after which ``send`` is taken never to raise."""


async def begin(receive: Receive) -> None:
    await read_body(receive)
    app.report("begun", None)


@app.add
async def wait(_scope: Scope, receive: Receive, _send: Send) -> None:
    await begin(receive)
    app.report("wait", (await receive())["type"])
    app.report("wait-again", (await receive())["type"])


@app.add
async def wait_within_response(_scope: Scope, receive: Receive, send: Send) -> None:
    await start(send)
    await send({"type": "http.response.body", "body": b"started", "more_body": True})
    await begin(receive)
    app.report("wait-within-response", (await receive())["type"])


@app.add
async def read(_scope: Scope, receive: Receive, _send: Send) -> None:
    """Report what came of the body, whether more was to come, and what came instead."""
    app.report("begun", None)
    body = b""
    more_body = True
    while (message := await receive())["type"] == "http.request":
        piece, more_body = content(message)
        body += piece
    app.report("read", [body, more_body, message["type"]])


@app.add
async def send_on(_scope: Scope, receive: Receive, send: Send) -> None:
    """Send until that fails."""
    await begin(receive)
    await start(send)
    try:
        for _ in range(ENOUGH):
            await send(CHUNK)
    except OSError:
        app.report("send-on", "OSError")
    else:
        app.report("send-on", "nothing was raised")


@app.add
async def send_after_disconnect(_scope: Scope, receive: Receive, send: Send) -> None:
    await begin(receive)
    gone = await receive()
    try:
        await start(send)
        await send({"type": "http.response.body", "body": b"to nobody"})
    except OSError:
        app.report("send-after-disconnect", [gone["type"], "OSError"])
    else:
        app.report("send-after-disconnect", [gone["type"], "nothing was raised"])


EMPTY_FILE = Path(__file__).parent / "static" / "empty.txt"

ENDINGS: dict[str, list[Message]] = {
    "body": [{"type": "http.response.body", "body": b"", "more_body": False}],
    "bodies": [{"type": "http.response.body"}, {"type": "http.response.body"}],
    "trailers": [{"type": "http.response.trailers", "headers": []}],
    "file": [{"type": "http.response.pathsend", "path": str(EMPTY_FILE)}],
}
"""Messages that have nothing left to send."""

REMAINDERS: dict[str, Message] = {
    "body": {"type": "http.response.body", "body": b"x"},
    "more-to-come": {"type": "http.response.body", "body": b"", "more_body": True},
    "trailers": {"type": "http.response.trailers", "headers": [(b"a", b"b")]},
    "start": {"type": "http.response.start", "status": 200},
    "file": {"type": "http.response.pathsend", "path": __file__},
}


@app.add
async def end_after_disconnect(scope: Scope, receive: Receive, send: Send) -> None:
    """End the response of a client that has gone, as ``query`` says; an error escapes."""
    await begin(receive)
    await receive()
    app.report("end-after-disconnect", None)
    for message in ENDINGS[query(scope)]:
        await send(message)
    app.report("ended", None)


@app.add
async def end_within_stream(_scope: Scope, receive: Receive, send: Send) -> None:
    """End a stream whose client has gone."""
    await start(send)
    await send({"type": "http.response.body", "body": b"started", "more_body": True})
    await begin(receive)
    await receive()
    await send({"type": "http.response.body", "body": b"", "more_body": False})
    app.report("end-within-stream", None)


@app.add
async def remainder_after_disconnect(scope: Scope, receive: Receive, send: Send) -> None:
    await begin(receive)
    await receive()
    try:
        await send(REMAINDERS[query(scope)])
    except OSError:
        app.report("remainder-after-disconnect", "OSError")
    else:
        app.report("remainder-after-disconnect", "nothing was raised")


@app.add
async def escape(_scope: Scope, receive: Receive, send: Send) -> None:
    """Let the error of ``send`` escape, as most applications do."""
    await begin(receive)
    await receive()
    app.report("escape", None)
    await send_what_nobody_gets(send)


async def send_what_nobody_gets(send: Send) -> None:
    """A name to look for in the log."""
    await start(send)
    await send({"type": "http.response.body", "body": b"to nobody"})


@app.add
async def escape_in_a_group(_scope: Scope, receive: Receive, send: Send) -> None:
    """Let it escape from a task group that ends for nothing else."""
    await begin(receive)
    await receive()
    app.report("escape-in-a-group", None)
    async with asyncio.TaskGroup() as group:
        group.create_task(respond(send, b"to nobody"))


@app.add
async def escape_as_a_cause(_scope: Scope, receive: Receive, send: Send) -> None:
    """Raise an error of one's own because of it."""
    await begin(receive)
    await receive()
    app.report("escape-as-a-cause", None)
    try:
        await respond(send, b"to nobody")
    except OSError as error:
        raise ExpectedError("the response was not sent") from error


@app.add
async def fail_too(scope: Scope, receive: Receive, send: Send) -> None:
    """Let it escape together with an error that has nothing to do with it."""
    await begin(receive)
    await receive()
    app.report("fail-too", None)
    async with asyncio.TaskGroup() as group:
        group.create_task(respond(send, b"to nobody"))
        group.create_task(fail(scope, receive, send))


@app.add
async def return_silently(_scope: Scope, receive: Receive, _send: Send) -> None:
    await begin(receive)
    await receive()
    app.report("return-silently", None)


@app.add
async def answer_unless_gone(_scope: Scope, receive: Receive, send: Send) -> None:
    """Answer when the gate opens, and not at all when the client has gone by then."""
    await begin(receive)
    gone = asyncio.create_task(receive())
    gate = asyncio.create_task(app.gate("answer"))
    await asyncio.wait({gone, gate}, return_when=asyncio.FIRST_COMPLETED)
    if gone.done():
        gate.cancel()
        app.report("answer-unless-gone", gone.result()["type"])
    else:
        gone.cancel()
        await respond(send, b"answered")


@app.add
async def stream_unless_gone(_scope: Scope, receive: Receive, send: Send) -> None:
    """Stream a last piece when the gate opens, and not when the client has gone by then."""
    await start(send)
    await send({"type": "http.response.body", "body": b"first ", "more_body": True})
    await answer_unless_gone(_scope, receive, without_start(send))


def without_start(send: Send) -> Send:
    async def send_rest(message: Message) -> None:
        if message["type"] != "http.response.start":
            await send(message)

    return send_rest


@app.add
async def ask_now_and_then(_scope: Scope, receive: Receive, send: Send) -> None:
    """Answer when the gate opens, and look in between whether the client has gone."""
    await begin(receive)
    gate = asyncio.create_task(app.gate("answer"))
    while not gate.done():
        try:
            async with asyncio.timeout(0):
                message = await receive()
        except TimeoutError:
            await asyncio.wait({gate}, timeout=0.01)
        else:
            gate.cancel()
            app.report("ask-now-and-then", message["type"])
            return
    await respond(send, b"answered")


@app.add
async def not_cancelled(_scope: Scope, receive: Receive, _send: Send) -> None:
    """Go on with something else than the connection while the peer leaves."""
    await begin(receive)
    await app.gate("not-cancelled")
    app.report("not-cancelled", (await receive())["type"])


@app.add
async def fail(scope: Scope, _receive: Receive, _send: Send) -> None:
    raise ExpectedError(query(scope))


@app.add
async def plain(_scope: Scope, _receive: Receive, send: Send) -> None:
    await respond(send, b"plain")
