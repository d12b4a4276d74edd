"""An application with something of everything, described by OpenAPI; and the same, mounted."""

import datetime as dt
import uuid
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, TypedDict, TypeVar

import msgspec
import pydantic
from pyre import framework
from pyre.framework import (
    App,
    Body,
    Cookie,
    Form,
    Header,
    Query,
    Request,
    Response,
    UploadFile,
    WebSocket,
    responses,
)

T = TypeVar("T")


class Genre(Enum):
    NOVEL = "novel"
    POETRY = "poetry"


class Author(msgspec.Struct):
    """Who writes."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    born: dt.date | None = None


class Book(msgspec.Struct, rename="camel"):
    """A book, as it is on a shelf."""

    title: Annotated[str, msgspec.Meta(description="As it is on the cover.")]
    authors: list[Author]
    genre: Genre = Genre.NOVEL
    first_printed: Annotated[int, msgspec.Meta(ge=1450)] = 1813
    sequels: list["Book"] = []


class Page(msgspec.Struct, Generic[T]):
    items: list[T]
    next: str | None = None


class Lent(msgspec.Struct, tag=True):
    to: str


class OnShelf(msgspec.Struct, tag=True):
    shelf: int


class Search(msgspec.Struct):
    words: list[str] = []
    since: dt.date | None = None
    genre: Genre | None = None


class Review(pydantic.BaseModel):
    """What a reader says."""

    stars: int = pydantic.Field(ge=1, le=5)
    replies: list["Review"] = []


class Size(TypedDict, total=False):
    width: float


@dataclass
class Order:
    number: uuid.UUID
    price: Decimal
    size: Size | None = None


class Books(framework.Blueprint, prefix="/books"):
    """Books of the library.

    They can be **searched**, and lent.
    """

    @framework.endpoint("")
    async def search(
        self,
        wanted: Annotated[Search, Query()],
        page: Annotated[int, msgspec.Meta(ge=1, description="Counted from one.")] = 1,
        order: Literal["title", "year"] = "title",
        accept_language: Annotated[list[str], Header()] = [],  # noqa: B006
        theme: Annotated[str | None, Cookie()] = None,
    ) -> Page[Book]:
        """Search the books.

        The *words* may stand in the title, or in the name of an author.
        """
        return Page([])

    @framework.endpoint("", methods=["POST"])
    async def add(self, book: Book) -> Book:
        """Add a book."""
        return book

    @framework.endpoint("/{number:int(min=1)}")
    async def show(self, number: int) -> Book | None:
        """Show a book."""
        return None

    @framework.endpoint("/{key:int}", methods=["PUT", "PATCH"])
    async def change(self, key: int, book: Book) -> None:
        """Change a book."""

    @framework.endpoint("/{number:int}/state")
    async def state(self, number: int) -> Lent | OnShelf:
        return OnShelf(number)

    @framework.endpoint("/{title}")
    async def by_title(self, title: str) -> list[Book]:
        """It has the same path as ``show`` to OpenAPI."""
        return []

    @framework.endpoint("/{number:int}/cover", methods=["PUT"])
    async def cover(self, number: int, cover: UploadFile, alt: Annotated[str, Form()] = "") -> str:
        """Give a book its cover."""
        return alt

    @framework.endpoint("/{number:int}/reviews", methods=["POST"])
    async def review(self, number: int, review: Review) -> Review:
        return review

    @framework.websocket("/live")
    async def live(self, websocket: WebSocket) -> None:
        """No operation of OpenAPI."""


app = App()


@app.endpoint("/orders", methods=["POST"])
async def order(orders: Annotated[list[Order], Body()]) -> dict[str, Decimal]:
    return {}


@app.endpoint("/letters", methods=["POST"])
async def letters(subject: Annotated[str, Form()], urgency: Annotated[int, Form()] = 1) -> bytes:
    return subject.encode()


@app.endpoint("/pages/{path:path}")
async def page(path: str) -> responses.HTMLResponse:
    return responses.HTMLResponse(path)


@app.endpoint("/days/{day}/{hour:float(max=24)}/{kind}")
async def day(day: dt.date | Literal["today"], hour: float, kind: Genre) -> Any:
    return [day, hour, kind]


@app.endpoint("/anything", methods=["GET", "POST", "OPTIONS", "PROPFIND"])
async def anything(request: Request):
    return request.method


@app.endpoint("/events")
async def events(request: Request) -> responses.EventStream | Response:
    return Response()


def edit(document: dict[str, Any]) -> None:
    document["info"]["license"] = {"name": "MIT", "identifier": "MIT"}


app.add_blueprint(Books())
app.static("/assets", Path(__file__).parent / "static")
description = app.openapi("Library", "2.1.0", description="Books & **more**.", edit=edit)

mounted = App()
mounted.mount("/library", app)
