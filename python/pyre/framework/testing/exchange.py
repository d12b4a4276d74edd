"""A request and its response: the application on one side, the test on the other.

The response is not collected: what the application sends is there for the test at once, and from
``HIGH_WATER`` octets on the application waits for the test to take them.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import httpx

from pyre.framework.testing.calls import logger, only_tells_of_leaving
from pyre.framework.testing.changes import Changes
from pyre.framework.testing.host import HIGH_WATER, Host
from pyre.framework.testing.messages import Head, body_of, head_of
from pyre.framework.testing.scope import http_scope
from pyre.framework.testing.upload import Upload
from pyre.psgi import Disconnected
from pyre.server.asgi import Message, Scope

_INTERNAL_ERROR = Head(500, [(b"content-type", b"text/plain; charset=utf-8")])


class Exchange:
    """One request, for which the application runs in a task of its own."""

    def __init__(self, host: Host, request: httpx.Request) -> None:
        self._host = host
        self._request = request
        self._name = f"{request.method} {request.url.raw_path.decode('ascii')}"
        self._changes = Changes()
        self._upload = Upload(request, self._changes)
        self._head: Head | None = None
        self._pieces: deque[bytes] = deque()
        self._untaken = 0
        self._error: Exception | None = None
        self._is_complete = False
        self._has_returned = False
        self._has_left = False
        host.calls.start(self._run(http_scope(request, host)), self._name)

    async def head(self) -> Head:
        """Wait for the head of the response.

        Raises what the application, or the generator of the request's content, has raised. So
        it does when there is a head, if the error is there too: of a framework that answers 500 and
        raises then.
        """
        await self._wait(lambda: self._head or self._has_returned or self._upload.failure)
        if self._head is None or self._host.raises:
            self._raise_error()
        if self._head is None:
            raise self._protocol_error("the application has not begun its response")
        return self._head

    async def pieces(self) -> AsyncIterator[bytes]:
        """The content as it comes."""
        while await self._has_piece():
            piece = self._pieces.popleft()
            self._untaken -= len(piece)
            self._changes.tell()
            yield piece
        if self._host.waits:
            await self._returned()
        self._raise_error()
        if not self._is_complete:
            raise self._protocol_error("the application has not completed its response")

    def leave(self) -> None:
        """Let the client leave: the application sees it by ``receive`` and ``send``."""
        self._has_left = True
        self._upload.stop()
        self._changes.tell()
        error, self._error = self._error, None
        if error and self._host.raises:
            self._host.keep(error, self._name)

    async def _has_piece(self) -> bool:
        await self._wait(lambda: self._pieces or self._has_ended)
        return bool(self._pieces)

    @property
    def _has_ended(self) -> object:
        return self._is_complete or self._has_returned or self._upload.failure

    async def _wait(self, condition: Callable[[], object]) -> None:
        """Wait as long as the test has told httpx to wait for a read."""
        seconds = self._request.extensions.get("timeout", {}).get("read")
        try:
            async with asyncio.timeout(seconds):
                await self._changes.until(condition)
        except TimeoutError:
            message = f"the application has sent nothing for {seconds} s"
            raise httpx.ReadTimeout(message, request=self._request) from None

    async def _returned(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._host.patience):
                await self._changes.until(lambda: self._has_returned)

    def _raise_error(self) -> None:
        error, self._error = self._upload.failure or self._error, None
        if error:
            raise error

    def _protocol_error(self, message: str) -> httpx.RemoteProtocolError:
        return httpx.RemoteProtocolError(message, request=self._request)

    async def _run(self, scope: Scope) -> None:
        try:
            await self._host.app(scope, self._receive, self._send)
        except Exception as error:  # noqa: BLE001 - whatever it is, the test is told
            self._fail(error)
        else:
            if not (self._is_complete or self._has_left):
                self._fail(self._protocol_error("the application has not completed its response"))
        finally:
            self._has_returned = True
            self._changes.tell()
            await self._upload.close()

    def _fail(self, error: Exception) -> None:
        """Do what a server does, or have the test told."""
        if self._has_left and only_tells_of_leaving(error):
            return
        if self._has_left:
            self._host.keep(error, self._name)
        elif self._host.raises:
            self._error = error
        else:
            logger.error("Exception in the application (%s)", self._name, exc_info=error)
            self._break_off()

    def _break_off(self) -> None:
        if self._head is None:
            self._head = _INTERNAL_ERROR
            self._pieces.append(b"Internal Server Error")
            self._is_complete = True
        elif not self._is_complete:
            self._error = self._protocol_error("the application has broken its response off")

    async def _receive(self) -> Message:
        self._upload.want()
        await self._changes.until(lambda: self._is_over or self._upload.has_message)
        return {"type": "http.disconnect"} if self._is_over else self._upload.take()

    @property
    def _is_over(self) -> bool:
        return self._is_complete or self._has_left

    async def _send(self, message: Message) -> None:
        await self._changes.until(lambda: self._untaken < HIGH_WATER or self._has_left)
        if self._is_complete:
            raise RuntimeError(f"{message['type']!r} was sent after the end of the response")
        if self._has_left:
            raise Disconnected("the client has left")
        match message["type"]:
            case "http.response.start" if self._head is None:
                self._head = head_of(message)
            case "http.response.body" if self._head is not None:
                self._add(body_of(message), self._head.status)
                self._is_complete = not message.get("more_body", False)
            case kind:
                raise RuntimeError(f"{kind!r} was sent in a wrong place")
        self._changes.tell()

    def _add(self, content: bytes, status: int) -> None:
        """Keep content for the test, where a response has it (RFC 9110 §6.4.1)."""
        if content and self._request.method != "HEAD" and status not in {204, 304}:
            self._pieces.append(content)
            self._untaken += len(content)
