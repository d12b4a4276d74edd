"""Modules whose sources a test writes and writes again."""

import os
import sys
from pathlib import Path
from textwrap import dedent
from types import ModuleType

SIZE = 8192
"""Octets of each source."""

CHANGED_AT = 1_700_000_000
"""The time at which each source was changed, in seconds since 1970."""


class Sources:
    """Modules below a directory that is on ``sys.path``.

    Each source has the size and the time of change of any other, so that nothing but its text
    tells that it was written anew: a ``.pyc`` of the text before is taken for current by CPython.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._roots: set[str] = set()

    def write(self, name: str, text: str = "", *, package: bool = False) -> Path:
        """Write a module such as ``shop.books``, or the ``__init__`` of a package."""
        path = self.directory.joinpath(*name.split("."))
        file = path / "__init__.py" if package else path.with_name(f"{path.name}.py")
        file.parent.mkdir(parents=True, exist_ok=True)
        source = dedent(text).ljust(SIZE, "\n").encode()
        assert len(source) == SIZE
        file.write_bytes(source)
        os.utime(file, (CHANGED_AT, CHANGED_AT))
        self._roots.add(name.partition(".")[0])
        return file

    def imported(self) -> dict[str, ModuleType]:
        """What ``sys.modules`` has of it."""
        return {
            name: module
            for name, module in sys.modules.items()
            if name.partition(".")[0] in self._roots
        }

    def compiled(self) -> list[str]:
        """The names of the ``.pyc`` files."""
        return sorted(file.name for file in self.directory.rglob("*.pyc"))

    def forget(self) -> None:
        """Take out of ``sys.modules`` what is left there."""
        for name in self.imported():
            del sys.modules[name]


def answering(path: str, text: str) -> str:
    """The source of an extension that answers at one path."""
    return f"""
def setup(app):
    @app.endpoint({path!r})
    async def answer() -> str:
        return {text!r}
"""


def version(number: int, path: str = "/books") -> str:
    """A module that answers by a number, which others may import too."""
    return f"NUMBER = {number}\n" + answering(path, str(number))
