"""``from_asgi``: messages become a response, and a host's answers become messages."""

import asyncio
import logging

import pytest
from pyre import psgi
from pyre.psgi.headers import FieldLines

from psgi_python.asgi_server import idle, in_loop, until
from psgi_python.psgi_host import Request, answer, read

START = {"type": "http.response.start", "status": 200, "headers": [(b"x-a", b"1")]}

LAST = {"type": "http.response.body", "body": b"last"}


def piece(body):
    return {"type": "http.response.body", "body": body, "more_body": True}


def sending(*messages):
    """An application that sends messages."""

    async def app(_scope, _receive, send):
        for message in messages:
            await send(message)

    return app


@in_loop
async def test_a_body_in_one_message_is_kept():
    request = Request()
    response = await answer(sending(START, LAST), request)
    assert (response.status, list(response.headers)) == (200, [(b"x-a", b"1")])
    assert (response.body, response.trailers) == (b"last", None)
    await request.finish()


@in_loop
async def test_what_may_be_left_out():
    start = {"type": "http.response.start", "status": 404}
    request = Request()
    response = await answer(sending(start, {"type": "http.response.body"}), request)
    assert (response.status, list(response.headers), response.body) == (404, [], b"")
    await request.finish()


@in_loop
async def test_a_longer_body_is_a_stream():
    request = Request()
    messages = (START, piece(b"one"), piece(b""), piece(b"two"), LAST)
    assert await read(await answer(sending(*messages), request)) == [b"one", b"two", b"last"]
    await request.finish()


@in_loop
async def test_send_waits_until_the_piece_is_asked_for():
    sent = []

    async def app(_scope, _receive, send):
        await send(START)
        for number in range(3):
            await send(piece(b"%d" % number))
            sent.append(number)
        await send({"type": "http.response.body"})

    request = Request()
    stream = (await answer(app, request)).body
    for number in range(3):
        await idle()
        assert sent == list(range(number))
        assert await anext(stream) == b"%d" % number
    assert await anext(stream, None) is None
    await request.finish()


@in_loop
async def test_an_application_may_go_on_after_its_response():
    went_on = asyncio.Event()

    async def app(_scope, _receive, send):
        await send(START)
        await send(LAST)
        await went_on.wait()

    request = Request()
    assert (await answer(app, request)).body == b"last"
    finishing = asyncio.create_task(request.finish())
    await idle()
    assert not finishing.done()
    went_on.set()
    await finishing


@in_loop
@pytest.mark.parametrize("messages", [(), (START,)])
async def test_an_exception_before_the_response_is_the_hosts(messages):
    async def app(scope, receive, send):
        await sending(*messages)(scope, receive, send)
        raise LookupError("expected")

    with pytest.raises(LookupError, match="expected"):
        await answer(app, Request())


@in_loop
@pytest.mark.parametrize("messages", [(), (START,)])
async def test_no_response_is_an_error(messages):
    with pytest.raises(RuntimeError, match="not completed"):
        await answer(sending(*messages), Request())


@in_loop
async def test_an_application_that_is_cancelled_has_failed():
    async def app(_scope, _receive, _send):
        raise asyncio.CancelledError

    with pytest.raises(RuntimeError, match="cancelled"):
        await answer(app, Request())


@in_loop
async def test_an_exception_within_the_stream_breaks_it_off():
    async def app(_scope, _receive, send):
        await send(START)
        await send(piece(b"one"))
        raise LookupError("expected")

    stream = (await answer(app, Request())).body
    assert await anext(stream) == b"one"
    with pytest.raises(LookupError, match="expected"):
        await anext(stream)


@in_loop
async def test_a_stream_that_is_not_completed_is_broken_off():
    stream = (await answer(sending(START, piece(b"one")), Request())).body
    assert await anext(stream) == b"one"
    with pytest.raises(RuntimeError, match="not completed"):
        await anext(stream)


@in_loop
async def test_an_exception_after_the_response_is_logged(caplog):
    async def app(_scope, _receive, send):
        await send(START)
        await send(LAST)
        raise LookupError("expected")

    request = Request()
    with caplog.at_level(logging.ERROR, "pyre.psgi"):
        assert (await answer(app, request)).body == b"last"
        await request.finish()
    (record,) = caplog.records
    assert isinstance(record.exc_info[1], LookupError)


@in_loop
@pytest.mark.parametrize("is_waiting", [True, False])
async def test_send_raises_when_the_host_has_closed_the_stream(caplog, is_waiting):
    """In the middle of ``send``, or before it; the application is not cancelled."""
    goes_on = asyncio.Event()
    found = []

    async def app(_scope, receive, send):
        await send(START)
        await send(piece(b"one"))
        if not is_waiting:
            await goes_on.wait()
        with pytest.raises(OSError, match="left") as raised:
            await send(piece(b"two"))
        found.append((await receive())["type"])
        found.append((await receive())["type"])
        raise raised.value

    request = Request()
    stream = (await answer(app, request)).body
    assert await anext(stream) == b"one"
    await idle()
    request.close()
    await stream.aclose()
    goes_on.set()
    await request.finish()
    assert found == ["http.request", "http.disconnect"]
    assert caplog.records == []


