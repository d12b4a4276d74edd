"""Where the value of a setting came from: the command line, or a variable of the environment."""

import os
import re
from collections.abc import Mapping
from typing import Any

import click
from click.core import ParameterSource

from pyre.server.errors import ConfigError, UsageError

PREFIX = "PYRE"

_STRENGTHS = {ParameterSource.ENVIRONMENT: 1, ParameterSource.COMMANDLINE: 2}


class Option(click.Option):
    """An option that a variable of the environment may set, unless Kubernetes has set it."""

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:
        """Return the value of the variable, or ``None`` as if it were not set."""
        value = super().resolve_envvar_value(ctx)
        if value is not None and "://" in value:
            from pyre.server.environment import is_service_link  # noqa: PLC0415 - rarely of use

            return None if is_service_link(variable_of(self.name or ""), value) else value
        return value


def variable_of(setting: str) -> str:
    """The name of the variable that sets ``setting``."""
    return f"{PREFIX}_{setting.upper()}"


def settle(
    context: click.Context,
    options: dict[str, Any],
    exclusive: tuple[str, str],
    defaults: Mapping[str, object],
) -> None:
    """Let the stronger of two options count that exclude each other: the command line's.

    Raises ``UsageError`` when both were given in the same place.
    """
    strengths = [_strength(context, name) for name in exclusive]
    if 0 in strengths:
        return
    if strengths[0] == strengths[1]:
        names = [_spelling(context, name, options[name]) for name in exclusive]
        raise UsageError(f"{names[0]} and {names[1]} exclude each other; give only one of them")
    weaker = exclusive[0] if strengths[0] < strengths[1] else exclusive[1]
    options[weaker] = defaults[weaker]


def with_sources(error: ConfigError, context: click.Context) -> ConfigError:
    """The error with the variables of the environment that have set what its message names."""
    variables = [
        _variable_read(name)
        for name in context.params
        if _is_from_environment(context, name) and re.search(rf"\b{name}\b", str(error))
    ]
    return ConfigError(f"{error} (set by {' and '.join(variables)})") if variables else error


def name_source(error: click.BadParameter) -> None:
    """Let the message about a bad value name the variable, if it came from one."""
    setting = error.param.name if error.param is not None else None
    if setting and error.ctx is not None and _is_from_environment(error.ctx, setting):
        error.param_hint = _variable_read(setting)


def _variable_read(setting: str) -> str:
    """Ours comes before one that other servers know too."""
    ours = variable_of(setting)
    return ours if os.environ.get(ours) else setting.upper()


def _strength(context: click.Context, name: str) -> int:
    source = context.get_parameter_source(name)
    return _STRENGTHS.get(source, 0) if source else 0


def _is_from_environment(context: click.Context, name: str) -> bool:
    return context.get_parameter_source(name) is ParameterSource.ENVIRONMENT


def _spelling(context: click.Context, name: str, value: object) -> str:
    if _is_from_environment(context, name):
        return _variable_read(name)
    return "--" + ("no-" if value is False else "") + name.replace("_", "-")
