import asyncio
import contextlib
import logging
import os
import signal
import socket
import threading

import pytest
from pyre.server.config import Config
from pyre.server.errors import ApplicationImportError, BindError, StartupError, UsageError
from pyre.server.server import Server

from server.in_process import ask, is_refused, make_server, serving, start


class App:
    """Tells what happens to it; ``/held`` is answered when ``released`` is set."""

    def __init__(self):
        self.events = []
        self.arrived = asyncio.Event()
        self.released = asyncio.Event()

    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan":
            await self.live(scope, receive, send)
            return
        self.events.append(f"request {scope.get('state')}")
        self.arrived.set()
        if scope["path"] == "/held":
            await self.released.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"served"})

    async def live(self, scope, receive, send):
        scope["state"]["pool"] = "open"
        for phase in ("startup", "shutdown"):
            await receive()
            self.events.append(phase)
            await send({"type": f"lifespan.{phase}.complete"})


def test_answers_between_startup_and_shutdown():
    async def main():
        app = App()
        async with serving(app) as server:
            assert (await ask(server.addresses[0])).endswith(b"served")
        assert app.events == ["startup", "request {'pool': 'open'}", "shutdown"]

    asyncio.run(main())


def test_requests_have_no_state_without_a_lifespan():
    async def main():
        app = App()
        async with serving(app, lifespan="off") as server:
            await ask(server.addresses[0])
        assert app.events == ["request None"]

    asyncio.run(main())


def test_refuses_connections_after_it_has_stopped():
    async def main():
        async with serving(App()) as server:
            (address,) = server.addresses
        assert is_refused(address)

    asyncio.run(main())


def test_has_no_address_before_it_serves():
    assert make_server(App()).addresses == []


def test_a_request_in_flight_is_finished():
    async def main():
        app = App()
        server = make_server(app)
        task = await start(server)
        answer = asyncio.create_task(ask(server.addresses[0], "/held"))
        await app.arrived.wait()
        server.stop()
        app.released.set()
        assert (await answer).endswith(b"served")
        await task
        assert app.events[-1] == "shutdown"

    asyncio.run(main())


def test_a_request_that_does_not_finish_in_time_is_cut_off(caplog):
    async def main():
        app = App()
        server = make_server(app, timeout_graceful_shutdown=0.05)
        task = await start(server)
        answer = asyncio.create_task(ask(server.addresses[0], "/held"))
        await app.arrived.wait()
        server.stop()
        await task
        assert app.events[-1] == "shutdown"
        with contextlib.suppress(ConnectionResetError):
            assert b"served" not in await answer

    asyncio.run(main())
    assert "1 request was cut off by the stop" in caplog.messages


def test_abort_waits_for_no_request():
    async def main():
        app = App()
        server = make_server(app, timeout_graceful_shutdown=None)
        task = await start(server)
        answer = asyncio.create_task(ask(server.addresses[0], "/held"))
        await app.arrived.wait()
        server.abort()
        await task
        await asyncio.gather(answer, return_exceptions=True)

    asyncio.run(main())


def test_cancelling_closes_the_connections_and_still_shuts_down():
    async def main():
        app = App()
        server = make_server(app)
        task = await start(server)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert app.events == ["startup", "shutdown"]
        assert is_refused(server.addresses[0])

    asyncio.run(main())


def test_stop_may_come_from_another_thread():
    async def main():
        server = make_server(App())
        task = await start(server)
        threading.Thread(target=server.stop).start()
        await task

    asyncio.run(main())


def test_stop_before_serve_is_kept():
    async def main():
        app = App()
        server = make_server(app)
        server.stop()
        await server.serve()
        assert not server.started.is_set()

    asyncio.run(main())


def test_stop_after_the_end_is_harmless():
    async def main():
        async with serving(App()) as server:
            pass
        return server

    asyncio.run(main()).stop()


def test_serves_only_once():
    async def main():
        async with serving(App()) as server:
            pass
        with pytest.raises(RuntimeError, match="serves once"):
            await server.serve()

    asyncio.run(main())


@pytest.mark.skipif(os.name != "posix", reason="raises signals at itself")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_and_a_second_one_aborts(number):
    async def main():
        app = App()
        server = make_server(app, handle_signals=True, timeout_graceful_shutdown=None)
        task = await start(server)
        answer = asyncio.create_task(ask(server.addresses[0], "/held"))
        await app.arrived.wait()
        signal.raise_signal(number)
        while not is_refused(server.addresses[0]):  # noqa: ASYNC110
            await asyncio.sleep(0)  # a closed port sets no event
        assert not task.done()
        signal.raise_signal(number)
        await task
        await asyncio.gather(answer, return_exceptions=True)

    asyncio.run(main())


