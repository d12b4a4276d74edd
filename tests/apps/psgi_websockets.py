"""Scenarios of WebSockets."""

import asyncio

from psgi_scenarios import ExpectedError, Scenarios, query
from pyre import psgi

app = Scenarios()


@app.add
async def capabilities(request: psgi.Request) -> psgi.Response | None:
    """Tell over a WebSocket what the host can do."""
    websocket = await request.accept()
    await websocket.send(repr(sorted(request.server_capabilities)))
    return None


@app.add
async def echo(request: psgi.Request) -> psgi.Response | None:
    """Send each message back, and report how it ended."""
    websocket = await request.accept()
    async for message in websocket:
        await websocket.send(message)
    app.report("echo", (websocket.close_code, websocket.close_reason))
    return None


@app.add
async def subprotocol(request: psgi.Request) -> psgi.Response | None:
    offered = request.headers.get("sec-websocket-protocol")
    websocket = await request.accept("second", [("x-a", "1"), (b"x-b", b"2")])
    await websocket.send(repr((offered, websocket.subprotocol)))
    return None


@app.add
async def no_subprotocol(request: psgi.Request) -> psgi.Response | None:
    websocket = await request.accept()
    await websocket.send(repr(websocket.subprotocol))
    return None


@app.add
async def close(request: psgi.Request) -> psgi.Response | None:
    websocket = await request.accept()
    await websocket.close(4000, "enough")
    await websocket.close(4001, "does nothing")
    messages = [message async for message in websocket]
    app.report("close", messages)
    return None


@app.add
async def close_by_default(request: psgi.Request) -> psgi.Response | None:
    websocket = await request.accept()
    await websocket.close()
    return None


@app.add
async def returns(request: psgi.Request) -> psgi.Response | None:
    await request.accept()
    return None


@app.add
async def returns_response(request: psgi.Request) -> psgi.Response | None:
    """A response after the handshake is ignored."""
    await request.accept()
    return psgi.Response(500, body="ignored")


@app.add
async def raises(request: psgi.Request) -> psgi.Response | None:
    await request.accept()
    raise ExpectedError(query(request))


@app.add
async def raises_before(request: psgi.Request) -> psgi.Response | None:
    raise ExpectedError(query(request))


@app.add
async def refuses(request: psgi.Request) -> psgi.Response | None:
    assert request.is_websocket
    return psgi.Response(int(query(request)), [("x-a", "1")], "refused")


@app.add
def refuses_with_a_stream(_request: psgi.Request) -> psgi.Response | None:
    return psgi.Response(403, [("x-a", "1")], ["ref", "used"])


@app.add
async def accept_refused(request: psgi.Request) -> psgi.Response:
    """Answer what ``accept`` raises where it can't be."""
    try:
        await request.accept()
    except RuntimeError:
        return psgi.Response(body="RuntimeError")
    return psgi.Response(body="accepted")


@app.add
async def accept_twice(request: psgi.Request) -> psgi.Response | None:
    websocket = await request.accept()
    try:
        await request.accept()
    except RuntimeError:
        await websocket.send("RuntimeError")
    return None


@app.add
async def send_when_closed(request: psgi.Request) -> psgi.Response | None:
    websocket = await request.accept()
    async for _ in websocket:
        pass
    try:
        await websocket.send("to nobody")
    except psgi.Disconnected:
        app.report("send-when-closed", websocket.close_code)
    await websocket.close()
    return None


@app.add
async def send_wrong_type(request: psgi.Request) -> psgi.Response | None:
    websocket = await request.accept()
    try:
        await websocket.send(5)
    except TypeError as error:
        await websocket.send(f"TypeError: {error}")
    return None


@app.add
async def ping(request: psgi.Request) -> psgi.Response | None:
    websocket = await request.accept()
    await websocket.ping()
    await websocket.ping(b"x" * 125)
    await websocket.send("done")
    return None


@app.add
async def download(request: psgi.Request) -> psgi.Response | None:
    """Send as many messages as the query asks for, and tally those that were taken."""
    count, name = query(request).split(",")
    websocket = await request.accept()
    for _ in range(int(count)):
        await websocket.send(b"x" * 65_536)
        app.tally[name] += 1
    return None


@app.add
async def afterwards(request: psgi.Request) -> psgi.Response | None:
    async def report() -> None:
        app.report("afterwards", request.is_closed)

    request.after(report)
    await request.accept()
    return None


@app.add
async def closed(request: psgi.Request) -> psgi.Response | None:
    websocket = await request.accept()
    receiving = asyncio.ensure_future(anext(aiter(websocket), None))
    await request.closed()
    app.report("closed", request.is_closed)
    receiving.cancel()
    return None
