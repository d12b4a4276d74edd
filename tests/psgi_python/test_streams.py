"""Streams under ``to_asgi``: who is cancelled, what is closed, and how often."""

import asyncio
import contextvars

import pytest
from pyre import psgi

from psgi_python.asgi_server import LAST, AsgiServer, idle, in_loop, until

VISITOR = contextvars.ContextVar("VISITOR", default="nobody")


class Stream:
    """An asynchronous generator that notes how it ends, and waits where a test says so."""

    def __init__(self, *pieces, waits=False, suppresses=False):
        self.pieces = pieces
        self.waits = waits
        self.suppresses = suppresses
        self.ends = []
        self.is_waiting = False
        self.cancelling = None

    async def generate(self):
        try:
            for part in self.pieces:
                yield part
            if self.waits:
                self.is_waiting = True
                await asyncio.get_running_loop().create_future()
        except BaseException as exception:
            self.ends.append(type(exception).__name__)
            self.cancelling = asyncio.current_task().cancelling()
            await asyncio.sleep(0)
            if not self.suppresses:
                raise
            yield "went on"
        else:
            self.ends.append("exhausted")


def server_of(body, **options):
    async def app(_request):
        return psgi.Response(body=body)

    return AsgiServer(psgi.to_asgi(app), **options)


@in_loop
async def test_a_stream_is_sent_piece_by_piece():
    stream = Stream("one", b"", b"two")
    server = server_of(stream.generate())
    await server.run(LAST)
    assert [message.get("body") for message in server.sent] == [None, b"one", b"two", b""]
    assert server.is_complete
    assert stream.ends == ["exhausted"]


@in_loop
@pytest.mark.parametrize("is_silent", [False, True])
async def test_the_peer_leaves_while_a_generator_awaits(is_silent):
    stream = Stream("one", waits=True)
    server = server_of(stream.generate(), is_silent=is_silent)
    server.give(LAST)
    task = server.start()
    await until(lambda: stream.is_waiting)
    await idle()
    assert stream.ends == []
    server.leave()
    await task
    assert stream.ends == ["CancelledError"]
    assert task.cancelling() == 0
    assert server.body == b"one"
    assert not server.is_complete


@in_loop
@pytest.mark.parametrize("is_silent", [False, True])
async def test_the_peer_leaves_while_a_generator_is_at_a_yield(is_silent):
    """It waits for the peer to take the piece: nothing of its own is cancelled."""
    stream = Stream(*["x"] * 100)
    server = server_of(stream.generate(), takes=2, is_silent=is_silent)
    server.give(LAST)
    task = server.start()
    await server.until_sent(2)
    await idle()
    server.leave()
    await task
    assert stream.ends == ["GeneratorExit"]


@in_loop
async def test_the_peer_leaves_before_the_first_piece():
    stream = Stream(waits=True)
    server = server_of(stream.generate())
    server.give(LAST)
    task = server.start()
    await until(lambda: stream.is_waiting)
    server.leave()
    await task
    assert stream.ends == ["CancelledError"]
    assert server.sent == []


@in_loop
@pytest.mark.parametrize("is_silent", [False, True])
async def test_a_stream_is_not_begun_for_a_peer_that_is_known_to_have_left(is_silent):
    stream = AsyncIterator("never")

    async def app(request):
        await request.closed()
        return psgi.Response(body=stream)

    server = AsgiServer(psgi.to_asgi(app), is_silent=is_silent)
    server.leave()
    await server.start()
    assert stream.called == ["close"]


@in_loop
async def test_the_peer_leaves_while_others_have_their_turn():
    """Between two pieces, when nothing is awaited that could be cancelled."""
    stream = Stream(*["x"] * 16, waits=True)
    server = server_of(stream.generate(), is_silent=True)
    server.give(LAST)
    task = server.start()
    await server.until_sent(17)
    assert not stream.is_waiting
    server.leave()
    await task
    assert len(stream.ends) == 1


@in_loop
@pytest.mark.parametrize("is_plain", [False, True])
async def test_a_stream_that_never_waits_notices_a_peer_that_has_left(is_plain):
    """With a server that swallows everything, so that there is nothing to wait for."""
    counted = 0

    async def endless():
        nonlocal counted
        while True:
            counted += 1
            yield b"x"

    def plain():
        nonlocal counted
        while True:
            counted += 1
            yield b"x"

    server = server_of(plain() if is_plain else endless(), is_silent=True)
    server.give(LAST)
    task = server.start()
    await until(lambda: counted > 0)
    server.leave()
    await task
    assert counted < 1000


