"""The documents whose blocks of code are executed, so that they stay true."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[2]

DOCS = ROOT / "docs"

EXAMPLES = ROOT / "examples"

README = ROOT / "README.md"

SPECIFICATION = DOCS / "spec" / "psgi.md"

PSGI = (SPECIFICATION, DOCS / "psgi.md")
"""Whose exchanges are with the application that is defined last before each."""

FRAMEWORK = DOCS / "framework"

TUTORIAL = FRAMEWORK / "tutorial.md"
"""What walks through ``examples/notes``: its blocks of files are parts of those of the example."""

PAGES = tuple(sorted(page for page in FRAMEWORK.glob("*.md") if page != TUTORIAL))
"""The documentation of the framework. Each page is one program, of which ``app`` is served."""


WALKTHROUGHS = tuple(
    DOCS / name for name in ("index.md", "getting-started.md", "logging.md", "moving.md")
)
"""What a new user follows from the top to the bottom: files to write, and commands to type."""

GENERATED = DOCS / "reference"

DOCUMENTS = (
    README,
    ROOT / "CONTRIBUTING.md",
    ROOT / "ARCHITECTURE.md",
    *sorted(path for path in DOCS.rglob("*.md") if GENERATED not in path.parents),
)
"""All of them."""

TITLE = re.compile(r'title="([^"]+)"')

FIRST_LINE = re.compile(r"# (\w[\w./-]*\.\w+)\n")


class Block(NamedTuple):
    """The lines between two fences."""

    document: Path
    language: str
    title: str
    """What stands after the language."""
    line: int
    """The number of the fence that begins it."""
    text: str

    @property
    def file(self) -> str:
        """The file that the block shows: its title or, where comments begin so, its first line."""
        found = TITLE.fullmatch(self.title) or FIRST_LINE.match(self.text)
        return found[1] if found else ""

    @property
    def content(self) -> str:
        """What of the text is in the file."""
        return self.text if self.title else FIRST_LINE.sub("", self.text, count=1)

    @property
    def place(self) -> str:
        """Where it stands, as a compiler says it."""
        return f"{self.document.name}:{self.line}"


def blocks(document: Path, *languages: str) -> Iterator[Block]:
    """The blocks in these languages, in order; all of them without any."""
    fence: Block | None = None
    for number, line in enumerate(document.read_text(encoding="utf-8").splitlines(), 1):
        if fence is None:
            if line.startswith("```"):
                language, _, title = line.removeprefix("```").partition(" ")
                fence = Block(document, language, title, number, "")
        elif line == "```":
            if fence.language in languages or not languages:
                yield fence
            fence = None
        else:
            fence = fence._replace(text=fence.text + line + "\n")


def execute(block: Block, namespace: dict[str, Any]) -> None:
    """Run a block of Python; a traceback names the line of the document."""
    exec(compile("\n" * block.line + block.text, block.document.name, "exec"), namespace)


def executed(page: Path) -> dict[str, Any]:
    """What the names of a page stand for, after its files are in the working directory."""
    namespace: dict[str, Any] = {"__name__": f"page_{page.stem}"}
    for block in blocks(page):
        if block.file:
            file = Path(block.file)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block.text, encoding="utf-8")
    for block in blocks(page, "python"):
        if not block.file:  # those are modules
            execute(block, namespace)
    return namespace
