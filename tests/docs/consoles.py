"""What a document has its readers type: the commands in its blocks ``console``."""

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from apps.documents import Block, blocks

PROMPT = "$ "


class Command(NamedTuple):
    """A line behind a prompt, and the lines that are shown below it."""

    place: str
    line: str
    output: str

    @property
    def parts(self) -> list[list[str]]:
        """The words of each command that the line is made of, without its comment."""
        lexer = shlex.shlex(self.line, posix=True, punctuation_chars="|&>")
        lexer.whitespace_split = True
        lexer.commenters = "#"
        parts: list[list[str]] = [[]]
        for word in lexer:
            if word in {"|", "&&"}:
                parts.append([])
            else:
                parts[-1].append(word)
        return parts

    @property
    def words(self) -> list[str]:
        """Those of the first one."""
        return self.parts[0]


def commands(document: Path) -> Iterator[Command]:
    """Those of a document, in order."""
    for block in blocks(document, "console"):
        yield from commands_of(block)


def commands_of(block: Block) -> Iterator[Command]:
    """Those of a block. What stands before the first prompt is an error."""
    found: list[Command] = []
    for number, line in enumerate(block.text.splitlines(), block.line + 1):
        if line.startswith(PROMPT):
            found.append(Command(f"{block.document.name}:{number}", line.removeprefix(PROMPT), ""))
        else:
            found[-1] = found[-1]._replace(output=found[-1].output + line + "\n")
    yield from found
