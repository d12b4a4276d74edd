"""One server in one event loop, from the import of the application to the end of its lifespan."""

import asyncio
import contextlib
import functools
import math
import os
import time
from collections.abc import AsyncGenerator, Callable
from typing import Any

from pyre._core import AccessLog, Host
from pyre.server import access_log, logs, sockets
from pyre.server.announcement import announcement, application_name, documentation_url
from pyre.server.asgi_lifespan import ASGILifespan
from pyre.server.blocked_loop import LoopWatch
from pyre.server.config import Config, LifespanMode
from pyre.server.ending import end_process, exit_status
from pyre.server.importer import load_application
from pyre.server.interface import Application, Interface
from pyre.server.lifespan import Lifespan
from pyre.server.logs import logger
from pyre.server.own_tasks import own_task
from pyre.server.psgi_lifespan import PSGILifespan
from pyre.server.signals import SignalHandlers
from pyre.server.slow_start import SlowStep

# Seconds for an application to act on a disconnect at the end of the time for a stop; a quarter of
# that time if it is short.
_LAST_WORDS = 1.0
# Seconds of its own for the shutdown of the application, when requests have used up the time.
_SHUTDOWN = 5.0
# Seconds between two looks at what the access log has written. The first is usually the last.
_LOG_STEP = 0.05


