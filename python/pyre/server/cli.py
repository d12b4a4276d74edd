"""The command ``pyre``: its options, and which of two that exclude each other counts."""

import dataclasses
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn, TypeVar, get_args

import click
from click.core import ParameterSource

import pyre
from pyre.server.config import AccessLogFormat, Config, Driver, LifespanMode, LogLevel
from pyre.server.errors import PyreError, UsageError, report
from pyre.server.interface import InterfaceMode

_DEFAULTS = {field.name: field.default for field in dataclasses.fields(Config)} | {"app_dir": ""}
_EXCLUSIVE = [("uds", "host"), ("uds", "port"), ("fd", "host"), ("fd", "port"), ("fd", "uds")]
_STRENGTHS = {ParameterSource.ENVIRONMENT: 1, ParameterSource.COMMANDLINE: 2}

_ROUTES = "routes"
"""The first word of the other command; a module of that name is served as ``routes:app``."""

_Command = TypeVar("_Command", bound=Callable[..., Any])


def seconds(value: str) -> float | None:
    """Read a time limit; the function's name is the metavariable in the help."""
    return _bound(value, float)


def size(value: str) -> float | None:
    """Read a limit of bytes."""
    return _bound(value, int)


def _bound(value: str, number: Callable[[str], float]) -> float | None:
    try:
        return None if value == "none" else number(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is neither a number nor none.") from None


def _option(
    declaration: str,
    text: str,
    kind: type | Callable[[str], object] | None = None,
    choices: Sequence[str] = (),
    variable: str | None = None,
) -> Callable[[_Command], _Command]:
    """An option with the default of the ``Config`` field that has its name.

    ``variable`` is one that other servers know too; ours comes first.
    """
    name = declaration.partition("/")[0].removeprefix("--").replace("-", "_")
    default = _DEFAULTS[name]
    return click.option(
        declaration,
        type=click.Choice(choices) if choices else kind,
        is_flag=kind is bool,
        default=default,
        show_default=default not in {None, ""},
        envvar=[f"PYRE_{name.upper()}", variable] if variable else None,
        help=text,
    )


def _print_version(
    context: click.Context,
    _parameter: click.Parameter,
    wanted: bool,  # noqa: FBT001 - click's signature
) -> None:
    if wanted:
        click.echo(f"Pyre {pyre.__version__} (Python {sys.version.split()[0]}, {sys.platform})")
        context.exit()


@click.command(
    context_settings={"auto_envvar_prefix": "PYRE", "max_content_width": 100},
    epilog="Each option is also an environment variable: --log-level is PYRE_LOG_LEVEL."
    " Times are seconds and sizes bytes; the word none turns a time limit, or the limit of a body's"
    " size or rate, off.",
)
@click.argument("app")
@_option("--host", "Address or name to listen on.")
@_option("--port", "TCP port to listen on; 0 lets the system choose.", int)
@_option("--uds", "Listen on a unix socket at this path instead.")
@_option("--fd", "Listen on an inherited socket instead: its file descriptor.", int)
@_option("--loop", "Event loop: auto, asyncio, uvloop, winloop or module:callable.")
@_option("--factory", "APP is a callable that returns the application.", bool)
@_option("--app-dir", "Directory to import APP from, instead of the current one.")
@_option("--interface", "How the application is called.", choices=get_args(InterfaceMode))
@_option("--lifespan", "Whether the application has a lifespan.", choices=get_args(LifespanMode))
@_option("--root-path", "Path that a proxy in front has taken off.")
@_option("--log-level", "Least severe message to log.", choices=get_args(LogLevel))
@_option("--access-log/--no-access-log", "Whether to log each request.", bool)
@_option("--access-log-file", "File to append the access log to, instead of standard output.")
@_option("--access-log-format", "Format of the access log.", choices=get_args(AccessLogFormat))
@_option("--driver", "How the loop learns of ready connections.", choices=get_args(Driver))
@_option(
    "--proxy-headers/--no-proxy-headers",
    "Whether trusted peers say in header fields for whom they ask.",
    bool,
)
@_option(
    "--forwarded-allow-ips",
    "Peers to trust: addresses, networks, unix or *, with commas between them.",
    variable="FORWARDED_ALLOW_IPS",
)
@_option("--proxy-protocol", "Each connection begins with a header of the PROXY protocol.", bool)
@_option("--backlog", "Connections that may wait to be accepted.", int)
@_option("--timeout-header", "Time for a request head to arrive.", seconds)
@_option("--timeout-keep-alive", "Time for the next request of a connection.", seconds)
@_option("--timeout-body", "Time between two pieces of an awaited body.", seconds)
@_option("--timeout-write", "Time for the peer to take what was written.", seconds)
@_option("--timeout-graceful-shutdown", "Time for requests to finish at a stop.", seconds)
@_option(
    "--disconnect-on-stop/--no-disconnect-on-stop",
    "Whether a stop tells streams at once that the client has gone.",
    bool,
)
@_option("--write-high-water", "Size of unsent output that makes the application wait.", int)
@_option("--write-low-water", "Size of unsent output at which it goes on.", int)
@_option("--limit-request-line", "Size of a request line.", int)
@_option("--limit-header-size", "Size of all header fields of a request.", int)
@_option("--limit-header-count", "Number of header fields of a request.", int)
@_option("--limit-body-size", "Size of a request body; none by default.", size)
@_option("--limit-body-rate", "Bytes of an awaited body in a second, at least.", size)
@_option("--limit-chunk-extensions", "Size of all chunk extensions of a request.", int)
@_option("--limit-trailer-size", "Size of all trailer fields of a request.", int)
@_option("--limit-unread-body", "Size of what is dropped of an unread body.", int)
@_option("--limit-read-ahead", "Size of what is read before it is asked for.", int)
@_option("--server-header/--no-server-header", "Whether to send the field Server.", bool)
@_option("--date-header/--no-date-header", "Whether to send the field Date.", bool)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_print_version,
    allow_from_autoenv=False,  # PYRE_VERSION is a name that deployments give their own meaning
    help="Show the version and exit.",
)
@click.pass_context
def command(context: click.Context, /, **options: Any) -> Config:  # noqa: ANN401 - one type each
    """Serve the ASGI or PSGI application APP, written module:attribute (app by default).

    Stops gracefully on SIGINT (Ctrl+C) and SIGTERM, at once on a second one. Exit status: 0 after a
    clean stop, 1 after a crash, 2 for wrong usage, 3 if the application fails to import or start.

    pyre routes APP lists the routes of an application of pyre.framework instead.
    """
    for pair in _EXCLUSIVE:
        _settle(context, options, *pair)
    if not options["access_log"]:
        _settle(context, options, "access_log_file", "access_log")
    return Config(**options)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    try:
        if words[:1] == [_ROUTES]:
            _list_routes(words[1:])
            sys.exit(0)
        config = _parse(words)
    except PyreError as error:
        sys.exit(report(error))
    if config is None:
        sys.exit(0)
    # Only a server that really starts pays for asyncio and the core.
    from pyre.server.runner import serve  # noqa: PLC0415

    sys.exit(serve(config))


