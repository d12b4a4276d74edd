import asyncio
import signal
import threading

import pytest
from pyre.server.signals import SignalHandlers

NUMBERS = [signal.SIGINT, signal.SIGTERM]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_signal_calls_back_in_the_loop(number):
    async def wait_for_signal():
        arrived = asyncio.Event()
        with SignalHandlers() as signals:
            signals.attach(asyncio.get_running_loop(), arrived.set)
            signal.raise_signal(number)
            await arrived.wait()

    asyncio.run(wait_for_signal())


def test_the_previous_handlers_are_back_afterwards():
    async def attach_and_leave():
        before = [signal.getsignal(number) for number in NUMBERS]
        with SignalHandlers() as signals:
            signals.attach(asyncio.get_running_loop(), lambda: None)
            assert [signal.getsignal(number) for number in NUMBERS] != before
        assert [signal.getsignal(number) for number in NUMBERS] == before

    asyncio.run(attach_and_leave())


def test_ctrl_c_interrupts_until_a_loop_is_attached():
    with SignalHandlers(), pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_without_add_signal_handler_the_signal_still_reaches_the_loop():
    class Loop(asyncio.SelectorEventLoop):
        def add_signal_handler(self, *_arguments):
            raise NotImplementedError

        def remove_signal_handler(self, _number):
            raise NotImplementedError

    async def wait_for_signal():
        arrived = asyncio.Event()
        with SignalHandlers() as signals:
            signals.attach(asyncio.get_running_loop(), arrived.set)
            signal.raise_signal(signal.SIGTERM)
            await arrived.wait()

    before = signal.getsignal(signal.SIGTERM)
    with asyncio.Runner(loop_factory=Loop) as runner:
        runner.run(wait_for_signal())
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.parametrize("enabled", [True, False])
def test_off_the_main_thread_or_disabled_nothing_changes(enabled):
    before = [signal.getsignal(number) for number in NUMBERS]
    during = []

    async def attach():
        with SignalHandlers(enabled=enabled) as signals:
            signals.attach(asyncio.get_running_loop(), lambda: None)
            during.extend(signal.getsignal(number) for number in NUMBERS)

    if enabled:
        thread = threading.Thread(target=asyncio.run, args=[attach()])
        thread.start()
        thread.join()
    else:
        with asyncio.Runner() as runner:
            # Runner.run would install a handler of its own.
            runner.get_loop().run_until_complete(attach())
    assert during == before
