"""The test client."""

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

import httpx

from pyre.framework.testing.host import Host
from pyre.framework.testing.lifespan import Lifespan
from pyre.framework.testing.transport import Transport
from pyre.framework.testing.websocket import WebSocketSession
from pyre.server.asgi import ASGIApplication
from pyre.server.config import LifespanMode

_HANDSHAKE = {
    "connection": "Upgrade",
    "upgrade": "websocket",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",  # the example of RFC 6455 §1.3
    "sec-websocket-version": "13",
}


class TestClient(httpx.AsyncClient):
    """Calls an ASGI application in process, as a server does for an HTTP client.

    ``async with`` runs the lifespan: it raises ``LifespanError`` when the application does not
    start. At the end, requests that are still open are left, and what the application does not end
    by itself is cancelled, with a ``ResourceWarning``.

    Streams in both directions: what the application sends is there at once, also of a response that
    never ends, and content that is generated is pulled when the application asks for it.

        async with TestClient(app) as client:
            async with client.stream("GET", "/events") as response:
                async for line in response.aiter_lines():
                    ...

    ``raise_app_exceptions`` raises what the application raises to the test; without it, the test
    gets what a server makes of it: status 500, or ``httpx.RemoteProtocolError``. A response is over
    when the application has returned: its background work is done then. With
    ``wait_for_app=False`` it is over when its content is complete, as on a server, and
    ``idle`` waits for the rest. ``patience`` is for how many seconds the client waits for the
    application where it should end by itself, and for its start; ``None`` is for ever.
    ``timeout`` is httpx's for reads, in seconds. ``lifespan`` is as on the command line.
    """

    __test__ = False  # its name looks like one of a class of tests

    def __init__(  # noqa: PLR0913 - each has a default, and is given by its name
        self,
        app: ASGIApplication,
        *,
        base_url: str = "http://testserver",
        client: tuple[str, int] = ("127.0.0.1", 50000),
        raise_app_exceptions: bool = True,
        wait_for_app: bool = True,
        root_path: str = "",
        lifespan: LifespanMode = "auto",
        patience: float | None = 10.0,
        headers: Mapping[str, str] | None = None,
        cookies: Mapping[str, str] | None = None,
        follow_redirects: bool = False,
        timeout: float | None = None,
    ) -> None:
        self._host = Host(app, client, root_path, raise_app_exceptions, wait_for_app, patience)
        self._lifespan = Lifespan(app, lifespan, patience)
        super().__init__(
            base_url=base_url,
            headers=dict(headers or {}),
            cookies=dict(cookies or {}),
            follow_redirects=follow_redirects,
            timeout=timeout,
            transport=Transport(self._host),
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        try:
            self._host.state = await self._lifespan.start()
        except BaseException:
            await super().aclose()
            raise
        self._host.is_open = True
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        try:
            await self.aclose()
        except Exception as error:
            if exc_value is None:
                raise
            # What the test has raised is the reason, more often than not.
            exc_value.add_note(f"Besides, when the test client was closed: {error!r}")

    async def aclose(self) -> None:
        """Leave open requests, end what the application still does, and run the shutdown.

        Raises what the application has raised since the test has waited for it, and
        ``LifespanError``.
        """
        await super().aclose()
        try:
            await self._host.calls.end(self._host.patience)
        finally:
            await self._lifespan.stop()
        self._host.calls.raise_errors()

    async def idle(self) -> None:
        """Wait until the application has returned from all calls, and raise what it has raised."""
        await self._host.calls.idle()

    def websocket(
        self,
        path: str,
        *,
        subprotocols: Sequence[str] = (),
        headers: Mapping[str, str] | None = None,
    ) -> WebSocketSession:
        """A WebSocket, to be opened by ``async with``; see ``WebSocketSession``."""
        self._host.check_is_open()
        fields = {**(headers or {}), **_HANDSHAKE}
        if subprotocols:
            fields["sec-websocket-protocol"] = ", ".join(subprotocols)
        request = self.build_request("GET", path, headers=fields)
        return WebSocketSession(self._host, self, request, list(subprotocols))
