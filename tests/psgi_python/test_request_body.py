"""The body of a request under ``to_asgi``: cancellation, several readers, and looking ahead."""

import asyncio

import pytest
from pyre import psgi

from psgi_python.asgi_server import LAST, AsgiServer, idle, in_loop, piece, until

ONE, TWO = piece(b"one"), {"type": "http.request", "body": b"two"}


def server_of(application, **scope):
    return AsgiServer(psgi.to_asgi(application), **scope)


async def read(request):
    return psgi.Response(body=await request.read())


@in_loop
async def test_a_read_waits_for_the_end():
    server = server_of(read)
    server.give(ONE)
    task = server.start()
    await idle()
    assert server.sent == []
    server.give(TWO)
    await task
    assert server.body == b"onetwo"


@in_loop
async def test_nothing_is_received_that_nobody_asks_for():
    async def app(_request):
        await asyncio.sleep(0)
        return psgi.Response(body="body")

    server = server_of(app)
    task = server.start()
    await until(task.done)
    assert server.receiving == 0
    assert server.types == ["http.response.start", "http.response.body"]


@in_loop
@pytest.mark.parametrize("before", [1, 2])
async def test_a_cancelled_read_keeps_what_it_has(before):
    """Cancelled in the middle of ``receive``, before or after the first piece."""

    async def app(request):
        reading = asyncio.ensure_future(request.read())
        await until(lambda: server.receiving == 1 and received() == before - 1)
        reading.cancel()
        await asyncio.wait([reading])
        assert reading.cancelled()
        return psgi.Response(body=await request.read())

    def received():
        return len(given) - server._messages.qsize()  # noqa: SLF001 - what is left to be received

    server = server_of(app)
    given = [ONE] if before == 2 else []
    server.give(*given)
    task = server.start()
    await idle()
    server.give(*([TWO] if before == 2 else [ONE, TWO]))
    await task
    assert server.body == b"onetwo"


@in_loop
async def test_a_message_that_has_come_is_not_lost_when_the_read_is_cancelled_then():
    """The cancellation comes between the message and the turn of the task."""

    async def app(request):
        reading = asyncio.ensure_future(request.read())
        await until(lambda: server.receiving == 1)
        server.give(ONE)
        await asyncio.sleep(0)
        reading.cancel()
        await asyncio.wait([reading])
        server.give(TWO)
        return psgi.Response(body=await request.read())

    server = server_of(app)
    await server.start()
    assert server.body == b"onetwo"


@in_loop
async def test_a_time_limit_that_keeps_expiring():
    async def app(request):
        for message in (ONE, piece(b" "), TWO):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0):
                    await request.read()
            server.give(message)
            await idle()
        return psgi.Response(body=await request.read())

    server = server_of(app)
    await server.start()
    assert server.body == b"one two"


@in_loop
async def test_two_tasks_read_the_same():
    async def app(request):
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(request.read()) for _ in range(3)]
            await idle()
            assert server.receiving == 1
            server.give(ONE, TWO)
        first, *others = [task.result() for task in tasks]
        assert all(other is first for other in others)
        return psgi.Response(body=first)

    server = server_of(app)
    await server.start()
    assert server.body == b"onetwo"


@in_loop
async def test_another_reader_takes_over_from_one_that_is_cancelled():
    async def app(request):
        first = asyncio.ensure_future(request.read())
        second = asyncio.ensure_future(request.read())
        await idle()
        first.cancel()
        await idle()
        assert server.receiving == 1
        server.give(ONE, TWO)
        return psgi.Response(body=await second)

    server = server_of(app)
    await server.start()
    assert server.body == b"onetwo"


@in_loop
async def test_waiting_for_the_end_takes_nothing_of_the_body_away():
    async def app(request):
        waiting = asyncio.ensure_future(request.closed())
        await until(lambda: server.receiving == 1)
        server.give(ONE)
        await idle()
        body = asyncio.ensure_future(request.read())
        await idle()
        server.give(TWO)
        response = psgi.Response(body=await body)
        waiting.cancel()
        await asyncio.wait([waiting])
        return response

    server = server_of(app)
    await server.start()
    assert server.body == b"onetwo"
    assert server.receiving == 0


@in_loop
async def test_waiting_for_the_end_looks_one_window_ahead():
    """What would be more stays with the server, until the application takes what there is."""
    block = piece(b"x" * 40_000)

    async def app(request):
        waiting = asyncio.ensure_future(request.closed())
        await idle()
        assert server._messages.qsize() == 3  # noqa: SLF001 - what is left to be received
        size = 0
        async for part in request:
            size += len(part)
        await waiting
        assert request.is_closed
        return psgi.Response(body=str(size))

    server = server_of(app)
    server.give(*[block] * 4, LAST)
    task = server.start()
    await until(lambda: server.receiving == 1)
    server.leave()
    await task
    assert server.sent == []


