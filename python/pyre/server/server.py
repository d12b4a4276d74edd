"""One server in one event loop, from the import of the application to the end of its lifespan."""

import asyncio
import contextlib
import functools
from collections.abc import Generator
from typing import Any

from pyre._core import AccessLog, Host
from pyre.server import logs, sockets
from pyre.server.announcement import announcement, application_name, documentation_url
from pyre.server.asgi_lifespan import ASGILifespan
from pyre.server.blocked_loop import LoopWatch
from pyre.server.config import Config, LifespanMode
from pyre.server.errors import UsageError
from pyre.server.importer import load_application
from pyre.server.interface import Application
from pyre.server.lifespan import Lifespan
from pyre.server.logs import logger
from pyre.server.psgi_lifespan import PSGILifespan
from pyre.server.signals import SignalHandlers
from pyre.server.slow_start import SlowStep

# Seconds for an application to act on a disconnect at the end of the time for a stop.
_LAST_WORDS = 1.0


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

    On the main thread, SIGINT and SIGTERM stop the server, and a second one stops it at once. With
    ``handle_signals=False`` they are left to the program, which then calls ``stop``.
    """

    def __init__(self, config: Config, *, handle_signals: bool = True) -> None:
        self.config = config
        self.started = asyncio.Event()
        self._handle_signals = handle_signals
        self._addresses: list[sockets.Address] = []
        self._application: Application | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
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
        if self._stopping.is_set():
            return
        with SignalHandlers(enabled=self._handle_signals) as signals:
            application = self._application or self._load()
            signals.attach(self._loop, self._on_signal)
            with sockets.bind(self.config) as listeners, _access_log(self.config) as access_log:
                self._addresses = listeners.addresses
                await self._serve_application(application, listeners, access_log)

    def stop(self) -> None:
        """Stop accepting, let requests finish, and make ``serve`` return.

        May be called from any thread, more than once, and before ``serve``.
        """
        self._request(self._stopping)

    def abort(self) -> None:
        """Stop without waiting for requests, or for the application to shut down."""
        self._request(self._aborting)
        self._request(self._stopping)

    def _load(self) -> Application:
        logs.configure(self.config.log_level)
        with SlowStep(f"the import of {application_name(self.config.app)}"):
            return load_application(
                self.config.app,
                interface=self.config.interface,
                factory=self.config.factory,
                app_dir=self.config.app_dir,
            )

    def _request(self, event: asyncio.Event) -> None:
        if self._loop is None:
            event.set()
        elif not self._loop.is_closed():
            self._loop.call_soon_threadsafe(event.set)

    def _on_signal(self) -> None:
        if self._stopping.is_set():
            self._aborting.set()
        self._stopping.set()

    async def _serve_application(
        self, application: Application, listeners: sockets.Listeners, access_log: AccessLog | None
    ) -> None:
        lifespan = _lifespan(application, self.config.lifespan)
        startup = asyncio.create_task(lifespan.startup())
        with SlowStep("the startup of the lifespan"):
            if not await self._completed(startup, self._stopping):
                return
        try:
            listeners.listen(self.config.backlog)
            host = self._host(application, listeners, startup.result(), access_log)
            await self._answer_requests(host, application.app)
        finally:
            shutdown = asyncio.create_task(lifespan.shutdown())
            timeout = self.config.timeout_graceful_shutdown
            if not await self._completed(shutdown, self._aborting, timeout):
                logger.warning("The shutdown of the application was cut off")

    def _host(
        self,
        application: Application,
        listeners: sockets.Listeners,
        state: dict[str, Any] | None,
        access_log: AccessLog | None,
    ) -> Host:
        config = self.config
        return Host(
            application.call,
            asyncio.get_running_loop(),
            listeners.detach(),
            interface=application.interface,
            on_error=functools.partial(logs.log_application_error, application.interface),
            state=state,
            root_path=config.root_path,
            driver=config.driver,
            access_log=access_log,
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

    async def _answer_requests(self, host: Host, application: object) -> None:
        try:
            host.start()
            self._announce(application)
            self.started.set()
            with LoopWatch(self.config.warn_blocked_loop):
                await self._stopping.wait()
                await self._drain(host)
        finally:
            host.abort()

    def _announce(self, application: object) -> None:
        logger.info("%s", announcement(self.config.app, self._addresses))
        documentation = documentation_url(application, self._addresses)
        if documentation:
            logger.info("Documentation: %s", documentation)

    async def _drain(self, host: Host) -> None:
        if host.requests:
            in_flight = logs.counted(host.requests, "request")
            logger.info("Stopping after %s in flight (Ctrl+C: at once)", in_flight)
        drained = host.stop(disconnect=self.config.disconnect_on_stop)
        timeout = self.config.timeout_graceful_shutdown
        # The future belongs to the host: giving up on it must not cancel it.
        if await self._completed(asyncio.shield(drained), self._aborting, timeout):
            return
        cut_off = logs.counted(host.requests, "request was", "requests were")
        logger.warning("%s cut off by the stop", cut_off)
        host.disconnect()
        await self._completed(asyncio.shield(drained), self._aborting, _LAST_WORDS)

    async def _completed(
        self, work: asyncio.Future[Any], unless: asyncio.Event, seconds: float | None = None
    ) -> bool:
        """Wait for ``work`` and raise what it raises; false when it was given up and cancelled.

        That is when ``unless`` is set, or after so many seconds.
        """
        given_up = asyncio.create_task(unless.wait())
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


@contextlib.contextmanager
def _access_log(config: Config) -> Generator[AccessLog | None]:
    if not config.access_log:
        yield None
        return
    path = config.access_log_file
    try:
        log = AccessLog(path, format=logs.access_log_format(config.access_log_format, path))
    except OSError as error:
        raise UsageError(
            f"{path} can't be opened ({error.strerror}); choose another --access-log-file"
        ) from None
    try:
        yield log
    finally:
        lost = log.close()
        if lost:
            count, reason = lost
            lines = logs.counted(
                count, "line of the access log was", "lines of the access log were"
            )
            logger.warning("%s lost: %s", lines, reason)


def _lifespan(application: Application, mode: LifespanMode) -> Lifespan:
    if application.interface == "psgi":
        return PSGILifespan(application.app, mode)
    return ASGILifespan(application.call, mode)
