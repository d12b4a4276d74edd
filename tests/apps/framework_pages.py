"""The pages of ``docs/framework``: ``framework_pages:paths`` is the application of ``paths.md``.

Files that a page shows are written to the working directory, from which modules are imported.
"""

import sys
from pathlib import Path

from documents import FRAMEWORK, executed

sys.path.insert(0, str(Path.cwd()))


def __getattr__(name: str) -> object:
    page = FRAMEWORK / f"{name}.md"
    if not page.exists():
        raise AttributeError(name)
    return executed(page)["app"]
