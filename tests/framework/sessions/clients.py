"""Clients of an application with sessions, in the same process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from apps.framework_sessions import site
from httpx import Response
from pyre.framework.sessions import SessionStore
from pyre.framework.testing import TestClient


@asynccontextmanager
async def serving(store: SessionStore | None, **options: Any) -> AsyncIterator[TestClient]:
    """The application with that store, until the end of the ``with`` block."""
    async with site(store, **options).test_client() as client:
        yield client


async def values(client: TestClient) -> Any:
    """What is in the session."""
    return (await client.get("/session")).json()["values"]


def cookie(response: Response) -> str | None:
    """The value that a response has set; empty where it has deleted it."""
    lines = response.headers.get_list("set-cookie")
    assert len(lines) <= 1
    return lines[0].partition(";")[0].partition("=")[2] if lines else None


def cookies(response: Response) -> dict[str, str]:
    """The field with which a browser comes again."""
    value = cookie(response)
    assert value, "no cookie was set"
    return {"cookie": f"session={value}"}
