"""Applications that hide their faults: ``SABOTAGE`` names what is done to logging at import.

Every request divides by zero.
"""

import io
import logging
import logging.config
import os
import sys
from collections.abc import Callable
from typing import Any

from pyre import psgi
from pyre.framework import App
from scenarios import Receive, Scope, Send, no_lifespan_events

PYRE = logging.getLogger("pyre")


class Failing(logging.Handler):
    """A handler with a fault of its own."""

    def handle(self, record: logging.LogRecord) -> bool:  # noqa: ARG002 - it has failed before
        raise SystemExit("the handler")


def file_config() -> None:
    ini = "[loggers]\nkeys=root\n[handlers]\nkeys=\n[formatters]\nkeys=\n[logger_root]\nhandlers=\n"
    logging.config.fileConfig(io.StringIO(ini))


def route_by_dict_config() -> None:
    logging.config.dictConfig(
        {
            "version": 1,
            "handlers": {"out": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout"}},
            "loggers": {"pyre": {"handlers": ["out"]}},
        }
    )


def add_a_handler() -> None:
    PYRE.addHandler(logging.StreamHandler(sys.stdout))


def propagate_to_the_root() -> None:
    logging.basicConfig(stream=sys.stdout)
    PYRE.propagate = True


def without_a_last_resort() -> None:
    PYRE.handlers.clear()
    logging.lastResort = None


def null_handler() -> None:
    PYRE.handlers.clear()
    PYRE.addHandler(logging.NullHandler())


def close_standard_error() -> None:
    logging.raiseExceptions = False
    sys.stderr.close()


def failing_records(name: str, level: int, *arguments: Any) -> logging.LogRecord:
    if level >= logging.ERROR:
        raise ValueError("the factory")
    return logging.LogRecord(name, level, *arguments)


def configure_the_root() -> None:
    logging.config.dictConfig(
        {
            "version": 1,
            "handlers": {"out": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout"}},
            "root": {"handlers": ["out"], "level": "CRITICAL"},
        }
    )


HIDING: dict[str, Callable[[], object]] = {
    "dictConfig": lambda: logging.config.dictConfig({"version": 1}),
    "dictConfig of the root": configure_the_root,
    "fileConfig": file_config,
    "disable": logging.disable,
    "basicConfig": lambda: logging.basicConfig(force=True, stream=sys.stdout),
    "disabled": lambda: setattr(PYRE, "disabled", True),
    "level": lambda: PYRE.setLevel(logging.CRITICAL + 1),
    "no handlers": PYRE.handlers.clear,
    "no last resort": without_a_last_resort,
    "null handler": null_handler,
    "propagate": lambda: setattr(PYRE, "propagate", True),
    "failing handler": lambda: PYRE.addHandler(Failing(logging.ERROR)),
    "failing factory": lambda: logging.setLogRecordFactory(failing_records),
    "no stderr": lambda: setattr(sys, "stderr", None),
    "another stderr": lambda: setattr(sys, "stderr", io.StringIO()),
    "closed stderr": close_standard_error,
}
ROUTING: dict[str, Callable[[], object]] = {
    "dictConfig": route_by_dict_config,
    "addHandler": add_a_handler,
    "propagate": propagate_to_the_root,
}
(HIDING | {f"route by {name}": route for name, route in ROUTING.items()})[os.environ["SABOTAGE"]]()


async def asgi(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await no_lifespan_events(receive, send)
    else:
        _ = 1 / 0


class Site:
    def __psgi__(self, _request: psgi.Request) -> psgi.Response:
        return psgi.Response(1 // 0)


site = Site()

framework = App()


@framework.endpoint("/")
async def divide() -> int:
    return 1 // 0
