"""How an application is called, and its response sent: the way through the states of section 4.

What an application does wrong is raised to the server, which answers 500 or breaks the response
off, and logs it.
"""

from collections.abc import Callable
from http import HTTPStatus
from inspect import isawaitable
from typing import Any, TypeAlias

from pyre.psgi.asgi_host.contents import contents_of
from pyre.psgi.asgi_host.exchange import Exchange
from pyre.psgi.asgi_host.head import head_of
from pyre.psgi.asgi_host.request import AsgiRequest
from pyre.psgi.context import run_within
from pyre.psgi.disconnects import tells_of_leaving
from pyre.psgi.errors import BodyError
from pyre.psgi.fields import encoded_trailers
from pyre.psgi.response import Response

Call: TypeAlias = Callable[[AsgiRequest], object]
"""An application of any form: what it returns is awaited when it is awaitable."""

_INTERNAL_ERROR = 1011  # RFC 6455 §7.4.1


async def serve(call: Call, exchange: Exchange, state: dict[str, Any]) -> None:
    """Answer a request."""
    try:
        answer = await _answer(call, AsgiRequest(exchange, state), exchange)
        if exchange.websocket:
            await exchange.websocket.close()
        else:
            await _send(_checked(answer), exchange)
    except Exception as error:
        if exchange.websocket:
            await exchange.websocket.close(_INTERNAL_ERROR)
        if not (exchange.incoming.is_closed and tells_of_leaving(error)):
            raise
    finally:
        exchange.finish()
    await exchange.run_afterwards()


async def _answer(call: Call, request: AsgiRequest, exchange: Exchange) -> object:
    """What the application returns; if it lets a ``BodyError`` escape, the answer to that."""
    try:
        return await run_within(exchange.context, _called, call, request)
    except BaseException as error:
        exchange.forget_afterwards()
        if isinstance(error, BodyError) and not exchange.websocket:
            return _refusal(error.status)
        raise


async def _called(call: Call, request: AsgiRequest) -> object:
    answer = call(request)
    return await answer if isawaitable(answer) else answer


def _checked(answer: object) -> Response:
    if isinstance(answer, Response):
        return answer
    what = "None" if answer is None else f"an object of type {type(answer).__name__}"
    raise TypeError(f"the application must return a Response, and has returned {what}")


def _refusal(status: int) -> Response:
    try:
        reason = HTTPStatus(status).phrase
    except ValueError:  # it has none
        reason = ""
    return Response(status, [("content-type", "text/plain; charset=utf-8")], reason)


async def _send(response: Response, exchange: Exchange) -> None:
    contents = contents_of(response.body)
    try:
        head = head_of(response, contents, exchange)
        exchange.begin(head.message)
        if not head.has_content:
            await exchange.outgoing.send_piece(b"", is_last=True)
            return
        await contents.send(exchange, head.length)
        if head.trailers:
            fields = encoded_trailers(exchange.context.run(head.trailers))
            await exchange.outgoing.send({"type": "http.response.trailers", "headers": fields})
    finally:
        await contents.close(exchange)
