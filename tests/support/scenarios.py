"""The test's end of ``apps/scenarios.py``: reading reports, opening gates, watching tallies."""

import ast
from typing import Any

from support.server import Server
from support.waiting import settled, wait_for


def reported(server: Server, name: str) -> Any:
    """Wait until the application reports under this name, and return what."""

    def answer() -> list[Any]:
        response = server.request(f"GET /report/{name}")
        return [ast.literal_eval(response.body.decode())] if response.status == 200 else []

    return wait_for(answer, f"the application to report {name!r}")[0]


def open_gate(server: Server, name: str) -> None:
    """Let the application pass the gate at which it waits."""
    assert server.request(f"GET /open/{name}").status == 200


def tally(server: Server, name: str) -> int:
    """The application's count of this name."""
    return int(server.request(f"GET /tally/{name}").body)


def settled_tally(server: Server, name: str) -> int:
    """Wait until the application no longer counts, and return how far it came."""
    return settled(lambda: tally(server, name))
