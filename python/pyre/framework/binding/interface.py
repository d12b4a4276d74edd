"""What binding needs of a request: the framework's ``Request`` in so far as it is read here."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal, Protocol, TypeAlias

from pyre.psgi import Headers

GivenKind: TypeAlias = Literal["request", "websocket", "session", "upload"]


class Given(Protocol):
    """A class of the framework whose objects are given as they are, by the annotation alone.

    ``__binding__`` stands in the class itself; it is not inherited, as nothing would make an object
    of the subclass.
    """

    __binding__: ClassVar[GivenKind]


class Upload(Protocol):
    """A file of a form."""

    @property
    def filename(self) -> str | None:
        """The name that the peer gave it; a form without a file may name none."""
        ...


class Query(Protocol):
    """The query: names with one or more values."""

    def get(self, name: str, /) -> str | None:
        """The value, of several the one that the request's ``query[name]`` gives."""
        ...

    def getall(self, name: str, /) -> list[str]:
        """All values of that name; empty if there is none."""
        ...


class Form(Protocol):
    """A form: names with one or more values, each text or a file."""

    def get(self, name: str, /) -> str | Upload | None:
        """The value, of several the one that ``form[name]`` gives."""
        ...

    def getall(self, name: str, /) -> Sequence[str | Upload]:
        """All values of that name; empty if there is none."""
        ...


class Body(Protocol):
    """The body; both methods may be called again, and both raise ``HTTPError`` or PSGI's errors."""

    async def read(self) -> bytes:
        """All of it."""
        ...

    async def form(self) -> Form:
        """The form in it."""
        ...


class Request(Protocol):
    """A request."""

    @property
    def query(self) -> Query:
        """The query, decoded."""
        ...

    @property
    def headers(self) -> Headers:
        """The header section."""
        ...

    @property
    def cookies(self) -> Mapping[str, str]:
        """The cookies by their names."""
        ...

    @property
    def session(self) -> object:
        """The session. Raises ``HTTPError`` 503, and ``RuntimeError`` where there are none."""
        ...

    @property
    def body(self) -> Body:
        """The body."""
        ...
