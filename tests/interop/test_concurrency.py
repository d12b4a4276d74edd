"""Many requests at the same time, from asynchronous clients."""

import asyncio
import hashlib

import aiohttp
import httpx
from apps.payload import BLOCK, blocks, digest
from support.server import Server
from support.waiting import PATIENCE

from interop.sites import only

pytestmark = only("starlette", "fastapi", loops=["uvloop"])

REQUESTS = 100
CONNECTIONS = 50


def test_httpx(site: Server) -> None:
    async def run() -> list[str]:
        limits = httpx.Limits(max_connections=CONNECTIONS)
        async with httpx.AsyncClient(
            base_url=site.url(), limits=limits, timeout=PATIENCE
        ) as client:
            responses = await asyncio.gather(
                *(client.get(f"/hello/{number}") for number in range(REQUESTS))
            )
        return [response.json()["hello"] for response in responses]

    assert asyncio.run(run()) == [str(number) for number in range(REQUESTS)]


def test_aiohttp(site: Server) -> None:
    async def run() -> list[int]:
        connector = aiohttp.TCPConnector(limit=CONNECTIONS)
        async with aiohttp.ClientSession(site.url(), connector=connector) as client:

            async def echo(number: int) -> int:
                async with client.post("/echo", json=number) as response:
                    return int(await response.json())

            return await asyncio.gather(*(echo(number) for number in range(REQUESTS)))

    assert asyncio.run(run()) == list(range(REQUESTS))


def test_streams_side_by_side(site: Server) -> None:
    """Downloads and uploads of several megabytes share the server without mixing."""
    size = 64 * BLOCK
    body = b"".join(blocks(size))

    async def download(client: httpx.AsyncClient) -> str:
        found = hashlib.sha256()
        async with client.stream("GET", f"/download/{size}") as response:
            async for piece in response.aiter_bytes():
                found.update(piece)
        return found.hexdigest()

    async def upload(client: httpx.AsyncClient) -> str:
        return str((await client.post("/upload", content=body)).json()["digest"])

    async def run() -> set[str]:
        async with httpx.AsyncClient(base_url=site.url(), timeout=PATIENCE) as client:
            transfers = [act(client) for _ in range(10) for act in (download, upload)]
            return set(await asyncio.gather(*transfers))

    assert asyncio.run(run()) == {digest(blocks(size))}