@in_loop
async def test_room_that_the_application_makes_is_used_to_look_ahead_again():
    async def app(request):
        waiting = asyncio.ensure_future(request.closed())
        await idle()
        assert server.receiving == 0
        for _ in range(2):
            await anext(aiter(request))
        await waiting
        return psgi.Response()

    server = server_of(app)
    server.give(*[piece(b"x" * 40_000)] * 3)
    task = server.start()
    await until(lambda: server.receiving == 1)
    server.leave()
    await task


@in_loop
@pytest.mark.parametrize("expects", [True, False])
async def test_a_peer_that_waits_to_be_told_is_told_by_who_wants_the_body(expects):
    async def app(request):
        waiting = asyncio.ensure_future(request.closed())
        await idle()
        assert server.receiving == (0 if expects else 1)
        reading = asyncio.ensure_future(request.read())
        await idle()
        assert server.receiving == 1
        server.give(LAST)
        await reading
        await until(lambda: server.receiving == 1)
        server.leave()
        await waiting
        return psgi.Response()

    fields = [(b"expect", b"100-continue"), (b"content-length", b"0")]
    server = server_of(app, headers=fields if expects else [])
    await server.start()


@in_loop
async def test_a_length_above_the_limit_is_refused_without_receiving():
    async def app(request):
        with pytest.raises(psgi.BodyError) as refused:
            await request.read(5)
        assert server.receiving == 0
        return psgi.Response(refused.value.status)

    server = server_of(app, headers=[(b"content-length", b"6")])
    await server.start()
    assert server.status == 413


@in_loop
async def test_what_is_above_the_limit_is_kept():
    async def app(request):
        with pytest.raises(psgi.BodyError):
            await request.read(2)
        assert server._messages.qsize() == 1  # noqa: SLF001 - what is left to be received
        return psgi.Response(body=await request.read(6))

    server = server_of(app)
    await server.run(ONE, TWO)
    assert server.body == b"onetwo"


@in_loop
async def test_a_negative_limit():
    async def app(request):
        with pytest.raises(ValueError, match="-1"):
            await request.read(-1)
        return psgi.Response()

    await server_of(app).start()


@in_loop
async def test_the_peer_leaves_within_the_body():
    async def app(request):
        for _ in range(2):
            with pytest.raises(psgi.Disconnected):
                await request.read()
        assert request.is_closed
        pieces = aiter(request)
        assert await anext(pieces) == b"one"
        with pytest.raises(psgi.Disconnected):
            await anext(pieces)
        return psgi.Response()

    server = server_of(app)
    server.give(ONE)
    task = server.start()
    await idle()
    server.leave()
    await task
    assert server.sent == []


@in_loop
async def test_a_body_that_has_come_can_be_read_when_the_peer_has_left():
    async def app(request):
        await request.closed()
        assert await request.read() == b"onetwo"
        return psgi.Response()

    server = server_of(app)
    server.give(ONE, TWO)
    server.leave()
    await server.start()


@in_loop
async def test_empty_messages_are_no_pieces():
    async def app(request):
        return psgi.Response(body=repr([part async for part in request]))

    server = server_of(app)
    await server.run(piece(b""), ONE, piece(b""), TWO)
    assert server.body == repr([b"one", b"two"]).encode()


@in_loop
async def test_when_the_response_is_complete_there_is_only_what_was_kept():
    found = []

    async def app(request):
        await request.read()
        request.after(look, request)
        return psgi.Response()

    async def iterating(request):
        async for _ in request:
            break
        request.after(look, request)
        return psgi.Response()

    async def look(request):
        try:
            found.append(await request.read())
        except (psgi.Disconnected, RuntimeError) as error:
            found.append(type(error).__name__)

    for application in (app, iterating):
        await server_of(application).run(ONE, TWO)
    assert found == [b"onetwo", "RuntimeError"]


@in_loop
async def test_an_unread_body_can_not_be_read_when_the_response_is_complete():
    found = []

    async def app(request):
        request.after(look, request)

        async def body():
            await until(lambda: server.receiving == 1)
            yield "The body has been looked at."

        return psgi.Response(body=body())

    async def look(request):
        for call in (request.read(), anext(aiter(request))):
            with pytest.raises(psgi.Disconnected):
                await call
            found.append(True)

    server = server_of(app)
    await server.run(LAST)
    assert found == [True, True]
