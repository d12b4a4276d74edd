"""The command ``pyre``: its options, and which of two that exclude each other counts."""

import dataclasses
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn, TypeVar, get_args

import click

import pyre
from pyre.server.config import (
    AccessLogFormat,
    AsgiSpecVersion,
    Config,
    Driver,
    LifespanMode,
    LogLevel,
)
from pyre.server.errors import ConfigError, PyreError, UsageError, report
from pyre.server.interface import InterfaceMode
from pyre.server.quantities import parse_number, parse_size, parse_time
from pyre.server.setting_sources import (
    PREFIX,
    Option,
    name_source,
    settle,
    variable_of,
    with_sources,
)
from pyre.server.standard_streams import open_missing

_DEFAULTS = {field.name: field.default for field in dataclasses.fields(Config)} | {"app_dir": ""}
_EXCLUSIVE = [("uds", "host"), ("uds", "port"), ("fd", "host"), ("fd", "port"), ("fd", "uds")]

_ROUTES = "routes"
"""The first word of the other command; a module of that name is served as ``routes:app``."""

_Command = TypeVar("_Command", bound=Callable[..., Any])
_Value = TypeVar("_Value")


def number(value: str | int) -> int:
    """Read a whole number; the function's name is the metavariable in the help."""
    return _read(parse_number, value)


def time(value: str | float | None) -> float | None:
    """Read a time limit."""
    return _read(parse_time, value)


def size(value: str | int | None) -> int | None:
    """Read a limit of bytes."""
    return _read(parse_size, value)


