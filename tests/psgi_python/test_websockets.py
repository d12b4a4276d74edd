"""WebSockets: under ``to_asgi``, and with an ASGI application in between."""

import asyncio

import pytest
from pyre import psgi

from psgi_python.asgi_server import AsgiServer, idle, in_loop, until

CONNECT = {"type": "websocket.connect"}

REFUSAL = {"websocket.http.response": {}}


def text(content):
    return {"type": "websocket.receive", "text": content}


def octets(content):
    return {"type": "websocket.receive", "bytes": content}


def closed(code, reason=""):
    return {"type": "websocket.disconnect", "code": code, "reason": reason}


def there_and_back(app):
    return psgi.to_asgi(psgi.from_asgi(psgi.to_asgi(app)))


@pytest.fixture(params=[psgi.to_asgi, there_and_back], ids=["to_asgi", "round_trip"])
def server_of(request):
    """Make a server of an application."""

    def make(app, **scope):
        scope = {"type": "websocket", "scheme": "ws", "extensions": REFUSAL, **scope}
        server = AsgiServer(request.param(app), **scope)
        del server.scope["method"]
        server.give(CONNECT)
        return server

    return make


async def echo(request):
    websocket = await request.accept()
    async for message in websocket:
        await websocket.send(message)


@in_loop
async def test_messages(server_of):
    server = server_of(echo)
    server.give(text("text"), octets(b"octets"), text(""), octets(b""), closed(1000))
    await server.start()
    accepted, *echoed = server.sent
    assert accepted["type"] == "websocket.accept"
    assert [each.get("text", each.get("bytes")) for each in echoed] == ["text", b"octets", "", b""]


@in_loop
async def test_both_keys_may_be_there(server_of):
    server = server_of(echo)
    server.give(
        {"type": "websocket.receive", "text": "text", "bytes": None},
        {"type": "websocket.receive", "text": None, "bytes": b"octets"},
        closed(1000),
    )
    await server.start()
    assert [each.get("text", each.get("bytes")) for each in server.sent[1:]] == ["text", b"octets"]


@in_loop
@pytest.mark.parametrize(
    ("message", "code", "reason"),
    [
        (closed(1001, "away"), 1001, "away"),
        (closed(1006), 1006, ""),
        ({"type": "websocket.disconnect"}, 1005, ""),
        ({"type": "websocket.disconnect", "code": 1000, "reason": None}, 1000, ""),
    ],
)
async def test_the_peer_closes(server_of, message, code, reason):
    found = []

    async def app(request):
        websocket = await request.accept()
        found.append(websocket.close_code)
        assert [each async for each in websocket] == []
        found.append((websocket.close_code, websocket.close_reason))
        with pytest.raises(psgi.Disconnected):
            await websocket.send("to nobody")
        await websocket.close()

    server = server_of(app)
    server.give(message)
    await server.start()
    assert found == [None, (code, reason)]
    assert server.types == ["websocket.accept"]


@in_loop
async def test_what_was_accepted(server_of):
    async def app(request):
        assert request.is_websocket
        assert (request.method, request.scheme) == ("GET", "http")
        assert "websocket" in request.server_capabilities
        websocket = await request.accept("chat", [("X-A", "1")])
        assert websocket.subprotocol == "chat"
        with pytest.raises(RuntimeError):
            await request.accept()

    server = server_of(app)
    await server.start()
    assert server.sent[0] == {
        "type": "websocket.accept",
        "subprotocol": "chat",
        "headers": [(b"x-a", b"1")],
    }
    assert server.sent[1]["type"] == "websocket.close"
    assert server.sent[1].get("code") == 1000


@in_loop
@pytest.mark.parametrize(
    ("subprotocol", "headers", "kind"),
    [
        ("a b", (), ValueError),
        ("", (), ValueError),
        ("chat\r\nevil: 1", (), ValueError),
        (None, [("bad name", "1")], ValueError),
        (None, [("upgrade", "h2c")], ValueError),
        (None, [("sec-websocket-protocol", "chat")], ValueError),
        (None, 5, TypeError),
    ],
)
async def test_what_is_not_accepted(server_of, subprotocol, headers, kind):
    async def app(request):
        with pytest.raises(kind):
            await request.accept(subprotocol, headers)
        return psgi.Response(403)

    server = server_of(app)
    await server.start()
    assert server.status == 403


@in_loop
async def test_a_response_refuses(server_of):
    server = server_of(lambda _: psgi.Response(401, {"x-a": "1"}, ["ref", "used"]))
    await server.start()
    assert (server.status, server.body) == (401, b"refused")
    assert (b"x-a", b"1") in server.headers
    assert {each.rpartition(".")[0] for each in server.types} == {"websocket.http.response"}


@in_loop
async def test_without_the_extension_the_server_refuses_in_its_way():
    called = []

    def stream():
        called.append("begun")
        yield "never"

    app = psgi.to_asgi(lambda _: psgi.Response(401, body=stream()))
    server = AsgiServer(app, type="websocket")
    server.give(CONNECT)
    await server.start()
    assert server.sent == [{"type": "websocket.close"}]
    assert called == []


