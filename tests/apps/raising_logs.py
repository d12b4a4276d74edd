"""An application that makes logging raise: at import where ``RAISES`` says how, or in a request.

A request to ``/NAME`` reads its body after that, and answers with it.
"""

import logging
import os
from collections.abc import Callable
from typing import Any, NoReturn

from scenarios import Receive, Scope, Send, no_lifespan_events, respond

PYRE = logging.getLogger("pyre")


class LogError(BaseException):
    """Like ``SystemExit``, which a handler may raise too: no ``Exception``."""


def fail(*_arguments: Any, **_options: Any) -> NoReturn:
    raise LogError


class Failing(logging.Handler):
    emit = fail


class FailingToHandle(logging.Handler):
    handle = fail


def add_to_the_root() -> None:
    PYRE.propagate = True
    logging.getLogger().addHandler(Failing())


WAYS: dict[str, Callable[[], object]] = {
    "handler": lambda: PYRE.addHandler(Failing()),
    "handler-to-handle": lambda: PYRE.addHandler(FailingToHandle()),
    "handler-of-the-root": add_to_the_root,
    "filter": lambda: PYRE.addFilter(fail),
    "factory": lambda: logging.setLogRecordFactory(fail),
    "method-of-the-logger": lambda: setattr(PYRE, "_log", fail),
    "method-of-all-loggers": lambda: setattr(logging.Logger, "_log", fail),
    "level": lambda: setattr(PYRE, "isEnabledFor", fail),
}

if "RAISES" in os.environ:
    WAYS[os.environ["RAISES"]]()


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await no_lifespan_events(receive, send)
        return
    way = WAYS.get(scope["path"].removeprefix("/"))
    if way is not None:
        way()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"begun ", "more_body": True})
        message = await receive()
        await send({"type": "http.response.body", "body": message.get("body", b"")})
    else:
        await respond(send, b"served")
