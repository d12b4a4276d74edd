import asyncio
import contextlib
import os
import signal
import threading

import pytest
from pyre.server.signals import SignalHandlers
from support.waiting import wait_for

from server.in_process import ask, make_server, start

NUMBERS = [signal.SIGINT, signal.SIGTERM]

needs_posix_signals = pytest.mark.skipif(os.name != "posix", reason="raises signals at itself")


async def app(_scope, _receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"served"})


def signal_server(**options):
    return make_server(app, handle_signals=True, lifespan="off", **options)


def handlers():
    return [signal.getsignal(number) for number in NUMBERS]


def wakeup_descriptor():
    descriptor = signal.set_wakeup_fd(-1)
    signal.set_wakeup_fd(descriptor)
    return descriptor


@contextlib.contextmanager
def handler_of_the_program(number):
    """A handler, and the list of what it has been called with."""
    arrived = []
    before = signal.signal(number, lambda number, _frame: arrived.append(number))
    try:
        yield arrived
    finally:
        signal.signal(number, before)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_signal_reaches_every_block_and_then_the_program(number):
    inner, outer = [], []
    with handler_of_the_program(number) as program:
        before = handlers()
        with SignalHandlers(outer.append), SignalHandlers(inner.append):
            signal.raise_signal(number)
        assert inner == outer == program == [number]
        assert handlers() == before


def test_blocks_may_end_in_any_order():
    before, first, second = handlers(), [], []
    one, two = SignalHandlers(first.append), SignalHandlers(second.append)
    one.__enter__()
    two.__enter__()
    one.__exit__(None, None, None)
    signal.raise_signal(signal.SIGTERM)
    assert (first, second) == ([], [signal.SIGTERM])
    two.__exit__(None, None, None)
    assert handlers() == before


def test_a_handler_that_the_program_installs_meanwhile_stays():
    arrived = []
    with handler_of_the_program(signal.SIGTERM):
        with SignalHandlers(arrived.append):
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            signal.raise_signal(signal.SIGTERM)
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
    assert arrived == []


def test_the_handlers_are_back_after_an_error():
    before = handlers()
    with pytest.raises(ValueError, match="broken"), SignalHandlers(print):
        raise ValueError("broken")
    assert handlers() == before


def test_a_block_of_another_thread_hears_of_signals_while_the_main_thread_has_one():
    arrived, entered, ended = [], threading.Event(), threading.Event()

    def hold():
        with SignalHandlers(arrived.append):
            entered.set()
            ended.wait()

    before = handlers()
    thread = threading.Thread(target=hold)
    thread.start()
    entered.wait()
    assert handlers() == before
    with SignalHandlers(lambda _number: None):
        signal.raise_signal(signal.SIGTERM)
    assert handlers() == before
    ended.set()
    thread.join()
    assert arrived == [signal.SIGTERM]


def test_disabled_nothing_changes():
    before = handlers()
    with SignalHandlers(print, enabled=False):
        assert handlers() == before


@pytest.mark.parametrize(
    ("number", "expected"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, SystemExit)]
)
def test_an_import_is_interrupted(number, expected):
    with SignalHandlers(lambda _number: None) as signals:
        with pytest.raises(expected) as raised, signals.interrupting():
            signal.raise_signal(number)
        signal.raise_signal(number)
    if expected is SystemExit:
        assert raised.value.code == 128 + signal.SIGTERM


def test_an_import_is_not_interrupted_where_the_program_has_a_handler():
    with (
        handler_of_the_program(signal.SIGTERM) as program,
        SignalHandlers(lambda _number: None) as signals,
        signals.interrupting(),
    ):
        signal.raise_signal(signal.SIGTERM)
    assert program == [signal.SIGTERM]


def test_a_handler_that_an_import_installs_is_called_as_well():
    arrived, own = [], []
    before = handlers()
    with SignalHandlers(arrived.append) as signals:
        with signals.interrupting():
            signal.signal(signal.SIGTERM, lambda number, _frame: own.append(number))
        signal.raise_signal(signal.SIGTERM)
    assert arrived == own == [signal.SIGTERM]
    signal.signal(signal.SIGTERM, before[1])