@in_loop
async def test_a_foreign_cancellation_is_not_swallowed():
    stream = Stream("one", waits=True)
    server = server_of(stream.generate())
    server.give(LAST)
    task = server.start()
    await until(lambda: stream.is_waiting)
    task.cancel("foreign")
    with pytest.raises(asyncio.CancelledError, match="foreign"):
        await task
    assert stream.ends == ["CancelledError"]


@in_loop
@pytest.mark.parametrize("first", ["the peer", "the other"])
async def test_a_foreign_cancellation_at_the_same_time_is_not_swallowed(first):
    stream = Stream("one", waits=True)
    server = server_of(stream.generate())
    server.give(LAST)
    task = server.start()
    await until(lambda: stream.is_waiting)
    await idle()
    if first == "the peer":
        server.leave()
        await until(lambda: task.cancelling() == 1)
        task.cancel()
    else:
        task.cancel()
        server.leave()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert stream.ends == ["CancelledError"]
    assert task.cancelling() == 1


@in_loop
async def test_a_foreign_cancellation_while_a_piece_is_sent():
    stream = Stream("one", "two", "never")
    server = server_of(stream.generate(), takes=2)
    server.give(LAST)
    task = server.start()
    await server.until_sent(2)
    await idle()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert stream.ends == ["GeneratorExit"]


@in_loop
async def test_a_time_limit_around_the_server_expires():
    stream = Stream("one", waits=True)
    server = server_of(stream.generate())
    server.give(LAST)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.001):
            await server.app(server.scope, server.receive, server.send)
    assert stream.ends == ["CancelledError"]
    assert asyncio.current_task().cancelling() == 0


@in_loop
async def test_a_generator_that_suppresses_its_cancellation_is_closed():
    stream = Stream("one", waits=True, suppresses=True)
    server = server_of(stream.generate())
    server.give(LAST)
    task = server.start()
    await until(lambda: stream.is_waiting)
    server.leave()
    await task
    assert stream.ends == ["CancelledError"]
    assert server.body == b"one"
    assert task.cancelling() == 0


@in_loop
async def test_a_time_limit_within_a_stream_is_its_own():
    async def limited():
        try:
            async with asyncio.timeout(0):
                await asyncio.sleep(60)
        except TimeoutError:
            yield "timed out"

    server = server_of(limited())
    await server.run(LAST)
    assert server.body == b"timed out"


@in_loop
async def test_a_timeout_that_a_stream_raises_is_its_error():
    async def failing():
        yield "one"
        raise TimeoutError("of the application")

    server = server_of(failing())
    with pytest.raises(TimeoutError, match="of the application"):
        await server.run(LAST)


class Iterator:
    """Counts what is called. ``suffix`` tells the asynchronous methods from the plain ones."""

    def __init__(self, *pieces):
        self.pieces = list(pieces)
        self.called = []

    def next(self, end):
        self.called.append("next")
        if not self.pieces:
            raise end
        part = self.pieces.pop(0)
        if isinstance(part, Exception):
            raise part
        return part


class AsyncIterator(Iterator):
    def __aiter__(self):
        self.called.append("iter")
        return self

    async def __anext__(self):
        return self.next(StopAsyncIteration)

    async def aclose(self):
        await asyncio.sleep(0)
        self.called.append("close")


class PlainIterator(Iterator):
    def __iter__(self):
        self.called.append("iter")
        return self

    def __next__(self):
        return self.next(StopIteration)

    def close(self):
        self.called.append("close")


KINDS = pytest.mark.parametrize("kind", [AsyncIterator, PlainIterator])


@in_loop
@KINDS
async def test_what_was_exhausted_is_not_closed(kind):
    iterator = kind("one", "two")
    server = server_of(iterator)
    await server.run(LAST)
    assert server.body == b"onetwo"
    assert iterator.called == ["iter", "next", "next", "next"]


