"""One site, written with two frameworks: a test that asks for ``site`` runs on both."""

from collections.abc import Iterator

import pytest
from support.server import Launcher, Server

FRAMEWORKS = ["starlette", "fastapi"]


@pytest.fixture(scope="module", params=FRAMEWORKS)
def site(request: pytest.FixtureRequest, serve: Launcher) -> Iterator[Server]:
    pytest.importorskip(request.param)
    with serve(f"{request.param}_site:app") as server:
        yield server
