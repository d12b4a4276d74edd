"""What the tutorial shows of the example is in the example, and it leaves none of its files out."""

from pathlib import Path

import pytest
from apps.documents import EXAMPLES, TUTORIAL, Block, blocks

SHOWN = [block for block in blocks(TUTORIAL) if block.language != "console"]

FILES = sorted(
    file.relative_to(EXAMPLES)
    for file in (EXAMPLES / "notes").rglob("*.*")
    if "__pycache__" not in file.parts
)


def is_in_the_example(block: Block) -> bool:
    """Whether its lines stand together in the file that it names."""
    file = EXAMPLES / block.file
    return file.is_file() and f"\n{block.content}" in "\n" + file.read_text(encoding="utf-8")


@pytest.mark.parametrize("block", SHOWN, ids=lambda block: block.place)
def test_what_is_shown_is_in_the_example(block: Block) -> None:
    assert is_in_the_example(block)


@pytest.mark.parametrize("file", FILES, ids=str)
def test_every_file_of_the_example_is_named(file: Path) -> None:
    name = file.relative_to("notes").as_posix()
    assert f"`{name}`" in TUTORIAL.read_text(encoding="utf-8")


SETUP = """\
def setup(app: App) -> None:
    \"\"\"Register it.\"\"\"
    app.add_blueprint(Admin())
"""


@pytest.mark.parametrize(
    ("title", "text", "is_there"),
    [
        ("", "# notes/admin.py\n" + SETUP, True),
        ('title="notes/admin.py"', SETUP, True),
        ('title="notes/people.py"', SETUP, False),
        ('title="notes/nothing.py"', SETUP, False),
        ('title="notes/admin.py"', SETUP.replace("Admin()", "Admin"), False),
        ('title="notes/admin.py"', SETUP.replace('    """Register it."""\n', ""), False),
        ('title="notes/admin.py"', "setup(app: App) -> None:\n", False),
        ("", SETUP, False),
    ],
)
def test_what_is_not_in_the_example_is_noticed(title: str, text: str, *, is_there: bool) -> None:
    block = Block(TUTORIAL, "python", title, 1, text)
    assert is_in_the_example(block) == is_there