@in_loop
@KINDS
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_what_is_not_sent_is_closed_without_being_begun(kind, method):
    iterator = kind("one")

    async def app(_request):
        return psgi.Response(204 if method == "GET" else 200, body=iterator)

    server = AsgiServer(psgi.to_asgi(app), method=method)
    await server.run(LAST)
    assert iterator.called == ["close"]
    assert server.body == b""


@in_loop
@KINDS
async def test_what_raises_is_closed_once(kind):
    iterator = kind("one", LookupError("expected"), "never")
    server = server_of(iterator)
    with pytest.raises(LookupError, match="expected"):
        await server.run(LAST)
    assert iterator.called == ["iter", "next", "next", "close"]
    assert not server.is_complete


@in_loop
@KINDS
async def test_what_gives_no_piece_is_closed_once(kind):
    iterator = kind("one", 5, "never")
    server = server_of(iterator)
    with pytest.raises(TypeError, match="a piece of the body must be bytes-like or str, not int"):
        await server.run(LAST)
    assert iterator.called == ["iter", "next", "next", "close"]


@in_loop
@KINDS
async def test_what_is_refused_is_closed_without_being_begun(kind):
    iterator = kind("one")

    async def app(_request):
        return psgi.Response(200, [("bad name", "1")], iterator)

    with pytest.raises(ValueError, match="bad name"):
        await AsgiServer(psgi.to_asgi(app)).run(LAST)
    assert iterator.called == ["close"]


@in_loop
@KINDS
async def test_a_peer_that_leaves_closes_once(kind):
    iterator = kind("one", "two", "never")
    server = server_of(iterator, takes=2)
    server.give(LAST)
    task = server.start()
    await server.until_sent(2)
    await idle()
    server.leave()
    await task
    assert iterator.called == ["iter", "next", "next", "close"]


@in_loop
async def test_lengths_are_checked():
    for body, length, message in (
        (["one", "two"], "7", "content-length is 7, and the body has 6"),
        (["one", "two"], "5", "content-length is 5, and the body has 6 or more"),
    ):

        async def app(_request, body=body, length=length):
            return psgi.Response(200, {"content-length": length}, body)

        server = AsgiServer(psgi.to_asgi(app))
        with pytest.raises(ValueError, match=f"^{message}$"):
            await server.run(LAST)
        assert len(server.body) <= int(length)


@in_loop
async def test_the_head_goes_out_with_the_first_piece():
    """Until then a stream may read the body of a peer that waits to be told to send it."""

    async def app(request):
        async def body():
            async for part in request:
                assert server.sent == []
                yield part

        return psgi.Response(body=body())

    server = AsgiServer(psgi.to_asgi(app), headers=[(b"expect", b"100-continue")])
    await server.run(LAST | {"body": b"body"})
    assert server.body == b"body"


@in_loop
async def test_a_stream_has_the_context_of_its_request():
    async def app(_request):
        VISITOR.set("me")

        async def body():
            yield VISITOR.get()
            VISITOR.set("me again")
            await asyncio.sleep(0)
            yield VISITOR.get()

        return psgi.Response(body=body())

    server = AsgiServer(psgi.to_asgi(app))
    server.give(LAST)
    await server.app(server.scope, server.receive, server.send)
    assert server.body == b"meme again"
    assert VISITOR.get() == "nobody"


@in_loop
async def test_a_stream_that_looks_ahead_takes_no_body_from_the_next_reader():
    """The lookout has received a part that the stream reads then."""

    async def app(request):
        async def body():
            yield "begun "
            await until(lambda: server.receiving == 1)
            server.give(LAST | {"body": b"body"})
            await idle()
            async for part in request:
                yield part

        return psgi.Response(body=body())

    server = AsgiServer(psgi.to_asgi(app))
    await server.start()
    assert server.body == b"begun body"


@in_loop
async def test_a_peer_that_has_everything_may_leave():
    """With ``content-length`` it knows that it has before the stream tells that nothing follows."""
    stream = Stream("one", waits=False)

    async def body():
        async for part in stream.generate():
            yield part
            await until(lambda: request.is_closed)
            await idle()

    async def app(received):
        nonlocal request
        request = received
        return psgi.Response(200, {"content-length": "3"}, body())

    request = None
    server = AsgiServer(psgi.to_asgi(app))
    server.give(LAST)
    task = server.start()
    await server.until_sent(2)
    server.leave()
    await task
    assert stream.ends == ["exhausted"]