class Server:
    """Serves one application inside a running event loop.

        server = pyre.Server(pyre.Config("main:app", port=0))
        serving = asyncio.create_task(server.serve())
        await server.started.wait()
        print(server.addresses)
        server.stop()
        await serving

    ``started`` is an ``asyncio.Event`` that is set once requests are being answered. When the start
    fails it stays unset and ``serve`` raises, so wait for both.

    On the main thread, SIGINT and SIGTERM stop every server of the process, and a second one stops
    them at once. A handler that the program has installed for them is called as well, and is in
    place again when ``serve`` returns. With ``handle_signals=False`` signals are left to the
    program, which then calls ``stop``.
    """

    def __init__(self, config: Config, *, handle_signals: bool = True) -> None:
        self.config = config
        self.started = asyncio.Event()
        self._handle_signals = handle_signals
        self._pid = os.getpid()
        self._addresses: list[sockets.Address] = []
        self.expect: Callable[[float | None], object] = _expect_nothing
        self._application: Application | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._access_log: AccessLog | None = None
        self._stop_began: float | None = None
        self._stopping = asyncio.Event()
        self._aborting = asyncio.Event()

    @property
    def addresses(self) -> list[sockets.Address]:
        """Where the server listens: ``(host, port)`` pairs, or the path of a unix socket.

        Empty before the sockets are bound.
        """
        return self._addresses.copy()

    def load(self) -> None:
        """Import the application now, outside a running loop; ``serve`` does it otherwise.

        A module may then call ``asyncio.run`` or ``loop.run_until_complete`` while it is imported,
        which an event loop that runs already refuses.
        Raises ``UsageError`` or ``ApplicationImportError``.
        """
        self._application = self._load()

    async def serve(self) -> None:
        """Start the application and answer requests until ``stop`` is called or a signal arrives.

        A server serves once. The setting ``loop`` has no effect here: this is the running loop.
        Raises ``UsageError`` when an address or a file can't be used, and ``ApplicationError`` when
        the application can't be imported or started. Cancelling it closes the connections at once
        and still lets the application shut down.
        """
        if self._loop is not None:
            raise RuntimeError("a Server serves once; make another one")
        self._loop = asyncio.get_running_loop()
        self._pid = os.getpid()
        if self._stopping.is_set():
            return
        with SignalHandlers(self._on_signal, enabled=self._handle_signals) as signals:
            with signals.interrupting():
                application = self._application or self._load()
            with sockets.bind(self.config) as listeners:
                self._addresses = listeners.addresses
                async with self._open_access_log():
                    await self._serve_application(application, listeners)

    def stop(self) -> None:
        """Stop accepting, let requests finish, and make ``serve`` return.

        May be called from any thread, more than once, and before ``serve``.
        """
        self.call_soon(self._stopping.set)

    def abort(self) -> None:
        """Stop without waiting for requests, or for the application to shut down."""
        self.call_soon(self._aborting.set)
        self.call_soon(self._stopping.set)

    def reopen_logs(self) -> None:
        """Open the file of the access log anew, after a rotation has moved it away.

        When it can't be opened, that is logged and the old file stays in use. May be called from
        any thread.
        """
        self.call_soon(self._reopen_logs)

    def call_soon(self, callback: Callable[[], object]) -> None:
        """Call ``callback`` in the loop of ``serve``, or at once before that.

        May be called from any thread and from a signal handler; does nothing after the end.
        """
        if self._loop is None:
            callback()
            return
        with contextlib.suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(callback)

    def time_left(self, at_least: float = 0.0) -> float | None:
        """Seconds that remain of the time for the stop, which begins with the first call."""
        timeout = self.config.timeout_graceful_shutdown
        if timeout is None:
            return None
        now = time.monotonic()
        self._stop_began = now if self._stop_began is None else self._stop_began
        return max(self._stop_began + timeout - now, min(at_least, timeout))

    def save_access_log(self) -> None:
        """Write what the access log has, and no more of it; for a process that is to be ended."""
        if self._access_log is not None:
            self._access_log.close(_LOG_STEP)
            access_log.abandon(self._access_log)

    def _load(self) -> Application:
        logs.configure(self.config.log_level)
        with SlowStep(f"the import of {application_name(self.config.app)}"):
            return load_application(
                self.config.app,
                interface=self.config.interface,
                factory=self.config.factory,
                app_dir=self.config.app_dir,
            )

    def _on_error(self, interface: Interface, exception: BaseException, request_line: str) -> None:
        if not self._is_copy() or not isinstance(exception, SystemExit):
            logs.log_application_error(interface, exception, request_line)
        if self._is_copy():
            end_process(exit_status(exception))

    def _is_copy(self) -> bool:
        """Whether this is a forked child, in which nothing of the server may be used or closed."""
        return self._pid != os.getpid()

    def _on_signal(self, _number: int) -> None:
        self.call_soon(self._stop_or_abort)

    def _stop_or_abort(self) -> None:
        if self._stopping.is_set():
            self._aborting.set()
        self._stopping.set()

    def _reopen_logs(self) -> None:
        if self.config.access_log_file is None or not self.config.access_log:
            logger.info("There is no log file to reopen")
        elif self._access_log is not None:  # before, it has not been opened
            access_log.reopen(self._access_log, self.config.access_log_file)

    async def _serve_application(
        self, application: Application, listeners: sockets.Listeners
    ) -> None:
        lifespan = _lifespan(application, self.config.lifespan)
        startup = own_task(lifespan.startup())
        with SlowStep("the startup of the lifespan"):
            if not await self._completed(startup, self._stopping):
                return
        try:
            listeners.listen(self.config.backlog)
            host = self._host(application, listeners, startup.result())
            with lifespan.out_of_reach():
                await self._answer_requests(host, application.app)
        finally:
            if not self._is_copy():
                await self._shut_down(lifespan)

    async def _shut_down(self, lifespan: Lifespan) -> None:
        shutdown = own_task(lifespan.shutdown())
        if not await self._completed(shutdown, self._aborting, self.time_left(_SHUTDOWN)):
            logger.warning("The shutdown of the application was cut off")

    def _host(
        self,
        application: Application,
        listeners: sockets.Listeners,
        state: dict[str, Any] | None,
    ) -> Host:
        config = self.config
        return Host(
            application.call,
            asyncio.get_running_loop(),
            listeners.detach(),
            interface=application.interface,
            on_error=functools.partial(self._on_error, application.interface),
            state=state,
            root_path=config.root_path,
            driver=config.driver,
            asgi_spec_version=config.asgi_spec_version,
            asgi_pathsend=config.asgi_pathsend,
            access_log=self._access_log,
            proxy_headers=config.proxy_headers,
            forwarded_allow_ips=config.forwarded_allow_ips,
            proxy_protocol=config.proxy_protocol,
            server_header=config.server_header,
            date_header=config.date_header,
            write_high_water=config.write_high_water,
            write_low_water=config.write_low_water,
            limit_request_line=config.limit_request_line,
            limit_header_size=config.limit_header_size,
            limit_header_count=config.limit_header_count,
            limit_body_size=config.limit_body_size,
            limit_body_rate=config.limit_body_rate,
            limit_chunk_extensions=config.limit_chunk_extensions,
            limit_trailer_size=config.limit_trailer_size,
            limit_unread_body=config.limit_unread_body,
            limit_read_ahead=config.limit_read_ahead,
            timeout_header=config.timeout_header,
            timeout_body=config.timeout_body,
            timeout_keep_alive=config.timeout_keep_alive,
            timeout_write=config.timeout_write,
        )

    @contextlib.asynccontextmanager
    async def _open_access_log(self) -> AsyncGenerator[None]:
        log = access_log.open_access_log(self.config)
        if log is None:
            yield
            return
        self._access_log = log
        try:
            yield
        finally:
            try:
                await self._write_out(log)
            finally:
                self._access_log = None
                access_log.abandon(log)

    async def _write_out(self, log: AccessLog) -> None:
        """Let the log write what it has; a full pipe is waited for in the time for the stop."""
        left = self.time_left()
        end = math.inf if left is None else time.monotonic() + left
        while not log.close(_LOG_STEP) and time.monotonic() < end:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._aborting.wait(), _LOG_STEP)
                return

    async def _answer_requests(self, host: Host, application: object) -> None:
        try:
            host.start()
            self._announce(application)
            self.started.set()
            with LoopWatch(self.config.warn_blocked_loop):
                await self._stopping.wait()
                await self._drain(host)
        finally:
            if not self._is_copy():
                host.abort()

    def _announce(self, application: object) -> None:
        logger.info("%s", announcement(self.config.app, self._addresses))
        documentation = documentation_url(application, self._addresses)
        if documentation:
            logger.info("Documentation: %s", documentation)

    async def _drain(self, host: Host) -> None:
        if host.requests:
            in_flight = logs.counted(host.requests, "request")
            logger.info("Waiting for %s to finish (Ctrl+C stops at once)", in_flight)
        drained = host.stop(disconnect=self.config.disconnect_on_stop)
        # The future belongs to the host: giving up on it must not cancel it.
        if await self._completed(asyncio.shield(drained), self._aborting, self.time_left()):
            return
        cut_off = logs.counted(host.requests, "request was", "requests were")
        logger.warning("%s cut off by the stop", cut_off)
        host.disconnect()
        last_words = min(_LAST_WORDS, (self.config.timeout_graceful_shutdown or math.inf) / 4)
        await self._completed(asyncio.shield(drained), self._aborting, last_words)

    async def _completed(
        self,
        work: asyncio.Future[Any],
        unless: asyncio.Event,
        seconds: float | None = None,
    ) -> bool:
        """Wait for ``work`` and raise what it raises; false when it was given up and cancelled.

        That is when ``unless`` is set, or after so many seconds.
        """
        if seconds is not None:
            self.expect(seconds)
        given_up = own_task(unless.wait())
        try:
            await asyncio.wait(
                {work, given_up}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED
            )
            if work.done():
                work.result()
            return work.done()
        finally:
            given_up.cancel()
            work.cancel()


def _expect_nothing(_seconds: float | None) -> None:
    """A program that embeds the server is not ended when a stop takes too long."""


def _lifespan(application: Application, mode: LifespanMode) -> Lifespan:
    if application.interface == "psgi":
        return PSGILifespan(application.app, mode)
    return ASGILifespan(application.call, mode)
