"""A file as the body of a response."""

import os
from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@runtime_checkable
class HasDescriptor(Protocol):
    """An open file: whatever has a descriptor."""

    def fileno(self) -> int:
        """The descriptor of the operating system."""
        ...


@dataclass(frozen=True, slots=True)
class File:
    """Octets of a regular file, from ``offset`` on: ``count`` of them, or all that follow.

    ``file`` is a path, a descriptor, or an object that has one. A descriptor stays the
    application's, and its position is neither used nor changed. The file is opened when the
    response is sent, not here.

    Raises ``ValueError`` for an offset or a count that is negative, ``TypeError`` for an argument
    of a wrong type.

        psgi.Response(200, [("content-type", "image/png")], psgi.File("logo.png"))
    """

    file: str | os.PathLike[str] | int | HasDescriptor
    offset: int = 0
    count: int | None = None

    def __post_init__(self) -> None:
        _check_file(self.file)
        _check_number("offset", self.offset)
        if self.count is not None:
            _check_number("count", self.count)


def _check_file(file: object) -> None:
    if isinstance(file, bool) or not isinstance(file, str | os.PathLike | int | HasDescriptor):
        raise TypeError(
            "the file must be a path, a descriptor or an object with fileno(), "
            f"not {type(file).__name__}"
        )


def _check_number(name: str, value: object) -> None:
    if not isinstance(value, int):
        raise TypeError(f"the {name} must be an int, not {type(value).__name__}")
    if value < 0:
        raise ValueError(f"the {name} must not be negative, and is {value}")