@in_loop
async def test_exceptions(server_of):
    async def before(_request):
        raise LookupError("expected")

    async def after(request):
        await request.accept()
        raise LookupError("expected")

    for app, types in (
        (before, []),
        (after, ["websocket.accept", "websocket.close"]),
    ):
        server = server_of(app)
        with pytest.raises(LookupError, match="expected"):
            await server.start()
        assert server.types == types
    assert server.sent[1]["code"] == 1011


@in_loop
async def test_no_answer(server_of):
    async def app(_request):
        return None

    with pytest.raises(TypeError, match="None"):
        await server_of(app).start()


@in_loop
async def test_what_is_returned_after_accepting_is_ignored(server_of):
    async def app(request):
        await request.accept()
        return psgi.Response(500, body="ignored")

    server = server_of(app)
    await server.start()
    assert server.types == ["websocket.accept", "websocket.close"]


@in_loop
async def test_the_peer_leaves_before_anything(server_of):
    server = server_of(lambda _: pytest.fail("called"))
    server._messages.get_nowait()  # noqa: SLF001 - it has not even connected
    server.leave()
    await server.start()
    assert server.sent == []


@in_loop
async def test_closing(server_of):
    async def app(request):
        websocket = await request.accept()
        await websocket.close(4000, "enough")
        await websocket.close(4001, "does nothing")
        with pytest.raises(psgi.Disconnected):
            await websocket.send("too late")
        assert not request.is_closed

    server = server_of(app)
    await server.start()
    assert server.sent[1:] == [{"type": "websocket.close", "code": 4000, "reason": "enough"}]


@in_loop
@pytest.mark.parametrize(
    ("code", "reason"),
    [(999, ""), (1005, ""), (1006, ""), (1015, ""), (5000, ""), (1000, "é" * 62)],
)
async def test_codes_and_reasons_that_can_not_be_sent(server_of, code, reason):
    async def app(request):
        websocket = await request.accept()
        with pytest.raises(ValueError, match=str(code) if reason == "" else "123"):
            await websocket.close(code, reason)
        await websocket.close(1000, "é" * 61)

    server = server_of(app)
    await server.start()
    assert server.sent[1]["reason"] == "é" * 61


@in_loop
async def test_messages_of_wrong_types(server_of):
    async def app(request):
        websocket = await request.accept()
        with pytest.raises(TypeError, match="int"):
            await websocket.send(5)
        with pytest.raises(ValueError, match="125"):
            await websocket.ping(b"x" * 126)
        await websocket.ping(b"x" * 125)
        await websocket.send(bytearray(b"octets"))

    server = server_of(app)
    await server.start()
    assert [each.get("bytes") for each in server.sent] == [None, b"octets", None]


@in_loop
async def test_the_end_is_noticed_by_who_waits_for_it(server_of):
    async def app(request):
        websocket = await request.accept()
        waiting = asyncio.ensure_future(request.closed())
        await until(lambda: server.receiving == 1)
        server.give(text("one"), text("two"))
        await idle()
        server.leave()
        await waiting
        assert [each async for each in websocket] == ["one", "two"]

    server = server_of(app)
    await server.start()


@in_loop
async def test_an_iteration_that_is_cancelled_loses_nothing(server_of):
    async def app(request):
        websocket = await request.accept()
        receiving = asyncio.ensure_future(anext(aiter(websocket)))
        await until(lambda: server.receiving == 1)
        receiving.cancel()
        await asyncio.wait([receiving])
        server.give(text("one"))
        assert await anext(aiter(websocket)) == "one"

    server = server_of(app)
    await server.start()


@in_loop
async def test_looking_out_for_the_end_keeps_one_window():
    async def app(request):
        websocket = await request.accept()
        waiting = asyncio.ensure_future(request.closed())
        await idle()
        assert server._messages.qsize() == 3  # noqa: SLF001 - what is left to be received
        async for _ in websocket:
            pass
        await waiting

    server = AsgiServer(psgi.to_asgi(app), type="websocket")
    server.give(CONNECT, *[octets(bytes(40_000))] * 4, closed(1000))
    await server.start()


@in_loop
async def test_the_body_of_a_handshake_is_empty(server_of):
    async def app(request):
        assert await request.read() == b""
        assert [part async for part in request] == []
        return psgi.Response(403)

    server = server_of(app)
    await server.start()
    assert server.status == 403


@in_loop
async def test_accept_of_what_is_no_handshake():
    async def app(request):
        with pytest.raises(RuntimeError, match="no WebSocket handshake"):
            await request.accept()
        return psgi.Response()

    await AsgiServer(psgi.to_asgi(app)).start()


@in_loop
async def test_functions_are_called_when_it_is_over(server_of):
    called = []

    async def app(request):
        async def note():
            called.append((request.is_closed, server.types[-1]))

        request.after(note)
        await request.accept()

    server = server_of(app)
    await server.start()
    assert called == [(True, "websocket.close")]


@in_loop
async def test_no_interim_response_after_the_handshake(server_of):
    async def app(request):
        await request.accept()
        with pytest.raises(RuntimeError):
            await request.inform(103, [("link", "</a>")])

    await server_of(app).start()
