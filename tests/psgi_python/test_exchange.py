"""How ``to_asgi`` calls an application, and what may be done when: sections 1, 2 and 4."""

import asyncio
import logging

import pytest
from pyre import psgi

from psgi_python.asgi_server import LAST, AsgiServer, idle, in_loop, until

HINTS = {"extensions": {"http.response.early_hint": {}}}

LINK = ("link", "</a.css>")


def server_of(application, **options):
    return AsgiServer(psgi.to_asgi(application), **options)


async def outcome(awaitable):
    try:
        await awaitable
    except Exception as exception:  # noqa: BLE001 - whatever it is
        return type(exception).__name__
    return "nothing"


def test_what_is_no_application():
    with pytest.raises(TypeError, match="callable, and int is not"):
        psgi.to_asgi(5)
    with pytest.raises(TypeError, match="callable, and int is not"):
        psgi.from_asgi(5)


@in_loop
async def test_a_simple_response_takes_two_messages_and_no_task():
    async def app(_request):
        return psgi.Response(200, {"content-type": "text/plain"}, "Hello")

    server = server_of(app)
    before = asyncio.all_tasks()
    await server.app(server.scope, server.receive, server.send)
    assert asyncio.all_tasks() == before
    start, body = server.sent
    assert start == {
        "type": "http.response.start",
        "status": 200,
        "headers": [(b"content-type", b"text/plain"), (b"content-length", b"5")],
    }
    assert body == {"type": "http.response.body", "body": b"Hello"}


@in_loop
@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (None, "None"),
        ("text", "an object of type str"),
        (psgi.Response, "an object of type type"),
    ],
)
@pytest.mark.parametrize("is_plain", [False, True])
async def test_what_is_no_response(answer, what, is_plain):
    async def app(_request):
        return answer

    with pytest.raises(TypeError, match=f"has returned {what}$"):
        await server_of((lambda _: answer) if is_plain else app).run(LAST)


@in_loop
async def test_attributes_that_were_changed_are_checked():
    async def app(_request):
        response = psgi.Response()
        response.status = 199
        return response

    with pytest.raises(ValueError, match="199"):
        await server_of(app).run(LAST)


@in_loop
@pytest.mark.parametrize(
    ("status", "reason"), [(400, b"Bad Request"), (408, b"Request Timeout"), (498, b"")]
)
async def test_a_body_error_that_escapes_is_its_status(status, reason):
    async def app(request):
        request.after(pytest.fail, "the application has raised")
        raise psgi.BodyError(status)

    server = server_of(app)
    await server.run(LAST)
    assert server.status == status
    assert server.body == reason


@in_loop
@pytest.mark.parametrize("how", ["plain", "group", "cause"])
async def test_a_disconnect_that_escapes_is_quiet(how):
    async def app(request):
        request.after(pytest.fail, "the application has raised")
        try:
            if how != "group":
                await request.read()
            async with asyncio.TaskGroup() as group:
                group.create_task(request.read())
        except psgi.Disconnected as error:
            if how == "cause":
                raise LookupError("of a framework") from error
            raise

    server = server_of(app)
    server.leave()
    await server.start()
    assert server.sent == []


@in_loop
async def test_a_disconnect_of_another_is_an_error():
    async def app(_request):
        raise psgi.Disconnected("of a client, say")

    with pytest.raises(psgi.Disconnected):
        await server_of(app).run(LAST)


@in_loop
async def test_the_peer_leaves_while_a_kept_body_is_sent():
    called = []

    async def app(request):
        async def note():
            called.append(request.is_closed)

        request.after(note)
        return psgi.Response(body="body")

    server = server_of(app)
    server.leave()
    await server.start()
    assert called == [True]
    assert server.sent == []


@in_loop
async def test_functions_are_called_in_order_when_the_response_is_out(caplog):
    called = []

    async def note(*args):
        await asyncio.sleep(0)
        called.append((args, len(server.sent), asyncio.current_task()))

    async def fail():
        raise LookupError("expected")

    async def app(request):
        request.after(note, 1)
        request.after(fail)
        request.after(note, 2, "two")
        return psgi.Response(body="body")

    server = server_of(app)
    server.give(LAST)
    task = server.start()
    with caplog.at_level(logging.ERROR, "pyre.psgi"):
        await task
    assert called == [((1,), 2, task), ((2, "two"), 2, task)]
    (record,) = caplog.records
    assert isinstance(record.exc_info[1], LookupError)


@in_loop
async def test_functions_are_not_called_when_the_application_has_raised():
    async def app(request):
        request.after(pytest.fail, "the application has raised")
        raise LookupError("expected")

    with pytest.raises(LookupError):
        await server_of(app).run(LAST)


