"""How an application and a test talk before it serves and after: by files beside the server's."""

import asyncio
import os
from pathlib import Path

FILE = Path(os.environ["ASGI_EVENTS_FILE"])

PERMIT = FILE.with_name("permit")

INTERVAL = 0.01
"""Seconds between two looks for the permit."""


def tell(event: str) -> None:
    """Write down what happens."""
    with FILE.open("a", encoding="utf-8") as file:
        file.write(f"{event}\n")


async def permitted() -> None:
    """Wait until the test permits to go on."""
    while not PERMIT.exists():  # noqa: ASYNC110 - the test is another process
        await asyncio.sleep(INTERVAL)
