"""The application that answers with what a request tells it to evaluate.

The field ``expression`` of the request holds an expression of Python: ``Response(204)``, or
``Response(body=repr(request.path))``. With an ``await`` in it, a coroutine is returned.
"""

import ast
import asyncio
import os
import types
from collections.abc import AsyncIterator, Callable
from typing import NoReturn

from pyre import psgi
from scenarios import ExpectedError


def fail(message: str) -> NoReturn:
    """Raise within an expression."""
    raise ExpectedError(message)


def changed(response: psgi.Response, **attributes: object) -> psgi.Response:
    """The response with other attributes."""
    for name, value in attributes.items():
        setattr(response, name, value)
    return response


async def letters() -> AsyncIterator[str]:
    for letter in "abc":
        yield letter
        await asyncio.sleep(0)


def raised(function: Callable[..., object], *args: object) -> str | None:
    """The name of the exception that a call raises."""
    try:
        function(*args)
    except Exception as exception:  # noqa: BLE001 - whatever it is
        return type(exception).__name__
    return None


NAMES = {
    "__file__": __file__,
    "asyncio": asyncio,
    "changed": changed,
    "fail": fail,
    "letters": letters,
    "os": os,
    "psgi": psgi,
    "raised": raised,
    "types": types,
    "File": psgi.File,
    "Response": psgi.Response,
}


def app(request: psgi.Request) -> object:
    source = request.headers["expression"]
    code = compile(source, "<expression>", "eval", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    return eval(code, {**NAMES, "request": request, "headers": request.headers})
