"""Scenarios of files that the application has opened itself.

The query says which one, from where, and how much: ``path,offset,count``.
"""

import asyncio
import os
from pathlib import Path

from psgi_scenarios import Scenarios, query
from pyre import psgi

app = Scenarios()


def asked(request: psgi.Request) -> tuple[str, int, int | None]:
    path, offset, count = query(request).split(",")
    return path, int(offset), int(count) if count else None


@app.add
async def text_path(request: psgi.Request) -> psgi.Response:
    return psgi.Response(body=psgi.File(*asked(request)))


@app.add
async def path_object(request: psgi.Request) -> psgi.Response:
    path, *part = asked(request)
    return psgi.Response(body=psgi.File(Path(path), *part))


@app.add
def plain_function(request: psgi.Request) -> psgi.Response:
    return psgi.Response(body=psgi.File(*asked(request)))


@app.add
async def after_a_while(request: psgi.Request) -> psgi.Response:
    await asyncio.sleep(0)
    return psgi.Response(body=psgi.File(*asked(request)))


@app.add
async def descriptor(request: psgi.Request) -> psgi.Response:
    """Report whether the descriptor is still open, and its position, when all has been sent."""
    path, *part = asked(request)
    opened = os.open(path, os.O_RDONLY)
    position = os.lseek(opened, 2, os.SEEK_SET)

    async def close() -> None:
        app.report("descriptor", os.lseek(opened, 0, os.SEEK_CUR) == position)
        os.close(opened)

    request.after(close)
    return psgi.Response(body=psgi.File(opened, *part))


@app.add
async def file_object(request: psgi.Request) -> psgi.Response:
    path, *part = asked(request)
    opened = Path(path).open("rb")  # noqa: ASYNC230, SIM115 - closed after the response
    opened.read(2)

    async def close() -> None:
        app.report("file-object", (opened.closed, opened.tell()))
        opened.close()

    request.after(close)
    return psgi.Response(body=psgi.File(opened, *part))
