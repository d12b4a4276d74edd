"""The applications of the framework's pages: an attribute for each page, ``middleware`` say."""

from typing import Any

from documents import DOCS, executed


def __getattr__(name: str) -> Any:
    page = DOCS / "framework" / f"{name}.md"
    if not page.exists():
        raise AttributeError(name)
    return executed(page)["app"]
