"""The applications of the pages about PSGI. The field ``example`` chooses one by its number.

Each block ``http`` of the document is an exchange with the application defined last before it: the
last function of the block of Python, or an object of its last class.
"""

import ast
from collections.abc import AsyncGenerator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from documents import PSGI, Block, blocks, execute
from pyre import psgi


def applications() -> Iterator[Any]:
    """Execute each document in one namespace, and find the application of each exchange."""
    for document in PSGI:
        namespace: dict[str, Any] = {"__name__": document.stem}
        defined = ""
        for block in blocks(document, "python", "http"):
            if block.language == "python":
                execute(block, namespace)
                defined = last_definition(block) or defined
            else:
                found = namespace[defined]
                yield found() if isinstance(found, type) else found


def last_definition(block: Block) -> str:
    """The name of the last function or class that a block of Python defines, if it does."""
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    found = [node.name for node in ast.parse(block.text).body if isinstance(node, definitions)]
    return found[-1] if found else ""


class Examples:
    """Hands each request to the application that it names."""

    def __init__(self) -> None:
        self._applications = list(applications())

    @asynccontextmanager
    async def __psgi_lifespan__(self, state: dict[str, Any]) -> AsyncGenerator[None]:
        async with AsyncExitStack() as lifespans:
            for application in self._applications:
                if hasattr(application, "__psgi_lifespan__"):
                    await lifespans.enter_async_context(application.__psgi_lifespan__(state))
            yield

    def __psgi__(self, request: psgi.Request) -> object:
        application = self._applications[int(request.headers["example"])]
        return getattr(application, "__psgi__", application)(request)


app = Examples()
