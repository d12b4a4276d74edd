"""What holds the loop is named once; what does not, never.

A held loop is one that does not go on until the warning has been logged, or a patience is over that
no machine needs. Where no warning may come, the test looks after one has come for something else.
"""

import asyncio
import logging
import selectors
import socket
import threading
import time

import pytest
from pyre.server.blocked_loop import LoopWatch

from server.in_process import ask, serving

PATIENCE = 30.0
LIMIT = 0.1


@pytest.fixture
def warnings(monkeypatch):
    """The texts of the warnings, as they come."""

    class Texts(logging.Handler):
        def __init__(self):
            super().__init__(logging.WARNING)
            self.texts = []
            self.come = threading.Event()

        def emit(self, record):
            self.texts.append(record.getMessage())
            self.come.set()

    handler = Texts()
    logger = logging.getLogger("pyre")
    monkeypatch.setattr(logger, "handlers", [handler])
    return handler


def sleep_until(come):
    come.wait(PATIENCE)


def compute_until(come):
    end = time.monotonic() + PATIENCE
    while not come.is_set() and time.monotonic() < end:
        sum(range(1000))


def select_until(come):
    """The standard library waits in a selector here, as asyncio's loop does."""
    ours, theirs = socket.socketpair()
    threading.Thread(target=lambda: (come.wait(PATIENCE), theirs.close())).start()
    with ours, selectors.DefaultSelector() as selector:
        selector.register(ours, selectors.EVENT_READ)
        selector.select(PATIENCE)


HOLDING = [sleep_until, compute_until, select_until]


def application(hold):
    """By its path, hold the loop in the first step of a request, or after a suspension."""

    async def app(scope, _receive, send):
        if scope["path"] == "/later":
            await asyncio.sleep(0)
        if scope["path"] != "/":
            hold()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"served"})

    return app


@pytest.mark.parametrize("path", ["/first", "/later"])
@pytest.mark.parametrize("hold", HOLDING)
@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_what_holds_the_loop_is_named(warnings, loop_factory, hold, path):
    async def main():
        app = application(lambda: hold(warnings.come))
        async with serving(app, lifespan="off", warn_blocked_loop=LIMIT) as server:
            assert (await ask(server.addresses[0], path)).endswith(b"served")

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(main())
    (text,) = warnings.texts
    assert text.startswith(f"{hold.__name__} (")
    assert "test_blocked_loop.py:" in text
    assert "held the event loop for" in text


@pytest.fixture
def loop_factory(loop):
    if loop == "asyncio":
        return asyncio.new_event_loop
    return pytest.importorskip("uvloop").new_event_loop


def test_each_place_is_named_once(warnings):
    async def main():
        with LoopWatch(LIMIT):
            await asyncio.sleep(0)
            for hold in (sleep_until, compute_until):
                warnings.come.clear()
                hold(warnings.come)
                for _ in range(3):
                    await asyncio.sleep(0)
                    hold_again(hold)

    def hold_again(hold):
        """The same function, for long enough."""
        over = threading.Event()
        threading.Timer(3 * LIMIT, over.set).start()
        hold(over)

    asyncio.run(main())
    assert [text.partition(" ")[0] for text in warnings.texts] == ["sleep_until", "compute_until"]


def test_what_waits_or_works_in_short_steps_is_not_named(warnings):
    async def work():
        while not warnings.come.is_set():
            sum(range(100))
            await asyncio.sleep(0)

    async def main():
        with LoopWatch(LIMIT):
            working = asyncio.create_task(work())
            # Several times as long as the watch would need.
            await asyncio.sleep(5 * LIMIT)
            await asyncio.to_thread(time.sleep, 2 * LIMIT)
            assert not working.done()
            sleep_until(warnings.come)
            await working

    asyncio.run(main())
    (text,) = warnings.texts
    assert text.startswith("sleep_until (")


def test_the_end_of_a_hold_is_not_waited_for(warnings):
    async def main():
        with LoopWatch(LIMIT):
            await asyncio.sleep(0)
            sleep_until(warnings.come)

    asyncio.run(main())
    assert "held the event loop for more than 1 s" in warnings.texts[0]


def test_none_watches_nothing():
    async def main():
        threads = set(threading.enumerate())
        with LoopWatch(None):
            assert set(threading.enumerate()) <= threads

    asyncio.run(main())


def test_the_watch_ends_with_its_block():
    async def main():
        threads = set(threading.enumerate())
        with LoopWatch(LIMIT):
            (watch,) = set(threading.enumerate()) - threads
        await asyncio.to_thread(watch.join, PATIENCE)
        assert not watch.is_alive()

    asyncio.run(main())