@needs_posix_signals
@pytest.mark.parametrize("number", NUMBERS)
def test_one_signal_stops_every_server_of_a_loop(number):
    async def main():
        servers = [signal_server() for _ in range(3)]
        tasks = [await start(server) for server in servers]
        signal.raise_signal(number)
        await asyncio.gather(*tasks)

    before = handlers()
    asyncio.run(main())
    assert handlers() == before


@needs_posix_signals
def test_a_second_signal_aborts_every_server_of_a_loop():
    async def main():
        begun = asyncio.Semaphore(0)

        async def deaf(_scope, _receive, _send):
            begun.release()
            while not released.is_set():
                with contextlib.suppress(asyncio.CancelledError):
                    await released.wait()

        released = asyncio.Event()
        servers = [
            make_server(deaf, handle_signals=True, lifespan="off", timeout_graceful_shutdown=None)
            for _ in range(2)
        ]
        tasks = [await start(server) for server in servers]
        answers = [asyncio.create_task(ask(server.addresses[0])) for server in servers]
        for _ in servers:
            await begun.acquire()
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGINT)
        await asyncio.gather(*tasks)
        released.set()
        await asyncio.gather(*answers, return_exceptions=True)

    asyncio.run(main())


@needs_posix_signals
def test_a_server_that_remains_is_stopped_by_the_next_signal():
    async def main():
        first, second = signal_server(), signal_server()
        first_task, second_task = await start(first), await start(second)
        first.stop()
        await first_task
        assert (await ask(second.addresses[0])).endswith(b"served")
        signal.raise_signal(signal.SIGTERM)
        await second_task
        third_task = await start(signal_server())
        signal.raise_signal(signal.SIGINT)
        await third_task

    asyncio.run(main())


@needs_posix_signals
def test_one_signal_stops_the_server_of_another_thread_too():
    def serve_in_thread():
        asyncio.run(beside.serve())

    async def main():
        thread.start()
        task = await start(server)
        await asyncio.to_thread(wait_for, beside.started.is_set, "the other server")
        signal.raise_signal(signal.SIGTERM)
        await task

    server, beside = signal_server(), signal_server()
    thread = threading.Thread(target=serve_in_thread)
    asyncio.run(main())
    thread.join()


@needs_posix_signals
def test_ctrl_c_is_the_programs_own_after_a_server_was_stopped():
    async def main():
        server = signal_server()
        task = await start(server)
        server.stop()
        await task
        signal.raise_signal(signal.SIGINT)
        await asyncio.Event().wait()

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(main())


def new_uvloop():
    return pytest.importorskip("uvloop").new_event_loop()


@needs_posix_signals
@pytest.mark.parametrize("factory", [asyncio.new_event_loop, new_uvloop])
def test_handlers_of_the_programs_loop_are_called_before_during_and_after(factory):
    async def main():
        arrived = asyncio.Queue()
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, arrived.put_nowait, "arrived")
        before = [handlers(), wakeup_descriptor()]
        task = await start(signal_server())
        assert wakeup_descriptor() == before[1]
        signal.raise_signal(signal.SIGTERM)
        await task
        assert await arrived.get() == "arrived"
        assert [handlers(), wakeup_descriptor()] == before
        signal.raise_signal(signal.SIGTERM)
        assert await arrived.get() == "arrived"
        loop.remove_signal_handler(signal.SIGTERM)

    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(main())


@needs_posix_signals
def test_a_start_that_fails_leaves_everything_as_it_was():
    async def main():
        before = [handlers(), wakeup_descriptor()]
        server = make_server("no_such_module_anywhere:app", handle_signals=True)
        with pytest.raises(Exception, match="was not found"):
            await server.serve()
        assert [handlers(), wakeup_descriptor()] == before

    asyncio.run(main())
