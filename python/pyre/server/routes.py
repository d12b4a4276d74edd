"""The command ``pyre routes``: what an application answers, and where that is written.

It reads ``app.routes``, as applications of ``pyre.framework`` have it.
"""

import asyncio
import inspect
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import click

from pyre.server.errors import ApplicationImportError, UsageError
from pyre.server.importer import load_application

_COLUMNS = ("METHODS", "PATH", "ENDPOINT", "WHERE", "MIDDLEWARE")
_GAP = "  "


class Route(Protocol):
    """What is told of a route."""

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods; ``("WEBSOCKET",)`` of one for WebSockets."""
        ...

    @property
    def path(self) -> str:
        """The path, with its placeholders."""
        ...

    @property
    def endpoint_name(self) -> str:
        """The name of what answers."""
        ...

    @property
    def location(self) -> str:
        """Where it is written, as ``file:line``."""
        ...

    @property
    def middleware(self) -> tuple[str, ...]:
        """The names of the middleware around it, from the outside."""
        ...


_ATTRIBUTES = ("methods", "path", "endpoint_name", "location", "middleware")


@click.command(
    context_settings={
        "auto_envvar_prefix": "PYRE",
        "max_content_width": 100,
        "help_option_names": ["-h", "--help"],
    },
    epilog="The options are environment variables, too, as those of pyre itself: PYRE_FACTORY.",
)
@click.argument("app", envvar="PYRE_APP")
@click.option("--factory", is_flag=True, help="APP is a callable that returns the application.")
@click.option(
    "--app-dir", default="", help="Directory to import APP from, instead of the current one."
)
@click.option(
    "--json",
    "is_json",
    is_flag=True,
    allow_from_autoenv=False,  # how one call prints is no setting of a deployment
    help="Print an array of objects.",
)
def command(app: str, factory: bool, app_dir: str, is_json: bool) -> None:  # noqa: FBT001 - click's signature
    """List the routes of the application APP, written module:attribute (app by default).

    The application is set up and not started: what it loads is loaded, and its lifespan does not
    run. Exit status: 2 if it has no routes that could be listed, 3 if it fails to import or to be
    set up.
    """
    application = load_application(app, factory=factory, app_dir=app_dir).app
    _prepare(application, app)
    routes = sorted(_routes_of(application, app), key=lambda route: (route.path, route.methods))
    lines = [_as_json(routes)] if is_json else _table(routes)
    for line in lines:
        click.echo(line)


def _prepare(app: object, name: str) -> None:
    """Let the application set up what it has deferred. Raises ``ApplicationImportError``."""
    prepare: Callable[[], object] | None = getattr(app, "prepare", None)
    error = None if prepare is None else asyncio.run(_error_of(prepare))
    if error is not None:
        message = f"setting up {name} raised {type(error).__name__}; its traceback is above"
        raise ApplicationImportError(message) from error


async def _error_of(prepare: Callable[[], object]) -> Exception | None:
    """Call it, and return what it raises: its traceback then has no frames of asyncio."""
    try:
        pending = prepare()
        if inspect.isawaitable(pending):
            await pending
    except Exception as error:  # noqa: BLE001 - the application may raise anything
        return error
    return None


def _routes_of(app: object, name: str) -> list[Route]:
    """The routes. Raises ``UsageError`` when there are none of the framework's."""
    routes: Any = getattr(app, "routes", None)
    found: list[Any] = list(routes) if hasattr(routes, "__iter__") else [routes]
    if all(hasattr(route, attribute) for route in found for attribute in _ATTRIBUTES):
        return found
    raise UsageError(
        f"{name} has no routes that could be listed; it is to be an application of pyre.framework,"
        f" and is of type {type(app).__name__!r}"
    )


def _as_json(routes: Sequence[Route]) -> str:
    objects = [{name: getattr(route, name) for name in _ATTRIBUTES} for route in routes]
    return json.dumps(objects, indent=2, ensure_ascii=False)


def _table(routes: Sequence[Route]) -> Iterator[str]:
    rows = [_COLUMNS, *map(_row, routes)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield _GAP.join(cells).rstrip()


def _row(route: Route) -> tuple[str, ...]:
    return (
        ", ".join(route.methods),
        route.path,
        route.endpoint_name,
        _shortened(route.location),
        ", ".join(route.middleware),
    )


def _shortened(location: str) -> str:
    """The location as it is named from the current directory, if it is below."""
    path = Path(location)
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else location
