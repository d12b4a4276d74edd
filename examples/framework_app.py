"""A shelf of books with pyre.framework: a blueprint, JSON in and out, middleware, events.

Serve it by ``pyre framework_app:app --app-dir examples``.

    curl http://127.0.0.1:8000/books
    curl --json '{"title": "Emma", "year": 1815}' http://127.0.0.1:8000/books
    curl --no-buffer http://127.0.0.1:8000/books/changes
"""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Annotated

import msgspec
from pyre import framework
from pyre.framework import App, CallNext, HTTPError, Request, Response, responses


class Book(msgspec.Struct):
    """What a peer may add."""

    title: Annotated[str, msgspec.Meta(min_length=1)]
    year: Annotated[int, msgspec.Meta(ge=1450)]


async def timed(request: Request, call_next: CallNext) -> Response:
    """Say how long the answer took, in milliseconds (Server-Timing)."""
    begin = time.perf_counter()
    response = await call_next(request)
    milliseconds = (time.perf_counter() - begin) * 1e3
    response.headers["server-timing"] = f"app;dur={milliseconds:.2f}"
    return response


class Books(framework.Blueprint, prefix="/books", middleware=[timed]):
    """The books, and who listens for new ones."""

    def __init__(self) -> None:
        self._books: dict[int, Book] = {}
        self._listeners: set[asyncio.Queue[Book]] = set()

    @framework.endpoint("")
    async def all(self, year: int | None = None) -> dict[int, Book]:
        """List the books, or those of a year."""
        return {number: book for number, book in self._books.items() if year in {None, book.year}}

    @framework.endpoint("", methods=["POST"])
    async def add(self, book: Book) -> Response:
        """Add a book, and tell everybody who listens."""
        number = len(self._books) + 1
        self._books[number] = book
        for listener in self._listeners:
            listener.put_nowait(book)
        location = self.app.url_for(self.show, number=number)
        return responses.JSONResponse(book, status=201, headers={"location": location})

    @framework.endpoint("/{number:int}")
    async def show(self, number: int) -> Book:
        """Show one book."""
        if number not in self._books:
            raise HTTPError(404, "There is no such book.")
        return self._books[number]

    @framework.endpoint("/changes")
    async def changes(self) -> Response:
        """Stream what is added, as server-sent events."""
        return responses.EventStream(self._added())

    async def _added(self) -> AsyncIterator[Book]:
        queue: asyncio.Queue[Book] = asyncio.Queue()
        self._listeners.add(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            self._listeners.discard(queue)


app = App()
app.add_blueprint(Books())
