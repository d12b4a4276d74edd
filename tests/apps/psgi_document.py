"""The blocks of code in the specification, which is executed."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

DOCUMENT = Path(__file__).parents[2] / "docs" / "spec" / "psgi.md"


class Block(NamedTuple):
    """The lines between two fences."""

    language: str
    line: int
    """The number of the fence that begins it."""
    text: str

    @property
    def place(self) -> str:
        """Where it stands, as a compiler says it."""
        return f"{DOCUMENT.name}:{self.line}"


def blocks(*languages: str) -> Iterator[Block]:
    """The blocks in these languages, in order."""
    fence: Block | None = None
    for number, line in enumerate(DOCUMENT.read_text(encoding="utf-8").splitlines(), 1):
        if fence is None:
            if line.startswith("```"):
                fence = Block(line.removeprefix("```"), number, "")
        elif line == "```":
            if fence.language in languages:
                yield fence
            fence = None
        else:
            fence = fence._replace(text=fence.text + line + "\n")


def last_definition(block: Block) -> str:
    """The name of the last function or class that a block of Python defines."""
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    found = [node.name for node in ast.parse(block.text).body if isinstance(node, definitions)]
    return found[-1]
