"""A request of PSGI, answered by an ASGI application."""

import asyncio

from pyre import loggers
from pyre.psgi.asgi_guest.receiving import Receiving
from pyre.psgi.asgi_guest.scope import http_scope
from pyre.psgi.asgi_guest.sending import Sending
from pyre.psgi.disconnects import tells_of_leaving
from pyre.psgi.errors import Disconnected
from pyre.psgi.interface import Request
from pyre.psgi.response import Response
from pyre.server.asgi import ASGIApplication

logger = loggers.named("pyre.psgi")


class HttpExchange:
    """One request, for which the application runs in a task of its own.

    It may go on when the response is complete, and is not cancelled when the peer leaves. The
    request lasts until the application has returned.
    """

    def __init__(self, app: ASGIApplication, request: Request) -> None:
        self._app = app
        self._request = request
        self._response: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        self._receiving = Receiving(request)
        self._sending = Sending(request, self._response)

    async def respond(self) -> Response:
        """The response. Raises what the application raises before there is one."""
        task = asyncio.create_task(self._run())
        self._request.after(_finished, task)
        try:
            return await self._response
        except asyncio.CancelledError:
            task.cancel()
            raise

    async def _run(self) -> None:
        scope = http_scope(self._request)
        try:
            await self._app(scope, self._receiving.receive, self._sending.send)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever it is, the host is told
            await self._fail(error)
        except asyncio.CancelledError:
            await self._fail(RuntimeError("the ASGI application was cancelled"))
            raise
        else:
            await self._check_completeness()

    async def _check_completeness(self) -> None:
        if self._sending.is_complete:
            return
        if self._request.is_closed:
            await self._fail(Disconnected("the peer has left"))
        else:
            await self._fail(RuntimeError("the ASGI application has not completed its response"))

    async def _fail(self, error: BaseException) -> None:
        """Let the host know what went wrong; log it when that is too late."""
        if not self._response.done():
            self._response.set_exception(error)
        elif not await self._sending.fail(error) and not tells_of_leaving(error):
            logger.fault("Exception in ASGI application after its response", exc_info=error)


async def _finished(task: asyncio.Task[None]) -> None:
    try:
        await asyncio.wait([task])
    except asyncio.CancelledError:
        task.cancel()
        raise