@in_loop
async def test_the_host_may_cancel_its_wait_for_a_piece():
    goes_on = asyncio.Event()

    async def app(_scope, _receive, send):
        await send(START)
        await send(piece(b"one"))
        await goes_on.wait()
        await send(piece(b"two"))
        await send(LAST)

    request = Request()
    stream = (await answer(app, request)).body
    assert await anext(stream) == b"one"
    waiting = asyncio.ensure_future(anext(stream))
    await idle()
    waiting.cancel()
    await asyncio.wait([waiting])
    goes_on.set()
    assert [part async for part in stream] == [b"two", b"last"]
    await request.finish()


@in_loop
async def test_a_send_that_is_cancelled_leaves_no_gap():
    async def app(_scope, _receive, send):
        await send(START)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0):
                await send(piece(b"one"))
        await send(piece(b"two"))
        await send(LAST)

    request = Request()
    stream = (await answer(app, request)).body
    await idle()
    assert [part async for part in stream] == [b"one", b"two", b"last"]
    await request.finish()


@in_loop
async def test_a_host_that_gives_up_cancels_the_application():
    ended = []

    async def app(_scope, _receive, _send):
        try:
            await asyncio.get_running_loop().create_future()
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    answering = asyncio.create_task(answer(app, Request()))
    await idle()
    answering.cancel()
    with pytest.raises(asyncio.CancelledError):
        await answering
    await until(lambda: ended == ["cancelled"])


@in_loop
async def test_the_peer_has_left_before_the_response():
    request = Request()
    request.close()
    with pytest.raises(psgi.Disconnected):
        await answer(sending(START, LAST), request)


@in_loop
async def test_an_application_that_sees_the_peer_leave_and_returns_is_no_error():
    async def app(_scope, receive, _send):
        await receive()
        await receive()

    request = Request()
    request.close()
    with pytest.raises(psgi.Disconnected):
        await answer(app, request)


@in_loop
@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ((), [(b"", False)]),
        ((b"one", b"two"), [(b"one", True), (b"two", True), (b"", False)]),
    ],
)
async def test_messages_of_the_body(pieces, expected):
    found = []

    async def app(_scope, receive, send):
        for _ in expected:
            message = await receive()
            found.append((message["body"], message["more_body"]))
        await send(START)
        await send(LAST)
        found.append((await receive())["type"])

    request = Request(*pieces)
    await answer(app, request)
    await request.finish()
    assert found == [*expected, "http.disconnect"]


@in_loop
@pytest.mark.parametrize("error", [psgi.Disconnected("left"), psgi.BodyError(413)])
async def test_a_broken_body_is_a_disconnect(error):
    async def app(_scope, receive, send):
        assert (await receive())["body"] == b"one"
        assert await receive() == {"type": "http.disconnect"}
        await send(START)
        await send(LAST)

    request = Request(b"one", error)
    assert (await answer(app, request)).body == b"last"
    await request.finish()


@in_loop
@pytest.mark.parametrize(
    ("messages", "kind"),
    [
        ([LAST], "http.response.body"),
        ([START, START], "http.response.start"),
        ([START, LAST, LAST], "http.response.body"),
        ([START, {"type": "http.response.trailers"}], "http.response.trailers"),
        ([{"type": "http.response.push"}], "http.response.push"),
    ],
)
async def test_messages_out_of_order(messages, kind):
    async def app(scope, receive, send):
        with pytest.raises(RuntimeError, match=f"^'{kind}' was sent "):
            await sending(*messages)(scope, receive, send)
        raise LookupError("expected")

    request = Request()
    if START in messages and LAST in messages:
        await answer(app, request)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(logging.getLogger("pyre.psgi"), "disabled", True)
            await request.finish()
        return
    with pytest.raises(LookupError):
        await answer(app, request)


@in_loop
@pytest.mark.parametrize(
    ("method", "status"), [("HEAD", 200), ("GET", 204), ("GET", 205), ("GET", 304)]
)
@pytest.mark.parametrize("messages", [(LAST,), (piece(b"one"), LAST)])
async def test_a_response_without_content_says_nothing_of_a_length(method, status, messages):
    """The host can't tell "none" from "not sent", so it must not count."""
    request = Request(method=method)
    response = await answer(sending(START | {"status": status}, *messages), request)
    assert (response.status, response.body) == (status, ())
    await request.finish()


TRAILERS = {"type": "http.response.trailers", "headers": [(b"x-sum", b"1")]}


