"""The pages of ``docs/framework``: ``framework_pages:paths`` is the application of ``paths.md``.

Files that a page shows are written to the working directory.
"""

from documents import FRAMEWORK, executed


def __getattr__(name: str) -> object:
    page = FRAMEWORK / f"{name}.md"
    if not page.exists():
        raise AttributeError(name)
    return executed(page)["app"]
