"""The documents hang together: links, the navigation of the site, the languages of blocks."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import api_reference
import pytest
from apps.documents import (
    DOCS,
    DOCUMENTS,
    FRAMEWORK,
    GENERATED,
    PAGES,
    PSGI,
    README,
    ROOT,
    TITLE,
    TUTORIAL,
    WALKTHROUGHS,
    blocks,
)

LINK = re.compile(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)")

HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)

FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)

ENTRY = re.compile(r"^ +- (?:[^:]+: )?(\S+\.md)$", re.MULTILINE)

EXECUTED = {
    *PAGES,  # framework/test_docs.py
    *PSGI,  # psgi/test_specification.py
    *WALKTHROUGHS,  # docs/test_walkthroughs.py
    README,  # docs/test_readme.py
    TUTORIAL,  # docs/test_tutorial.py finds it in the example
}
"""The documents whose every block of Python is executed, or is a part of what is."""

EXCHANGED = {*PAGES, *PSGI}
"""Those whose blocks ``http`` happen."""

LANGUAGES = {
    "python": EXECUTED,
    "http": EXCHANGED,
    "console": set(DOCUMENTS),  # docs/test_commands.py
    "nginx": {DOCS / "deployment.md", DOCS / "command-line.md"},  # docs/test_deployment.py
    "ini": {DOCS / "deployment.md"},  # docs/test_deployment.py
    "logrotate": {DOCS / "deployment.md"},  # docs/test_deployment.py
    "html": {*PAGES, TUTORIAL},  # a file of the page's program
    "javascript": {TUTORIAL},  # docs/test_tutorial.py
    "text": {*PAGES, *PSGI},  # what is printed, a grammar: nothing that could be executed
    "": {ROOT / "ARCHITECTURE.md"},  # a drawing
}
"""Where a language may be used: where something is done with its blocks, or nothing can be."""


class Link(NamedTuple):
    path: str
    fragment: str


@pytest.fixture(params=DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def document(request: pytest.FixtureRequest) -> Path:
    chosen: Path = request.param
    return chosen


def links(document: Path) -> Iterator[Link]:
    """The relative links, in the order of the text."""
    text = FENCED.sub("", document.read_text(encoding="utf-8"))
    return (Link(*found) for found in LINK.findall(text))


def anchor(heading: str) -> str:
    """What a link to a heading ends with, as GitHub and the site make it."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def anchors(document: Path) -> set[str]:
    text = FENCED.sub("", document.read_text(encoding="utf-8"))
    return {anchor(heading) for heading in HEADING.findall(text)}


def test_links(document: Path) -> None:
    for path, fragment in links(document):
        target = (document.parent / path).resolve() if path else document
        assert target.exists(), f"{document.name} links to {path}"
        if fragment:
            assert fragment in anchors(target), f"{document.name} links to {path}#{fragment}"


def test_pages_of_the_site_link_to_pages_of_the_site(document: Path) -> None:
    if document.is_relative_to(DOCS):
        targets = {(document.parent / path).resolve() for path, _ in links(document)}
        assert {path for path in targets if not path.is_relative_to(DOCS)} == set()


def test_every_language_is_checked_where_it_is_used(document: Path) -> None:
    for block in blocks(document):
        assert block.language in LANGUAGES, f"{block.place}: nothing checks {block.language}"
        assert document in LANGUAGES[block.language], f"{block.place}: nothing checks it here"


def test_nothing_but_a_title_stands_after_a_language(document: Path) -> None:
    """The site would take anything else for text."""
    for block in blocks(document):
        assert not block.title or TITLE.fullmatch(block.title), block.place


def test_no_code_in_a_table_escapes_a_bar(document: Path) -> None:
    """GitHub takes the backslash away and the site shows it: `<code>A &#124; B</code>` is a way."""
    text = FENCED.sub("", document.read_text(encoding="utf-8"))
    assert re.findall(r"`[^`\n]*\\\|[^`\n]*`", text) == []


def test_the_navigation_names_every_page_once() -> None:
    named = ENTRY.findall((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    written = [path.relative_to(DOCS) for path in DOCUMENTS if path.is_relative_to(DOCS)]
    pages = [*api_reference.MODULES, api_reference.GIVEN]
    generated = [GENERATED.relative_to(DOCS) / f"{name}.md" for name in pages]
    assert sorted(named) == sorted(path.as_posix() for path in [*written, *generated])


def test_the_index_of_the_framework_names_every_page() -> None:
    linked = {path for path, _ in links(FRAMEWORK / "index.md")}
    assert {page.name for page in (*PAGES, TUTORIAL)} - {"index.md"} <= linked
