"""What httpx sends by: to an application instead of a socket."""

import weakref
from collections.abc import AsyncIterator

import httpx

from pyre.framework.testing.exchange import Exchange
from pyre.framework.testing.host import Host


class Transport(httpx.AsyncBaseTransport):
    """Makes an exchange of each request."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._exchanges: weakref.WeakSet[Exchange] = weakref.WeakSet()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Call the application, and return when there is the head of a response."""
        self._host.check_is_open()
        exchange = Exchange(self._host, request)
        self._exchanges.add(exchange)
        try:
            head = await exchange.head()
        except BaseException:
            exchange.leave()
            raise
        return httpx.Response(head.status, headers=head.headers, stream=ResponseStream(exchange))

    async def aclose(self) -> None:
        """Let the client leave whatever it has not read to its end."""
        for exchange in list(self._exchanges):
            exchange.leave()


class ResponseStream(httpx.AsyncByteStream):
    """The content of a response; it is closed where the client leaves."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The content as it comes."""
        async for piece in self._exchange.pieces():
            yield piece

    async def aclose(self) -> None:
        """Leave."""
        self._exchange.leave()
