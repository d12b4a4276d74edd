"""Check a site that was built: ``check_site.py FOLDER``.

Each link between its pages leads to a page, and to a place on it; whatever a page needs to be shown
is part of the site, so that it can be read without a network. Exit status: 1 if something is wrong.
"""

import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

# The page for what is not found is served at any path, so that its links begin at the root.
NOT_FOUND = "404.html"

# What a browser loads to show a page; `link` is what these relations name, and else a mere link.
LOADED = {("script", "src"), ("img", "src"), ("source", "src"), ("iframe", "src")}
LOADING_RELATIONS = {"stylesheet", "icon", "preload", "preconnect"}


class Page(HTMLParser):
    """What of a page has to be looked at: its places, where it links to, what it loads."""

    def __init__(self) -> None:
        super().__init__()
        self.places: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag names."""
        attributes = dict(attrs)
        for name in ("id", "name"):
            self.places.add(attributes.get(name) or "")
        relations = (attributes.get("rel") or "").split()
        for name, value in attributes.items():
            is_loaded = (tag, name) in LOADED or not LOADING_RELATIONS.isdisjoint(relations)
            if value and name in {"href", "src"}:
                (self.loads if is_loaded else self.links).append(value)


def main(site: Path) -> int:
    """Print what is wrong; the exit status says whether something is."""
    pages = {path: parsed(path) for path in sorted(site.rglob("*.html")) if path.name != NOT_FOUND}
    faults = [fault for path, page in pages.items() for fault in faults_of(path, page, pages)]
    for fault in faults:
        print(fault)
    if not pages:
        print(f"there are no pages in {site}")
    return 1 if faults or not pages else 0


def parsed(path: Path) -> Page:
    """Read a page."""
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def faults_of(path: Path, page: Page, pages: dict[Path, Page]) -> Iterator[str]:
    """What is wrong with a page."""
    for url in page.loads:
        if urlsplit(url).netloc:
            yield f"{path}: loads {url} from elsewhere"
    for url in [*page.links, *page.loads]:
        parts = urlsplit(url)
        if parts.scheme or parts.netloc:
            continue
        target = file_of(path, unquote(parts.path))
        if not target.exists():
            yield f"{path}: there is no {url}"
        elif target in pages and unquote(parts.fragment) not in {"", *pages[target].places}:
            yield f"{path}: there is no place {url}"


def file_of(page: Path, path: str) -> Path:
    """The file that a relative reference on a page leads to."""
    if not path:
        return page
    target = (page.parent / path).resolve()
    return target / "index.html" if target.is_dir() else target


if __name__ == "__main__":
    if len(sys.argv) != len(("program", "folder")):
        sys.exit("usage: check_site.py FOLDER")
    sys.exit(main(Path(sys.argv[1]).resolve()))
