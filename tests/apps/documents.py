"""The blocks of code in a page of the documentation, which is executed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

DOCS = Path(__file__).parents[2] / "docs"


class Block(NamedTuple):
    """The lines between two fences."""

    document: str
    """The name of the file."""
    language: str
    line: int
    """The number of the fence that begins it."""
    text: str

    @property
    def place(self) -> str:
        """Where it stands, as a compiler says it."""
        return f"{self.document}:{self.line}"


def blocks(document: Path, *languages: str) -> Iterator[Block]:
    """The blocks of a page in these languages, in order."""
    fence: Block | None = None
    for number, line in enumerate(document.read_text(encoding="utf-8").splitlines(), 1):
        if fence is None:
            if line.startswith("```"):
                fence = Block(document.name, line.removeprefix("```"), number, "")
        elif line == "```":
            if fence.language in languages:
                yield fence
            fence = None
        else:
            fence = fence._replace(text=fence.text + line + "\n")


def executed(document: Path) -> dict[str, Any]:
    """What a page defines: its blocks of Python are executed in order, in one namespace."""
    namespace: dict[str, Any] = {"__name__": document.stem}
    for block in blocks(document, "python"):
        # A traceback names the line of the page.
        exec(compile("\n" * block.line + block.text, block.document, "exec"), namespace)
    return namespace
