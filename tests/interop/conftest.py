"""One site, written with two frameworks: each test of this folder that asks for ``site`` runs on both."""

from collections.abc import Iterator

import pytest
from support.server import Launcher, Server

FRAMEWORKS = ["starlette", "fastapi"]


@pytest.fixture(scope="module", params=FRAMEWORKS)
def site(request: pytest.FixtureRequest, serve: Launcher) -> Iterator[Server]:
    pytest.importorskip(request.param)
    with serve(f"{request.param}_site:app") as server:
        yield server


@pytest.fixture(scope="module")
def socket_site(serve: Launcher) -> Iterator[Server]:
    """The site on a unix socket; its path is the address."""
    with serve("starlette_site:app", uds=True) as server:
        yield server
