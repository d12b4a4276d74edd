"""Under load, an extension is changed again and again: no client notices, and nothing grows.

``PYRE_SOAK=full`` asks for half a minute of each load, and for ten thousand cycles.
"""

import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from support.client import encoded
from support.load import CLIENTS, answer_all
from support.process import open_descriptors, resident_bytes
from support.programs import needed
from support.server import Launcher, Server
from support.waiting import eventually

IS_FULL = os.environ.get("PYRE_SOAK") == "full"

SECONDS = 30 if IS_FULL else 3
"""How long a load goes on."""

RELOADS = 10
"""What there must be more of; a load that is over before is repeated."""

CYCLES = 10_000 if IS_FULL else 1_000

WARM_UP = 200

GROWN_BYTES = 4 * 1024 * 1024
"""What the resident set may vary by, for reasons of the allocator."""

GROWN_OBJECTS = 100
"""What the number of Python objects may vary by, for reasons of the standard library."""

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3600 if IS_FULL else 600)]

HELLO = encoded("GET /hello")

EXTENSION = """
import asyncio

from pyre import framework
from pyre.framework import Blueprint


class Hello(Blueprint):
    @framework.endpoint("/hello")
    async def hello(self) -> str:
        return "NUMBER"

    @framework.endpoint("/hello/{name}")
    async def hello_to(self, name: str) -> str:
        return name


async def layer(request, call_next):
    return await call_next(request)


async def setup(app):
    await asyncio.sleep(0.001)
    app.add_blueprint(Hello())
    app.middleware(layer)
    app.create_task(asyncio.Event().wait())
"""


@pytest.fixture(params=["psgi", "asgi"])
def server(request: pytest.FixtureRequest, serve: Launcher) -> Iterator[Server]:
    options = ("--interface", request.param, "--no-access-log")
    with serve("framework_loading:app", *options) as server:
        write(server, 0)
        yield server


def write(server: Server, number: int) -> None:
    """Write the extension; the length of its answer is always the same."""
    source = EXTENSION.replace("NUMBER", f"{number:06}").encode()
    assert server.request("PUT /sources/hello_extension", source).status == 204


def change(server: Server, what: str) -> None:
    response = server.request(f"POST /{what}/hello_extension")
    assert response.status == 204, response.body


def by_wrk(server: Server) -> int:
    """Many requests on connections that stay; how many there were."""
    command = [needed("wrk"), "-t", "2", "-c", "16", "-d", f"{SECONDS}s", server.url("/hello")]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "Non-2xx or 3xx responses" not in told, told
    assert "Socket errors" not in told, told
    requests = re.search(r"(\d+) requests in", told)
    assert requests, told
    return int(requests[1])


def by_new_connections(server: Server) -> int:
    """Many connections, each for some requests that are pipelined; how many requests there were.

    Each response is 200, and no connection is refused: either raises.
    """
    end = time.monotonic() + SECONDS

    def ask(_: int) -> int:
        asked = 0
        while time.monotonic() < end:
            answer_all(server.address, HELLO, 20)
            asked += 20
        return asked

    with ThreadPoolExecutor(CLIENTS) as pool:
        return sum(pool.map(ask, range(CLIENTS)))


LOADS = {"wrk": by_wrk, "new-connections": by_new_connections}


@pytest.mark.parametrize("load", LOADS.values(), ids=LOADS)
def test_no_client_notices_a_reload(server: Server, load: Callable[[Server], int]) -> None:
    change(server, "load")
    reloads = 0
    asked = 0
    with ThreadPoolExecutor() as pool:
        while reloads <= RELOADS:
            loading = pool.submit(load, server)
            while not loading.done():
                reloads += 1
                write(server, reloads)
                change(server, "reload")
                assert server.request("GET /hello").body == b"%06d" % reloads
            asked += loading.result()
    assert asked > reloads


def grown(server: Server) -> tuple[int, int, int]:
    """Objects, octets and descriptors."""
    objects = int(server.request("GET /sizes").body)
    return objects, resident_bytes(server.pid), open_descriptors(server.pid)


def load_and_unload(server: Server) -> None:
    change(server, "load")
    assert server.request("GET /hello").status == 200
    change(server, "unload")
    assert server.request("GET /hello").status == 404


def reload(server: Server) -> None:
    change(server, "reload")
    assert server.request("GET /hello").status == 200


@pytest.mark.parametrize("cycle", [load_and_unload, reload])
def test_cycles(server: Server, cycle: Callable[[Server], None]) -> None:
    if cycle is reload:
        change(server, "load")
    for _ in range(WARM_UP):
        cycle(server)
    objects, resident, descriptors = grown(server)
    for _ in range(CYCLES):
        cycle(server)

    def fits(now: tuple[int, int, int]) -> bool:
        return (
            now[0] <= objects + GROWN_OBJECTS
            and now[1] <= resident + GROWN_BYTES
            and now[2] <= descriptors
        )

    now = eventually(lambda: grown(server), fits)
    assert fits(now), f"{(objects, resident, descriptors)} has become {now}"
