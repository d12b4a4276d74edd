"""What goes wrong: at registration by the programmer's hand, and in a request by the peer's.

    Exception
    ├── HTTPError                    a response with a status of 4xx or 5xx
    ├── RegistrationError            a blueprint, path or signature that can't work, and where
    └── ExtensionError               an extension that can't be loaded, reloaded or unloaded
        ├── ExtensionNotFound        there is no such module
        ├── ExtensionAlreadyLoaded
        ├── ExtensionNotLoaded
        ├── NoSetupError             the module has no function ``setup(app)``
        └── ExtensionFailed          its import, its setup or its start has raised

What an endpoint raises besides is a defect of the application: it is logged and answered by 500.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final, Literal, NamedTuple, TypeAlias

from pyre.psgi import HeaderFields

Source: TypeAlias = Literal["path", "query", "header", "cookie", "form", "body"]

_FIRST_ERROR = 400
_LAST_ERROR = 599

_RENAMED: Final[Mapping[int, str]] = {
    413: "Content Too Large",
    414: "URI Too Long",
    416: "Range Not Satisfiable",
    422: "Unprocessable Content",
}
"""Phrases for which CPython has older ones before 3.13."""


class FieldError(NamedTuple):
    """What is wrong with one field of a request.

    ``name`` is the field's name, or, in a JSON body, a JSON pointer as a URI fragment (RFC 6901
    §6): ``#/address/zip``; ``#`` is the body itself.
    """

    source: Source
    name: str
    detail: str


class HTTPError(Exception):
    """Raised to answer a request by an error; it becomes problem details (RFC 9457).

    ``status`` is from 400 to 599. ``detail`` is for the peer to read. ``headers`` go with
    the response: ``www-authenticate``, say. ``errors`` are all fields that are wrong. Raises
    ``ValueError`` for any other status.

        raise HTTPError(404, "There is no such book.")
    """

    def __init__(
        self,
        status: int,
        detail: str = "",
        *,
        headers: HeaderFields = (),
        errors: Sequence[FieldError] = (),
    ) -> None:
        if not _FIRST_ERROR <= status <= _LAST_ERROR:
            raise ValueError(f"the status of an error is from 400 to 599, and not {status}")
        super().__init__(status, detail)
        self.status = status
        self.detail = detail
        self.headers = headers
        self.errors = tuple(errors)

    @property
    def title(self) -> str:
        """The reason phrase of the status (RFC 9110 §15)."""
        try:
            return _RENAMED.get(self.status) or HTTPStatus(self.status).phrase
        except ValueError:
            return (
                "Client Error" if self.status < HTTPStatus.INTERNAL_SERVER_ERROR else "Server Error"
            )

    def __str__(self) -> str:
        return f"{self.status} {self.title}" + (f": {self.detail}" if self.detail else "")


class RegistrationError(Exception):
    """A path, a signature or a blueprint that can't work; the message says where and why."""


class ExtensionError(Exception):
    """An extension that can't be loaded, reloaded or unloaded; ``name`` is its module's."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"{name!r} {message}")
        self.name = name


class ExtensionNotFound(ExtensionError):
    """There is no module with the name."""

    def __init__(self, name: str) -> None:
        super().__init__(name, "is no module that can be imported")


class ExtensionAlreadyLoaded(ExtensionError):
    """The extension is loaded, or is about to be; ``reload`` loads it anew."""

    def __init__(self, name: str) -> None:
        super().__init__(name, "is loaded already")


class ExtensionNotLoaded(ExtensionError):
    """There is no extension of the name to be unloaded or reloaded."""

    def __init__(self, name: str) -> None:
        super().__init__(name, "is not loaded")


class NoSetupError(ExtensionError):
    """The module has no function ``setup(app)``."""

    def __init__(self, name: str) -> None:
        super().__init__(name, "has no function setup(app)")


class ExtensionFailed(ExtensionError):
    """What was raised by the import, the setup or the start of an extension is ``original``."""

    def __init__(self, name: str, original: Exception | SystemExit) -> None:
        super().__init__(name, f"has failed: {type(original).__name__}: {original}")
        self.original = original