def _read(parse: Callable[[str], _Value], value: str | _Value) -> _Value:
    if not isinstance(value, str):
        return value  # a default
    try:
        return parse(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


class _Choice(click.Choice[str]):
    """One of some words, in any case; a word of another server is answered with what to write."""

    def __init__(self, setting: str, words: Sequence[str]) -> None:
        super().__init__(words, case_sensitive=False)
        self._setting = setting

    def convert(
        self,
        value: Any,  # noqa: ANN401 - click's signature
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str:
        if value not in self.choices:
            from pyre.server.peer_options import VALUES  # noqa: PLC0415 - the usual start has no use

            answer = VALUES.get((self._setting, str(value).lower()))
            if answer is not None:
                self.fail(f"{value!r} is not known here: {answer}.", param, ctx)
        return super().convert(value, param, ctx)


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
        cls=Option,
        type=_Choice(name, choices) if choices else kind,
        is_flag=kind is bool,
        default=default,
        show_default=default not in {None, ""},
        envvar=[variable_of(name), variable] if variable else None,
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


def _application(
    context: click.Context, _parameter: click.Parameter, words: tuple[str, ...]
) -> str:
    """The application among the words that are no options."""
    match words:
        case (app,):
            return app
        case ("run", app):  # as with FastAPI, Flask and Quart; `run` alone is a module
            return app
        case ("dev" | "serve" | "start", app):
            message = f"{words[0]} is no command; write pyre {app.removesuffix('.py')}"
        case (module, attribute) if ":" not in module and attribute.isidentifier():
            message = f"APP is one word; write {module.removesuffix('.py')}:{attribute}"
        case _:
            extra = " ".join(words[1:])
            message = f"Got unexpected extra arguments ({extra}); APP is one word"
    raise click.UsageError(message, ctx=context)


@click.command(
    context_settings={
        "auto_envvar_prefix": PREFIX,
        "max_content_width": 100,
        "help_option_names": ["-h", "--help"],
    },
    epilog="Each option is also an environment variable: --log-level is PYRE_LOG_LEVEL."
    " Times are seconds, or like 500ms, 30s, 5m, 1h; sizes are bytes, or like 64KiB, 10MB, 1m."
    " The word none turns a time limit, or the limit of a body's size or rate, off.",
)
@click.argument(
    "app", nargs=-1, required=True, envvar="PYRE_APP", metavar="APP", callback=_application
)
@_option("--host", "Address or name to listen on.")
@_option("--port", "TCP port to listen on; 0 lets the system choose.", number)
@_option("--uds", "Listen on a unix socket at this path instead.")
@_option("--fd", "Listen on an inherited socket instead: its file descriptor.", number)
@_option("--loop", "Event loop: auto, asyncio, uvloop, winloop or module:callable.")
@_option("--factory", "APP is a callable that returns the application.", bool)
@_option("--app-dir", "Directory to import APP from, instead of the current one.")
@_option("--interface", "How the application is called.", choices=get_args(InterfaceMode))
@_option("--lifespan", "Whether the application has a lifespan.", choices=get_args(LifespanMode))
@_option(
    "--asgi-spec-version",
    "Version of the ASGI HTTP specification that scopes announce.",
    choices=get_args(AsgiSpecVersion),
)
@_option(
    "--asgi-pathsend/--no-asgi-pathsend",
    "Whether scopes announce http.response.pathsend.",
    bool,
)
@_option("--root-path", "Prefix of the URL that a proxy in front strips.")
@_option("--log-level", "Least severe message to log.", choices=get_args(LogLevel))
@_option("--warn-blocked-loop", "Warn of code that blocks the event loop for longer.", time)
@_option("--access-log/--no-access-log", "Whether to log each request.", bool)
@_option("--access-log-file", "File to append the access log to, instead of standard output.")
@_option("--access-log-format", "Format of the access log.", choices=get_args(AccessLogFormat))
@_option("--driver", "How readiness of sockets reaches the event loop.", choices=get_args(Driver))
@_option(
    "--proxy-headers/--no-proxy-headers",
    "Take the client's address and scheme from the header fields of trusted proxies.",
    bool,
)
@_option(
    "--forwarded-allow-ips",
    "Peers to trust: addresses, networks, unix or *, with commas between them.",
    variable="FORWARDED_ALLOW_IPS",
)
@_option("--proxy-protocol", "Each connection begins with a header of the PROXY protocol.", bool)
@_option("--backlog", "Connections that may wait to be accepted.", number)
@_option("--timeout-header", "Time for a request head to arrive.", time)
@_option("--timeout-keep-alive", "Time for the next request of a connection.", time)
@_option("--timeout-body", "Time between two pieces of an awaited body.", time)
@_option("--timeout-write", "Time for a client to read something of its response.", time)
@_option("--timeout-graceful-shutdown", "Time for requests to finish at a stop.", time)
@_option(
    "--disconnect-on-stop/--no-disconnect-on-stop",
    "Whether a stop sends http.disconnect to running requests at once.",
    bool,
)
@_option("--write-high-water", "Size of unsent output that makes the application wait.", size)
@_option("--write-low-water", "Size of unsent output below which the application goes on.", size)
@_option("--limit-request-line", "Size of a request line.", size)
@_option("--limit-header-size", "Size of all header fields of a request.", size)
@_option("--limit-header-count", "Number of header fields of a request.", number)
@_option("--limit-body-size", "Size of a request body; none by default.", size)
@_option("--limit-body-rate", "Bytes of an awaited body in a second, at least.", size)
@_option("--limit-chunk-extensions", "Size of all chunk extensions of a request.", size)
@_option("--limit-trailer-size", "Size of all trailer fields of a request.", size)
@_option("--limit-unread-body", "Size of an unread body that is read and discarded.", size)
@_option("--limit-read-ahead", "Size of a body that is buffered for the application.", size)
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
        settle(context, options, pair, _DEFAULTS)
    if not options["access_log"]:
        settle(context, options, ("access_log_file", "access_log"), _DEFAULTS)
    try:
        return Config(**options)
    except ConfigError as error:
        raise with_sources(error, context) from None


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit."""
    open_missing()
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
    try:
        # Only a server that really starts pays for asyncio and the core.
        from pyre.server.runner import serve  # noqa: PLC0415

        _warn_of_variables(config)
        sys.exit(serve(config))
    except KeyboardInterrupt as interruption:  # before signals have handlers
        sys.exit(report(interruption))


def _warn_of_variables(config: Config) -> None:
    from pyre.server import environment, logs  # noqa: PLC0415 - help does without

    defaults = Config(config.app)
    where = (config.port, config.uds, config.fd)
    is_port_chosen = where != (defaults.port, defaults.uds, defaults.fd)
    warnings = list(
        environment.variables_without_effect(
            os.environ, _DEFAULTS.keys(), is_port_chosen=is_port_chosen
        )
    )
    if warnings:
        logs.configure(config.log_level)
    for warning in warnings:
        logs.logger.warning("%s", warning)


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
    except click.NoSuchOption as error:
        raise UsageError(_about_unknown(error, name)) from None
    except click.ClickException as error:
        if isinstance(error, click.BadParameter):
            name_source(error)
        raise UsageError(
            f"{error.format_message().rstrip('.')} ({name} --help lists what there is)"
        ) from None


def _about_unknown(error: click.NoSuchOption, name: str) -> str:
    """What to write instead of an option that peers have, or of a misspelt one."""
    from pyre.server.peer_options import OPTIONS  # noqa: PLC0415 - the usual start has no use for it

    option = error.option_name
    if option in OPTIONS:
        return f"there is no option {option}: {OPTIONS[option]}"
    return f"{error.format_message().rstrip('.')} ({name} --help lists what there is)"
