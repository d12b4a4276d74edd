"""httpx in front of Starlette and FastAPI."""

import asyncio
from collections.abc import Iterator

import pytest
from support.client import connected
from support.server import Server
from support.waiting import wait_for

httpx = pytest.importorskip("httpx")


@pytest.fixture
def client(site: Server) -> Iterator["httpx.Client"]:
    with httpx.Client(base_url=site.url(), timeout=15) as client:
        yield client