@in_loop
@pytest.mark.parametrize("body", [(LAST,), (piece(b"one"), LAST)])
async def test_trailers(body):
    messages = (START | {"trailers": True}, *body, TRAILERS | {"more_trailers": True}, TRAILERS)
    request = Request()
    response = await answer(sending(*messages), request)
    if len(body) == 1:
        assert response.body == b"last"
    else:
        assert await read(response) == [b"one", b"last"]
    assert list(response.trailers()) == [(b"x-sum", b"1")] * 2
    await request.finish()


@in_loop
async def test_a_file():
    request = Request()
    path_send = {"type": "http.response.pathsend", "path": __file__}
    response = await answer(sending(START, path_send), request)
    assert response.body == psgi.File(__file__)
    await request.finish()


@in_loop
async def test_hints():
    hint = {"type": "http.response.early_hint", "links": [b"</a.css>", b"</b.css>"]}
    request = Request()
    messages = (hint, START, hint, piece(b"one"), hint, LAST)
    assert await read(await answer(sending(*messages), request)) == [b"one", b"last"]
    links = [(b"link", b"</a.css>"), (b"link", b"</b.css>")]
    assert request.informed == [(103, links)] * 2
    await request.finish()


async def scope_of(**attributes):
    found = {}

    async def app(scope, _receive, send):
        found.update(scope)
        await send(START)
        await send(LAST)

    request = Request(**attributes)
    await answer(app, request)
    await request.finish()
    return found


@in_loop
async def test_the_scope():
    state = {"a": 1}
    scope = await scope_of(
        method="PUT",
        scheme="https",
        root_path="/api",
        path="/a b",
        raw_path=b"/a%20b",
        query=b"c=d",
        client=("127.0.0.1", 5),
        server=("/run/a.sock", None),
        state=state,
        headers=FieldLines([(b"Host", b"example.org"), (b"x-a", b"1")]),
        authority="example.org",
    )
    assert scope.pop("state") is state
    assert scope == {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.5"},
        "http_version": "1.1",
        "method": "PUT",
        "scheme": "https",
        "path": "/api/a b",
        "raw_path": b"/a%20b",
        "query_string": b"c=d",
        "root_path": "/api",
        "headers": [(b"host", b"example.org"), (b"x-a", b"1")],
        "client": ("127.0.0.1", 5),
        "server": ("/run/a.sock", None),
        "extensions": {},
    }


@in_loop
async def test_the_authority_of_the_target_is_the_host():
    headers = FieldLines([(b"x-a", b"1"), (b"host", b"other")])
    scope = await scope_of(headers=headers, authority="example.org")
    assert scope["headers"] == [(b"host", b"example.org"), (b"x-a", b"1")]


@in_loop
@pytest.mark.parametrize(
    ("attributes", "announced"),
    [
        ({}, {"pathsend", "early_hint"}),
        ({"headers": FieldLines([(b"te", b"trailers")])}, {"pathsend", "early_hint", "trailers"}),
        ({"headers": FieldLines([(b"te", b"deflate")])}, {"pathsend", "early_hint"}),
        ({"http_version": "1.0", "headers": FieldLines([(b"te", b"trailers")])}, {"pathsend"}),
        ({"server_capabilities": frozenset()}, set()),
        ({"server_capabilities": frozenset({"websocket"})}, set()),
        ({"server_capabilities": frozenset({"informational"})}, {"early_hint"}),
    ],
)
async def test_extensions_are_what_the_host_can_and_the_peer_takes(attributes, announced):
    capabilities = frozenset({"file", "trailers", "informational", "websocket"})
    scope = await scope_of(**{"server_capabilities": capabilities, **attributes})
    assert set(scope["extensions"]) == {f"http.response.{name}" for name in announced}


@in_loop
async def test_tls():
    tls = psgi.TlsInfo(version=0x0304, client_certificates=("client",), client_name="CN=client")
    scope = await scope_of(tls=tls)
    assert scope["extensions"]["tls"] == {
        "server_cert": None,
        "client_cert_chain": ["client"],
        "client_cert_name": "CN=client",
        "client_cert_error": None,
        "tls_version": 0x0304,
        "cipher_suite": None,
    }


@in_loop
async def test_a_handshake_on_a_host_that_can_not_accept_it_is_a_request():
    assert (await scope_of(is_websocket=True))["type"] == "http"


@in_loop
async def test_nothing_that_is_sent_to_nobody_is_no_error():
    """The peer has got all of ``content-length`` before, and left; work after it goes on."""
    went_on = []

    async def app(_scope, _receive, send):
        await send(START | {"headers": [(b"content-length", b"3")]})
        await send(piece(b"one"))
        request.close()
        await send({"type": "http.response.body"})
        went_on.append(True)

    request = Request()
    assert await read(await answer(app, request)) == [b"one"]
    await request.finish()
    assert went_on
