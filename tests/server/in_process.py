"""A server in the loop of a test, and a client for it."""

import asyncio
import contextlib
import socket

from pyre.server.config import Config
from pyre.server.server import Server


async def start(server):
    """Serve in a task, up to the moment at which requests are answered."""
    task = asyncio.create_task(server.serve())
    started = asyncio.create_task(server.started.wait())
    await asyncio.wait({task, started}, return_when=asyncio.FIRST_COMPLETED)
    started.cancel()
    if task.done():
        task.result()
    return task


def make_server(app, *, handle_signals=False, **options):
    options = {"access_log": False, "uds": None, "warn_blocked_loop": None, **options}
    if options["uds"] is None:
        options["port"] = 0
    return Server(Config(app, **options), handle_signals=handle_signals)


@contextlib.asynccontextmanager
async def serving(app, **options):
    server = make_server(app, **options)
    task = await start(server)
    try:
        yield server
    finally:
        server.stop()
        await task


async def ask(address, path="/"):
    """The whole answer to a GET request."""
    if isinstance(address, str):
        reader, writer = await asyncio.open_unix_connection(address)
    else:
        reader, writer = await asyncio.open_connection(*address)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


def is_refused(address):
    with socket.socket() as client:
        return client.connect_ex(address) != 0
