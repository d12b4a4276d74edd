"""What is printed when a server is ready, and that a terminal shows it as people want it."""

import asyncio
import os
import re
import signal
import subprocess
import sys

import pytest
from fastapi import FastAPI
from litestar import Litestar
from litestar.openapi import OpenAPIConfig
from pyre.framework import App
from pyre.server.announcement import announcement, documentation_url
from quart import Quart
from starlette.applications import Starlette
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.routing import Route

from server.conftest import ECHO_APP
from server.in_process import serving

LOOPBACK = ("127.0.0.1", 8000)


def framework(**options):
    app = App()
    app.openapi(title="t", version="1", **options)
    return app


def of_starlette(path):
    return Starlette(routes=[Route(path, lambda _: Response())])


def litestar(**options):
    """Without its logging, which would be that of all tests: it sets the root logger up."""
    return Litestar(logging_config=None, **options)


class Difficult:
    """An application whose attributes raise."""

    @property
    def routes(self):
        raise ValueError

    async def __call__(self, scope, receive, send): ...


@pytest.mark.parametrize(
    ("app", "path"),
    [
        (FastAPI(), "/docs"),
        (FastAPI(docs_url="/api/docs"), "/api/docs"),
        (FastAPI(docs_url=None), "/redoc"),
        (FastAPI(docs_url=None, redoc_url=None), None),
        (FastAPI(openapi_url=None), None),
        (CORSMiddleware(CORSMiddleware(FastAPI())), "/docs"),
        (litestar(), "/schema"),
        (litestar(openapi_config=OpenAPIConfig("t", "1", path="/about")), "/about"),
        (litestar(openapi_config=None), None),
        (framework(), "/docs"),
        (framework(ui="/reference"), "/reference"),
        (framework(ui=None), None),
        (App(), None),
        (of_starlette("/docs"), "/docs"),
        (of_starlette("/other"), None),
        (Quart("main"), None),
        (Difficult(), None),
        (lambda: None, None),
    ],
)
def test_the_documentation_is_named_where_there_is_one(app, path):
    url = documentation_url(app, [LOOPBACK])
    assert url == (f"http://127.0.0.1:8000{path}" if path else None)


@pytest.mark.parametrize(
    ("addresses", "url"),
    [
        ([("0.0.0.0", 80)], "http://127.0.0.1:80/docs"),
        ([("::", 80)], "http://[::1]:80/docs"),
        ([("192.0.2.1", 80), LOOPBACK], "http://192.0.2.1:80/docs"),
        (["/run/pyre.sock"], None),
    ],
)
def test_the_documentation_is_where_a_browser_gets(addresses, url):
    assert documentation_url(FastAPI(), addresses) == url


@pytest.mark.parametrize(
    ("addresses", "place"),
    [
        ([LOOPBACK], "on http://127.0.0.1:8000 ("),
        ([("0.0.0.0", 80)], "on http://0.0.0.0:80 (here http://127.0.0.1:80) ("),
        ([("::", 80)], "on http://[::]:80 (here http://[::1]:80) ("),
        ([LOOPBACK, ("::1", 8000)], "on http://127.0.0.1:8000 and http://[::1]:8000 ("),
        (["/run/pyre.sock"], "on unix:/run/pyre.sock ("),
    ],
)
def test_an_address_can_be_followed(addresses, place):
    async def announced():
        return announcement("main:app", addresses)

    assert f"serves main:app {place}" in asyncio.run(announced())


def test_the_documentation_is_announced_behind_the_address(caplog):
    caplog.set_level("INFO", "pyre")

    async def main():
        async with serving(FastAPI()) as server:
            return server.addresses[0][1]

    port = asyncio.run(main())
    first, second = caplog.messages[-2:]
    assert f" on http://127.0.0.1:{port} (" in first
    assert second == f"Documentation: http://127.0.0.1:{port}/docs"


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(
    ("variables", "status"),
    [({}, "\x1b[32m200\x1b[0m"), ({"NO_COLOR": "1"}, "200"), ({"TERM": "dumb"}, "200")],
)
def test_a_terminal_shows_durations_and_colours(tmp_path, environment, variables, status):
    tmp_path.joinpath("main.py").write_text(ECHO_APP, encoding="utf-8")
    screen, terminal = os.openpty()
    inherited = {name: environment[name] for name in environment if name != "NO_COLOR"}
    command = [sys.executable, "-m", "pyre", "main:app", "--port", "0"]
    with (
        os.fdopen(screen, encoding="utf-8") as shown,
        subprocess.Popen(
            command,
            cwd=tmp_path,
            env=inherited | {"TERM": "xterm"} | variables,
            stdout=terminal,
            stderr=terminal,
        ) as server,
    ):
        os.close(terminal)
        try:
            port = re.search(r"http://127\.0\.0\.1:(\d+)", shown.readline())[1]
            asyncio.run(ask_once(int(port)))
            line = shown.readline().rstrip()
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(60)
    assert re.fullmatch(re.escape(status) + r"  +\d+\.\d (ms|s )  GET /shown", line)


async def ask_once(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /shown HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert await reader.read()
    writer.close()
    await writer.wait_closed()
