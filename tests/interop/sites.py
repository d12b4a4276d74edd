"""The site of ``tests/apps``: what it is written with, and how tests talk to it.

``starlette_site.py`` has a path for each thing that a client does. The others are the same site as
the users of their framework write it; beside it they have paths for what only they can do.
"""

from typing import Any

import httpx
import pytest
from support.server import Server
from support.waiting import PATIENCE, wait_for

FRAMEWORKS = ["starlette", "fastapi", "django", "litestar", "quart", "falcon", "blacksheep"]

LOOPS = ["asyncio", "uvloop"]


def only(*frameworks: str, loops: list[str] = LOOPS) -> pytest.MarkDecorator:
    """For what these frameworks have of their own."""
    return pytest.mark.frameworks(*frameworks, loops=loops)


def lacked_by(framework: str, reason: str) -> pytest.MarkDecorator:
    """For what every framework has but this one; the reason is that of the skip."""
    return pytest.mark.lacked_by(framework, reason=reason)


def options(site: Server) -> dict[str, Any]:
    """Those of a client. To load the certificates for HTTPS would take longer than most tests."""
    return {"base_url": site.url(), "timeout": PATIENCE, "verify": False}


def wait_until_finished(client: httpx.Client, tag: str) -> None:
    """Wait for the end of what the site has begun under this name."""
    wait_for(lambda: tag in client.get("/finished").json(), "the site to finish")