def test_a_stop_during_the_startup_gives_the_startup_up():
    async def main():
        asked, outcome = asyncio.Event(), []

        async def app(_scope, _receive, _send):
            asked.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                outcome.append("cancelled")
                raise

        server = make_server(app)
        task = asyncio.create_task(server.serve())
        await asked.wait()
        server.stop()
        await task
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*others, return_exceptions=True)
        assert outcome == ["cancelled"]
        assert not server.started.is_set()

    asyncio.run(main())


def test_a_shutdown_that_hangs_is_cut_off(caplog):
    async def app(_scope, receive, send):
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await asyncio.Event().wait()

    async def main():
        async with serving(app, timeout_graceful_shutdown=0.05):
            pass

    asyncio.run(main())
    assert "The shutdown of the application was cut off" in caplog.messages


def test_a_port_in_use_is_told_before_the_application_starts():
    app = App()
    with socket.create_server(("127.0.0.1", 0)) as other:
        config = Config(app, port=other.getsockname()[1], access_log=False)
        with pytest.raises(BindError):
            asyncio.run(Server(config, handle_signals=False).serve())
    assert app.events == []


def test_a_failed_startup_raises_and_refuses_connections():
    async def app(_scope, receive, send):
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no database"})

    server = make_server(app)
    with pytest.raises(StartupError, match="no database"):
        asyncio.run(server.serve())
    assert is_refused(server.addresses[0])


def test_an_application_that_is_not_there_raises():
    with pytest.raises(ApplicationImportError):
        asyncio.run(make_server("no_such_module_anywhere:app").serve())


def test_an_access_log_that_can_not_be_opened_is_wrong_usage(tmp_path):
    server = make_server(App(), access_log=True, access_log_file=str(tmp_path / "absent" / "log"))
    with pytest.raises(UsageError, match=r"can't be opened .*choose another --access-log-file"):
        asyncio.run(server.serve())


def test_an_exception_of_the_application_is_logged_with_its_request(caplog):
    async def app(scope, _receive, _send):
        raise ValueError(scope["type"])

    async def main():
        async with serving(app) as server:
            assert b" 500 " in await ask(server.addresses[0], "/broken")

    asyncio.run(main())
    message = "Exception in ASGI application while answering GET /broken HTTP/1.1"
    assert message in caplog.messages


def loopback(server: str, client: str):
    """A listening socket, and a client's address that reaches it."""
    try:
        family = socket.AF_INET6 if ":" in server else socket.AF_INET
        sock = socket.create_server((server, 0), family=family, dualstack_ipv6=server == "::")
    except (OSError, ValueError):
        pytest.skip("needs IPv6")
    return sock, (client, sock.getsockname()[1])


@pytest.mark.parametrize(
    ("server", "client", "trusted"),
    [
        ("127.0.0.1", "127.0.0.1", True),
        ("::1", "::1", True),
        ("::", "127.0.0.1", True),  # seen as ::ffff:127.0.0.1
        ("::", "::1", True),
        ("127.0.0.2", "127.0.0.2", False),
    ],
)
def test_both_loopback_addresses_are_trusted_by_default(server, client, trusted):
    async def app(scope, _receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": scope["client"][0].encode()})

    async def main():
        listening, address = loopback(server, client)
        async with serving(app, fd=listening.detach(), lifespan="off"):
            source = (client, 0)
            reader, writer = await asyncio.open_connection(*address, local_addr=source)
            fields = "Host: x\r\nX-Forwarded-For: 192.0.2.7\r\nConnection: close"
            writer.write(f"GET / HTTP/1.1\r\n{fields}\r\n\r\n".encode())
            answer = await reader.read()
            writer.close()
            return answer.rpartition(b"\r\n")[2].decode()

    assert asyncio.run(main()) == ("192.0.2.7" if trusted else client)


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="needs unix sockets")
def test_serves_on_a_unix_socket_and_removes_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    async def main():
        async with serving(App(), uds="pyre.sock") as server:
            assert server.addresses == ["pyre.sock"]
            assert (await ask("pyre.sock")).endswith(b"served")
        assert not tmp_path.joinpath("pyre.sock").exists()

    asyncio.run(main())


def test_announces_where_and_what_it_serves(caplog):
    caplog.set_level(logging.INFO, "pyre")

    async def main():
        async with serving(App()) as server:
            ((host, port),) = server.addresses
        return f"http://{host}:{port}"

    url = asyncio.run(main())
    (line,) = [message for message in caplog.messages if message.startswith("Pyre ")]
    assert f" serves {__name__}:App on {url} (asyncio, " in line
    assert f"pid {os.getpid()}; Ctrl+C stops)" in line
