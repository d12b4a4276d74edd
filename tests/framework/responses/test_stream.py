"""Streams: who asks the source, and that it is closed however the stream ends."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextvars import ContextVar
from typing import Any

import pytest
from pyre import psgi
from pyre.framework.responses import EventStream, Response, StreamResponse

from framework.responses.exchange import App, Delivery, Request, get, idle, octets, run


class Source:
    """A source that waits for what a test gives it, and writes down how it ends."""

    def __init__(self) -> None:
        self.items: asyncio.Queue[Any] = asyncio.Queue()
        self.asked = 0
        self.ended: list[str] = []
        self.swallows_cancellation = False
        self.closing = asyncio.Event()
        self.closing.set()

    def give(self, *items: Any) -> None:
        for item in items:
            self.items.put_nowait(item)

    async def __call__(self) -> AsyncIterator[Any]:
        try:
            while True:
                self.asked += 1
                try:
                    item = await self.items.get()
                except asyncio.CancelledError:
                    if not self.swallows_cancellation:
                        raise
                    item = "not yet"
                if item is None:
                    break
                check(item)
                yield item
            self.ended.append("exhausted")
        except BaseException as error:
            self.ended.append(type(error).__name__)
            raise
        finally:
            await self.closing.wait()
            self.ended.append("closed")


def check(item: object) -> None:
    if isinstance(item, Exception):
        raise item


def endless(source: AsyncIterator[Any]) -> Response:
    return StreamResponse(source, endless=True)


KINDS = [endless, EventStream]
"""What has a task of its own for the source."""

ALL = [StreamResponse, *KINDS]


def deliver(response: Response, app: App | None = None, **options: Any) -> Delivery:
    return Delivery(response.to_psgi(app or App(), Request()), **options)


def test_a_plain_iterable() -> None:
    answer = get(StreamResponse(["a", b"b"], status=201, content_type="text/csv"))
    assert (answer.status, answer["content-type"], answer.content) == (201, "text/csv", b"ab")
    assert get(StreamResponse(iter("ab")))["content-type"] == "application/octet-stream"


def test_a_plain_iterable_is_handed_to_the_host_that_closes_it() -> None:
    def numbers() -> Iterator[str]:
        yield "1"

    source = numbers()
    assert StreamResponse(source).to_psgi(App(), Request()).body is source


def test_trailers() -> None:
    def trailers() -> list[tuple[str, str]]:
        return [("a", "b")]

    response = StreamResponse([], trailers=trailers).to_psgi(App(), Request())
    assert response.trailers is trailers


@pytest.mark.parametrize("source", ["text", b"octets", {}, 5, None])
def test_what_is_no_stream(source: object) -> None:
    with pytest.raises(TypeError, match=type(source).__name__):
        StreamResponse(source)
    with pytest.raises(TypeError, match=type(source).__name__):
        EventStream(source)


def test_a_plain_iterable_can_not_be_endless() -> None:
    with pytest.raises(TypeError, match="async iterable"):
        StreamResponse(["a"], endless=True)


@pytest.mark.parametrize("kind", ALL)
def test_the_end_of_the_source(kind: Callable[..., Response]) -> None:
    async def test() -> None:
        source = Source()
        source.give("one", "two", None)
        content = await deliver(kind(source())).end()
        assert b"one" in content
        assert b"two" in content
        assert source.ended == ["exhausted", "closed"]

    run(test())


@pytest.mark.parametrize("kind", ALL)
def test_a_source_that_raises_breaks_the_stream_off(kind: Callable[..., Response]) -> None:
    async def test() -> None:
        source = Source()
        source.give("one", KeyError("expected"))
        delivery = deliver(kind(source()))
        with pytest.raises(KeyError, match="expected"):
            await delivery.end()
        assert b"one" in delivery.content
        assert not delivery.is_complete
        assert source.ended == ["KeyError", "closed"]

    run(test())


@pytest.mark.parametrize("kind", ALL)
def test_the_peer_leaves_while_the_source_waits(kind: Callable[..., Response]) -> None:
    async def test() -> None:
        source = Source()
        source.give("one")
        delivery = deliver(kind(source()))
        await delivery.until(lambda each: b"one" in each.content and source.asked == 2)
        await delivery.leave()
        assert source.ended == ["CancelledError", "closed"]

    run(test())


@pytest.mark.parametrize("kind", ALL)
def test_the_peer_leaves_while_a_piece_is_sent(kind: Callable[..., Response]) -> None:
    async def test() -> None:
        source = Source()
        source.give("one", "two")
        takes = 2 if kind is EventStream else 1
        delivery = deliver(kind(source()), takes=takes)
        await delivery.until(lambda each: b"one" in each.content)
        await idle()
        assert source.asked == 1
        await delivery.leave()
        assert source.ended[-1] == "closed"
        assert source.asked == 1

    run(test())


@pytest.mark.parametrize("kind", ALL)
def test_the_source_is_asked_when_the_peer_has_taken_what_was_before(
    kind: Callable[..., Response],
) -> None:
    async def test() -> None:
        source = Source()
        source.give("one", "two", None)
        takes = 2 if kind is EventStream else 1
        delivery = deliver(kind(source()), takes=takes)
        await delivery.until(lambda each: b"one" in each.content)
        await idle()
        assert source.asked == 1
        delivery.reads_again.set()
        await delivery.end()
        assert b"two" in delivery.content

    run(test())


@pytest.mark.parametrize("kind", ALL)
def test_a_stream_that_is_closed_before_it_was_begun(kind: Callable[..., Response]) -> None:
    """So does a host for HEAD."""

    async def test() -> None:
        closed = []

        class Resource:
            def __aiter__(self) -> AsyncIterator[str]:
                return self

            async def __anext__(self) -> str:
                raise AssertionError("it must not be asked")

            async def aclose(self) -> None:
                closed.append(True)

        body: Any = kind(Resource()).to_psgi(App(), Request()).body
        await body.aclose()
        assert closed == [True]
        if kind is not StreamResponse:
            assert b"".join([octets(piece) async for piece in body]) in {b"", b":\n\n"}

    run(test())


@pytest.mark.parametrize("kind", KINDS)
def test_the_application_stops_while_the_source_waits(kind: Callable[..., Response]) -> None:
    async def test() -> None:
        app, source = App(), Source()
        source.give("one")
        delivery = deliver(kind(source()), app)
        await delivery.until(lambda each: b"one" in each.content and source.asked == 2)
        app.stopping.set()
        await delivery.end()
        assert delivery.is_complete
        assert source.ended == ["CancelledError", "closed"]

    run(test())


@pytest.mark.parametrize("kind", KINDS)
def test_the_application_stops_while_a_piece_is_sent(kind: Callable[..., Response]) -> None:
    async def test() -> None:
        app, source = App(), Source()
        source.give("one", "two")
        takes = 2 if kind is EventStream else 1
        delivery = deliver(kind(source()), app, takes=takes)
        await delivery.until(lambda each: b"one" in each.content)
        app.stopping.set()
        await idle()
        delivery.reads_again.set()
        assert b"two" not in await delivery.end()
        assert source.asked == 1
        assert source.ended[-1] == "closed"

    run(test())


@pytest.mark.parametrize("kind", KINDS)
def test_an_application_that_has_stopped_already(kind: Callable[..., Response]) -> None:
    async def test() -> None:
        app, source = App(), Source()
        app.stopping.set()
        await deliver(kind(source()), app).end()
        assert source.asked == 0

    run(test())


def test_half_a_download_is_not_made_to_look_whole() -> None:
    async def test() -> None:
        app, source = App(), Source()
        source.give("one")
        delivery = deliver(StreamResponse(source()), app)
        await delivery.until(lambda _: source.asked == 2)
        app.stopping.set()
        await idle()
        source.give("two", None)
        assert await delivery.end() == b"onetwo"

    run(test())


@pytest.mark.parametrize("kind", KINDS)
def test_the_host_is_cancelled_while_a_stream_ends(kind: Callable[..., Response]) -> None:
    """First the application stops, then the peer leaves: the source is waited for all the same."""

    async def test() -> None:
        app, source = App(), Source()
        source.closing.clear()
        delivery = deliver(kind(source()), app)
        await delivery.until(lambda _: source.asked == 1)
        app.stopping.set()
        await delivery.until(lambda _: source.ended == ["CancelledError"])
        leaving = asyncio.create_task(delivery.leave())
        await idle()
        assert not leaving.done()
        source.closing.set()
        await leaving
        assert source.ended == ["CancelledError", "closed"]

    run(test())


@pytest.mark.parametrize("kind", KINDS)
def test_a_source_that_swallows_its_cancellation(kind: Callable[..., Response]) -> None:
    async def test() -> None:
        source = Source()
        source.swallows_cancellation = True
        delivery = deliver(kind(source()))
        await delivery.until(lambda _: source.asked == 1)
        await delivery.leave()
        assert source.ended == ["GeneratorExit", "closed"]
        assert b"not yet" not in delivery.content

    run(test())


@pytest.mark.parametrize("kind", KINDS)
def test_what_closing_raises_is_raised_once(kind: Callable[..., Response]) -> None:
    async def failing() -> AsyncIterator[str]:
        try:
            yield "one"
            await asyncio.Event().wait()
        finally:
            raise KeyError("expected")

    async def test() -> None:
        body: Any = kind(failing()).to_psgi(App(), Request()).body
        while b"one" not in octets(await anext(body)):
            pass
        with pytest.raises(KeyError, match="expected"):
            await body.aclose()
        await body.aclose()

    run(test())


def test_a_piece_that_comes_while_a_ping_is_sent_is_the_only_one_asked_for() -> None:
    async def test() -> None:
        source = Source()
        body: Any = EventStream(source(), ping=10).to_psgi(App(), Request()).body
        assert [await anext(body), await anext(body)] == [b":\n\n"] * 2
        source.give("one", "two")
        await idle()
        assert await anext(body) == b"data: one\n\n"
        await idle()
        assert source.asked == 1
        assert await anext(body) == b"data: two\n\n"
        await body.aclose()

    run(test())


REQUEST = ContextVar("REQUEST", default="none")


@pytest.mark.parametrize("kind", KINDS)
def test_the_source_runs_in_one_task_and_in_the_context_of_the_request(
    kind: Callable[..., Response],
) -> None:
    tasks: set[asyncio.Task[Any] | None] = set()

    async def witness() -> AsyncIterator[str]:
        for _ in range(3):
            await asyncio.sleep(0)
            tasks.add(asyncio.current_task())
            yield REQUEST.get()

    async def test() -> None:
        REQUEST.set("this one")
        content = await deliver(kind(witness())).end()
        assert content.count(b"this one") == 3
        assert len(tasks) == 1

    run(test())


def test_time_limits_work_within_a_source() -> None:
    async def limited() -> AsyncIterator[str]:
        async with asyncio.timeout(100):
            for number in range(3):
                await asyncio.sleep(10)
                yield f"{number}"
        try:
            async with asyncio.timeout(1):
                await asyncio.Event().wait()
        except TimeoutError:
            yield "late"

    async def test() -> None:
        content = await deliver(EventStream(limited(), ping=3)).end()
        assert [line for line in content.split(b"\n") if line.startswith(b"data")] == [
            *(b"data: 0", b"data: 1", b"data: 2", b"data: late")
        ]

    run(test())


def test_a_stream_that_is_never_sent_leaves_nothing() -> None:
    async def test() -> None:
        source = Source()
        psgi_response = EventStream(source()).to_psgi(App(), Request())
        assert isinstance(psgi_response, psgi.Response)
        await idle()
        assert source.asked == 0

    run(test())
