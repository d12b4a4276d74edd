"""The states of an exchange (section 4), and what may be done in each."""

import asyncio
import enum
from collections.abc import Callable, Coroutine
from contextvars import copy_context
from functools import partial
from typing import Any

from pyre import loggers
from pyre.psgi.asgi_host.incoming import Incoming
from pyre.psgi.asgi_host.outgoing import Outgoing
from pyre.psgi.asgi_host.request_body import RequestBody
from pyre.psgi.asgi_host.websocket import AsgiWebSocket
from pyre.psgi.content import HeaderFields
from pyre.psgi.context import run_within
from pyre.psgi.fields import encoded_interim
from pyre.psgi.statuses import checked_interim_status
from pyre.server.asgi import Message, Receive, Scope, Send

logger = loggers.named("pyre.psgi")

_EARLY_HINTS = 103


class Phase(enum.Enum):
    """How far the application is; whether the peer is there is known to ``Exchange.incoming``."""

    RUNNING = enum.auto()
    SENDING = enum.auto()
    OVER = enum.auto()


class Exchange:
    """One request and its response, on the messages of ASGI."""

    incoming: Incoming
    outgoing: Outgoing
    body: RequestBody
    takes_content: bool
    """Whether the response may have content."""
    websocket: AsgiWebSocket | None = None
    """Once there is one, it takes the place of a response."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.extensions: frozenset[str] = frozenset(scope.get("extensions") or ())
        self.context = copy_context()
        self.phase = Phase.RUNNING
        self._afterwards: list[Callable[[], Coroutine[Any, Any, object]]] = []

    async def inform(self, status: int, headers: HeaderFields) -> None:
        """Send an interim response, if ASGI has a message for it: links, with status 103."""
        checked_interim_status(status)
        fields = encoded_interim(headers)
        self.outgoing.check_is_open()
        if self.phase is Phase.SENDING:
            raise RuntimeError("an interim response comes before the response")
        are_links = all(name == b"link" for name, _ in fields)
        if status == _EARLY_HINTS and are_links and "http.response.early_hint" in self.extensions:
            links = [value for _, value in fields]
            await self.outgoing.send({"type": "http.response.early_hint", "links": links})

    async def accept(self, _subprotocol: str | None, _headers: HeaderFields) -> AsgiWebSocket:
        """Accept a WebSocket handshake, where there is one."""
        raise RuntimeError("there is no WebSocket handshake that could be accepted")

    def after(
        self, function: Callable[..., Coroutine[Any, Any, object]], args: tuple[object, ...]
    ) -> None:
        """Have a coroutine function called when the response is over."""
        if self.phase is Phase.OVER:
            raise RuntimeError("the response is complete: nothing is called after it any more")
        if not callable(function):
            raise TypeError(f"after takes a coroutine function, not {type(function).__name__}")
        self._afterwards.append(partial(function, *args))

    def begin(self, head: Message) -> None:
        """Begin the response."""
        self.phase = Phase.SENDING
        self.outgoing.begin(head)

    def finish(self) -> None:
        """Note that there is nothing more to be sent."""
        self.phase = Phase.OVER
        self.incoming.close()
        self.body.finish()

    def forget_afterwards(self) -> None:
        """Call nothing: the application has raised."""
        self._afterwards.clear()

    async def run_afterwards(self) -> None:
        """Call what was given to ``after``; an exception is logged."""
        for function in self._afterwards:
            try:
                await run_within(self.context, function)
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                if isinstance(error, asyncio.CancelledError) and _is_being_cancelled():
                    raise
                # The next one is called.
                message = "Exception in a function that was called after the response"
                logger.fault(message, exc_info=error)


class HttpExchange(Exchange):
    """A request that is no WebSocket handshake, or that the server takes for none."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        super().__init__(scope)
        self.incoming = self.body = RequestBody(receive, scope["headers"])
        self.outgoing = Outgoing(send, self.incoming)
        self.takes_content = scope["method"] != "HEAD"  # RFC 9110 §9.3.2


def _is_being_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