def _list_routes(arguments: Sequence[str]) -> None:
    from pyre.server import routes  # noqa: PLC0415 - a server does not pay for it

    _run(routes.command, arguments, f"pyre {_ROUTES}")


def _parse(arguments: Sequence[str]) -> Config | None:
    """The settings that were asked for; ``None`` if it was help or the version instead."""
    parsed = _run(command, arguments, "pyre")
    return parsed if isinstance(parsed, Config) else None


def _run(called: click.Command, arguments: Sequence[str], name: str) -> object:
    """Return what a command returns. Raises ``UsageError`` for what it does not understand."""
    try:
        return called.main(arguments, prog_name=name, standalone_mode=False)
    except click.ClickException as error:
        raise UsageError(
            f"{error.format_message().rstrip('.')} ({name} --help lists what there is)"
        ) from None


def _settle(context: click.Context, options: dict[str, Any], first: str, second: str) -> None:
    """Let the stronger of two options count that exclude each other: the command line's.

    Raises ``UsageError`` when both were given in the same place.
    """
    strengths = [_strength(context, name) for name in (first, second)]
    if 0 in strengths:
        return
    if strengths[0] == strengths[1]:
        names = [_spelling(context, name, options[name]) for name in (first, second)]
        raise UsageError(f"{names[0]} and {names[1]} exclude each other; give only one of them")
    weaker = first if strengths[0] < strengths[1] else second
    options[weaker] = _DEFAULTS[weaker]


def _strength(context: click.Context, name: str) -> int:
    source = context.get_parameter_source(name)
    return _STRENGTHS.get(source, 0) if source else 0


def _spelling(context: click.Context, name: str, value: object) -> str:
    if context.get_parameter_source(name) is ParameterSource.ENVIRONMENT:
        return f"PYRE_{name.upper()}"
    return "--" + ("no-" if value is False else "") + name.replace("_", "-")