@in_loop
async def test_what_is_no_function():
    async def app(request):
        with pytest.raises(TypeError, match="not NoneType"):
            request.after(None)
        return psgi.Response()

    await server_of(app).run(LAST)


@in_loop
async def test_states():
    found = {}

    async def look(request, state):
        found[state] = await outcome(request.inform(103, [LINK]))
        try:
            request.after(asyncio.sleep, 0)
        except RuntimeError:
            found[state] += ", too late"

    async def app(request):
        async def body():
            await look(request, "sending")
            yield "body"

        await look(request, "running")
        request.after(look, request, "complete")
        return psgi.Response(body=body())

    server = server_of(app, **HINTS)
    await server.run(LAST)
    assert found == {
        "running": "nothing",
        "sending": "RuntimeError",
        "complete": "Disconnected, too late",
    }
    assert server.types.count("http.response.early_hint") == 1


@in_loop
@pytest.mark.parametrize(
    ("status", "headers", "sent"),
    [
        (103, [LINK, ("Link", b"</b.css>")], [[b"</a.css>", b"</b.css>"]]),
        (103, {"link": "</a.css>"}, [[b"</a.css>"]]),
        (103, [LINK, ("x-a", "1")], []),
        (102, [], []),
        (199, [LINK], []),
    ],
)
@pytest.mark.parametrize("can", [True, False])
async def test_hints(status, headers, sent, can):
    async def app(request):
        await request.inform(status, headers)
        return psgi.Response()

    server = server_of(app, **(HINTS if can else {}))
    await server.run(LAST)
    links = [each["links"] for each in server.sent if "links" in each]
    assert links == (sent if can else [])


@in_loop
@pytest.mark.parametrize(
    ("status", "headers", "kind"),
    [
        (100, [], "ValueError"),
        (101, [], "ValueError"),
        (200, [], "ValueError"),
        ("103", [], "TypeError"),
        (103, [("bad name", "1")], "ValueError"),
        (103, [("link", "1\r\n")], "ValueError"),
        (103, [("content-length", "1")], "ValueError"),
        (103, [("link", 1)], "TypeError"),
        (103, 5, "TypeError"),
    ],
)
async def test_hints_that_are_refused_on_every_host(status, headers, kind):
    async def app(request):
        return psgi.Response(body=await outcome(request.inform(status, headers)))

    server = server_of(app)
    await server.run(LAST)
    assert server.body.decode() == kind


@in_loop
async def test_nobody_is_informed_who_has_left():
    async def app(request):
        await request.closed()
        assert await outcome(request.inform(103, [LINK])) == "Disconnected"
        return psgi.Response()

    server = server_of(app, **HINTS)
    server.give(LAST)
    server.leave()
    await server.start()
    assert server.sent == []


@in_loop
async def test_waiting_for_the_end_in_several_tasks():
    async def app(request):
        waiting = [asyncio.ensure_future(request.closed()) for _ in range(3)]
        await idle()
        assert server.receiving == 1
        waiting.pop().cancel()
        server.leave()
        await asyncio.gather(*waiting)
        assert request.is_closed
        await request.closed()
        return psgi.Response()

    server = server_of(app)
    server.give(LAST)
    await server.start()


@in_loop
async def test_waiting_for_the_end_is_over_when_the_response_is_complete():
    waiting = []

    async def app(request):
        waiting.append(asyncio.ensure_future(request.closed()))
        await until(lambda: server.receiving == 1)
        return psgi.Response(body="body")

    server = server_of(app)
    await server.run(LAST)
    await waiting[0]
    await idle()
    assert server.receiving == 0


@in_loop
async def test_nobody_looks_out_any_more_when_nobody_waits():
    async def app(request):
        waiting = asyncio.ensure_future(request.closed())
        await until(lambda: server.receiving == 1)
        waiting.cancel()
        await until(lambda: server.receiving == 0)
        return psgi.Response(body=await request.read())

    server = server_of(app)
    task = server.start()
    await until(lambda: server.receiving == 0)
    server.give(LAST | {"body": b"body"})
    await task
    assert server.body == b"body"


@in_loop
async def test_a_scope_that_is_not_known():
    with pytest.raises(NotImplementedError, match="'webtransport'"):
        await server_of(lambda _: None, type="webtransport").start()


@in_loop
async def test_an_object_is_called_by_its_method():
    class Both:
        def __call__(self, *_):
            pytest.fail("called itself")

        async def __psgi__(self, request):
            return psgi.Response(body=request.path)

    server = server_of(Both())
    await server.run(LAST)
    assert server.body == b"/"
