"""A body that comes piece by piece (section 3, Streams).

What runs the stream is the task of the request. While it waits in the stream, the peer's leaving
cancels it; while it waits for the peer to take a piece, the stream is at a ``yield``.
"""

import asyncio
import itertools
from abc import ABC, abstractmethod
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from typing import Final

from pyre.psgi.asgi_host.exchange import Exchange
from pyre.psgi.asgi_host.octets import octets_of
from pyre.psgi.content import Content
from pyre.psgi.context import run_within

_PIECES_PER_TURN = 16
"""After so many, other tasks have their turn, even if there was nothing to wait for."""

_END: Final = object()


class Stream(ABC):
    """An iterable of pieces, asynchronous or plain. It is asked for nothing until ``send``."""

    length: Final = None

    def __init__(self) -> None:
        self._is_exhausted = False

    @abstractmethod
    async def next(self, exchange: Exchange, *, is_complete: bool) -> object:
        """The next piece, or ``_END``.

        Waiting for it ends when the peer leaves, unless that has everything already.
        """

    @abstractmethod
    async def close_iterator(self, exchange: Exchange) -> None:
        """Close what was not exhausted."""

    async def send(self, exchange: Exchange, length: int | None) -> None:
        """Send piece by piece, each when the peer has taken those before.

        ``length`` is that of ``content-length``. Raises ``Disconnected`` when the peer leaves,
        ``TypeError`` and ``ValueError`` for a piece that is none, or if there are more or less.
        """
        size = 0
        with exchange.incoming.watched():
            for number in itertools.count(1):
                piece = await self.next(exchange, is_complete=size == length)
                if piece is _END:
                    self._is_exhausted = True
                    break
                octets = octets_of(piece, "a piece of the body")
                size += len(octets)
                if length is not None and size > length:
                    raise ValueError(f"content-length is {length}, and the body has {size} or more")
                await exchange.outgoing.send_piece(octets)
                if number % _PIECES_PER_TURN == 0:
                    await asyncio.sleep(0)
        if length is not None and size < length:
            raise ValueError(f"content-length is {length}, and the body has {size}")
        await exchange.outgoing.send_piece(b"", is_last=True)

    async def close(self, exchange: Exchange) -> None:
        """Close the iterator unless it was exhausted."""
        if not self._is_exhausted:
            self._is_exhausted = True
            await self.close_iterator(exchange)


class AsyncStream(Stream):
    """An asynchronous iterable."""

    def __init__(self, body: AsyncIterable[Content]) -> None:
        super().__init__()
        self._body = body
        self._iterator: AsyncIterator[Content] | None = None

    async def next(self, exchange: Exchange, *, is_complete: bool) -> object:
        """The next piece, when it comes."""
        piece = run_within(exchange.context, self._next)
        return await (piece if is_complete else exchange.incoming.unless_closed(piece))

    async def _next(self) -> object:
        if self._iterator is None:
            self._iterator = aiter(self._body)
        return await anext(self._iterator, _END)

    async def close_iterator(self, exchange: Exchange) -> None:
        """Call ``aclose``, if there is one."""
        iterator = self._body if self._iterator is None else self._iterator
        aclose = getattr(iterator, "aclose", None)
        if aclose is not None:
            await run_within(exchange.context, aclose)


class PlainStream(Stream):
    """An iterable."""

    def __init__(self, body: Iterable[Content]) -> None:
        super().__init__()
        self._body = body
        self._iterator: Iterator[Content] | None = None

    async def next(self, exchange: Exchange, *, is_complete: bool) -> object:  # noqa: ARG002
        """The next piece, at once."""
        if self._iterator is None:
            self._iterator = exchange.context.run(iter, self._body)
        return exchange.context.run(next, self._iterator, _END)

    async def close_iterator(self, exchange: Exchange) -> None:
        """Call ``close``, if there is one."""
        iterator = self._body if self._iterator is None else self._iterator
        close = getattr(iterator, "close", None)
        if close is not None:
            exchange.context.run(close)
