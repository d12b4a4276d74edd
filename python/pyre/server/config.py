"""The settings of a server: one immutable value, checked when it is made.

Names and defaults are those of the command line, which reads them from here.
"""

import functools
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

from pyre.server import psgi
from pyre.server.errors import ConfigError, UsageError
from pyre.server.importer import ApplicationSource, ImportString
from pyre.server.interface import InterfaceMode

LifespanMode: TypeAlias = Literal["auto", "on", "off"]
LogLevel: TypeAlias = Literal["critical", "error", "warning", "info", "debug"]
AccessLogFormat: TypeAlias = Literal["auto", "common", "combined", "json", "dev"]
Driver: TypeAlias = Literal["poller", "thread"]
AsgiSpecVersion: TypeAlias = Literal["2.3", "2.4", "2.5"]

_CHOICES = {
    "interface": get_args(InterfaceMode),
    "lifespan": get_args(LifespanMode),
    "log_level": get_args(LogLevel),
    "access_log_format": get_args(AccessLogFormat),
    "driver": get_args(Driver),
    "asgi_spec_version": get_args(AsgiSpecVersion),
}
_LOOPS = ("auto", "asyncio", "uvloop", "winloop")
_C_INT_MAX = 2**31 - 1
_MOST_IN_MEMORY = 2**30
_WHOLE_NUMBERS = {
    "port": (0, 65535),
    "backlog": (1, _C_INT_MAX),
    "write_high_water": (1, 2**63 - 1),
    "write_low_water": (0, 2**63 - 1),
    "limit_request_line": (1, _MOST_IN_MEMORY),
    "limit_header_size": (1, _MOST_IN_MEMORY),
    "limit_header_count": (1, _MOST_IN_MEMORY),
    "limit_body_size": (0, 2**63 - 1),
    "limit_body_rate": (1, 2**63 - 1),
    "limit_chunk_extensions": (1, _MOST_IN_MEMORY),
    "limit_trailer_size": (1, _MOST_IN_MEMORY),
    "limit_unread_body": (0, 2**63 - 1),
    "limit_read_ahead": (16384, _MOST_IN_MEMORY),
    "fd": (0, _C_INT_MAX),
}
_OPTIONAL = {"fd", "limit_body_size", "limit_body_rate"}
_TIMEOUTS = (
    "timeout_header",
    "timeout_body",
    "timeout_keep_alive",
    "timeout_write",
    "timeout_graceful_shutdown",
    "warn_blocked_loop",
)
# Deadlines are computed by addition; a bound far above any use keeps them from overflowing.
_LONGEST_TIMEOUT = 366 * 24 * 3600
_LOOPBACK = "127.0.0.1,::1"


def _answer_unknown_names(config: type["Config"]) -> type["Config"]:
    """Have a name that is no setting answered with what to write, as other servers have it."""
    make = config.__init__

    @functools.wraps(make)
    def check_and_make(self: "Config", *values: Any, **settings: Any) -> None:  # noqa: ANN401
        for name in settings.keys() - config.__dataclass_fields__.keys():
            from pyre.server import environment  # noqa: PLC0415 - only wrong usage pays for it

            answer = environment.answer_to_argument(name, config.__dataclass_fields__)
            raise TypeError(f"there is no setting {name!r}: {answer}")
        make(self, *values, **settings)

    type.__setattr__(config, "__init__", check_and_make)
    return config


@_answer_unknown_names
@dataclass(frozen=True, slots=True)
class Config:
    """What to serve, where, and within which bounds.

    ``app`` is an import string (``"main:app"``) or an application, by ASGI or PSGI; with
    ``factory`` it is a callable that returns one. ``interface`` says how it is called: ``auto``
    takes PSGI for an object with ``__psgi__``. Times are seconds, sizes are bytes, ``None`` turns a
    bound off. ``uds`` and ``fd`` each take the place of ``host`` and ``port``.
    ``access_log_format`` ``auto`` is ``dev`` on a terminal and ``common`` elsewhere.
    ``forwarded_allow_ips`` is a comma-separated list of addresses and networks, ``unix`` for any
    peer on a unix socket, and ``*`` for all.

    Raises ``ConfigError`` when a value is out of range or contradicts another, and ``UsageError``
    when ``app`` is not of the form ``module:attribute``.

        Config("main:app", host="0.0.0.0", port=80, timeout_keep_alive=15)
    """

    app: ApplicationSource
    host: str = "127.0.0.1"
    port: int = 8000
    uds: str | None = None
    fd: int | None = None
    loop: str = "auto"
    factory: bool = False
    app_dir: str | None = None
    interface: InterfaceMode = "auto"
    lifespan: LifespanMode = "auto"
    asgi_spec_version: AsgiSpecVersion = "2.3"
    asgi_pathsend: bool = True
    root_path: str = ""
    log_level: LogLevel = "info"
    warn_blocked_loop: float | None = 0.1
    access_log: bool = True
    access_log_file: str | None = None
    access_log_format: AccessLogFormat = "auto"
    # Windows has no poller that an event loop could watch.
    driver: Driver = "thread" if sys.platform == "win32" else "poller"
    proxy_headers: bool = True
    forwarded_allow_ips: str = _LOOPBACK
    proxy_protocol: bool = False
    backlog: int = 2048
    timeout_header: float | None = 10.0
    timeout_body: float | None = 30.0
    timeout_keep_alive: float | None = 5.0
    timeout_write: float | None = 30.0
    timeout_graceful_shutdown: float | None = 30.0
    disconnect_on_stop: bool = False
    write_high_water: int = 65536
    write_low_water: int = 16384
    limit_request_line: int = 8192
    limit_header_size: int = 65536
    limit_header_count: int = 100
    limit_body_size: int | None = None
    limit_body_rate: int | None = 240
    limit_chunk_extensions: int = 16384
    limit_trailer_size: int = 8192
    limit_unread_body: int = 262144
    limit_read_ahead: int = 262144
    server_header: bool = True
    date_header: bool = True

    def __post_init__(self) -> None:
        self._check_app()
        self._check_loop()
        self._check_choices()
        self._check_whole_numbers()
        self._check_timeouts()
        self._check_root_path()
        self._check_trusted_peers()
        self._check_contradictions()

    def _check_app(self) -> None:
        if isinstance(self.app, str):
            ImportString.parse_application(self.app)
        elif not callable(self.app) and psgi.method_of(self.app, "__psgi__") is None:
            raise ConfigError(
                "app must be an import string like 'main:app', a callable, or an object with"
                " __psgi__"
            )
        if self.app_dir and not Path(self.app_dir).is_dir():
            raise ConfigError(f"app_dir {self.app_dir!r} is not a directory; give one that exists")

    def _check_loop(self) -> None:
        if self.loop in _LOOPS:
            return
        try:
            ImportString.parse(self.loop)
        except UsageError:
            names = ", ".join(_LOOPS)
            raise ConfigError(
                f"loop must be one of {names}, or module:callable, not {self.loop!r}"
            ) from None

    def _check_choices(self) -> None:
        for name, choices in _CHOICES.items():
            value = getattr(self, name)
            if value not in choices:
                raise ConfigError(f"{name} must be one of {', '.join(choices)}, not {value!r}")

    def _check_whole_numbers(self) -> None:
        for name, (low, high) in _WHOLE_NUMBERS.items():
            value = getattr(self, name)
            if value is None and name in _OPTIONAL:
                continue
            if not isinstance(value, int) or not low <= value <= high:
                raise ConfigError(
                    f"{name} must be a whole number from {low} to {high}, not {value!r}"
                )

    def _check_timeouts(self) -> None:
        for name in _TIMEOUTS:
            value = getattr(self, name)
            if value is not None and not _is_timeout(value):
                raise ConfigError(
                    f"{name} must be seconds above 0 and up to {_LONGEST_TIMEOUT}, or none for no"
                    f" bound, not {value!r}"
                )

    def _check_root_path(self) -> None:
        path = self.root_path
        if path and (not path.startswith("/") or path.endswith("/")):
            raise ConfigError(
                f"root_path must begin with / and not end with it, like /api, not {path!r}"
            )

    def _check_trusted_peers(self) -> None:
        for member in self._trusted_peers():
            if not _is_trusted_peer(member):
                raise ConfigError(
                    "forwarded_allow_ips must be addresses, networks like 10.0.0.0/8, unix or *,"
                    f" with commas between them; {member!r} is none of these"
                )

    def _trusted_peers(self) -> list[str]:
        if not self.forwarded_allow_ips:
            return []
        return [member.strip(" ") for member in self.forwarded_allow_ips.split(",")]

    def _check_contradictions(self) -> None:
        if self.uds is not None and self.fd is not None:
            raise ConfigError("uds and fd exclude each other; give one of them")
        if self.write_low_water > self.write_high_water:
            raise ConfigError(
                f"write_low_water ({self.write_low_water}) must not be above write_high_water"
                f" ({self.write_high_water})"
            )
        if self.access_log_file is not None and not self.access_log:
            raise ConfigError(
                "access_log_file needs the access log; turn it on, or leave the file out"
            )
        if self.proxy_protocol and self.uds is not None:
            self._check_unix_peers_are_trusted()

    def _check_unix_peers_are_trusted(self) -> None:
        if {"unix", "*"}.isdisjoint(self._trusted_peers()):
            raise ConfigError(
                "proxy_protocol on uds would refuse every peer; add unix to forwarded_allow_ips"
            )


def _is_timeout(value: object) -> bool:
    # A comparison with NaN is false, which is what is wanted.
    return isinstance(value, int | float) and 0 < value <= _LONGEST_TIMEOUT


def _is_trusted_peer(text: str) -> bool:
    if text in {"unix", "*", *_LOOPBACK.split(",")}:
        return True
    import ipaddress  # noqa: PLC0415 - the usual start does not pay for it

    try:
        # Bits behind the prefix are an error to it: they tell that something else was meant.
        network = ipaddress.ip_network(text)
    except ValueError:
        return False
    # It reads zones and netmasks too, which the core does not know.
    _, slash, length = text.partition("/")
    return "%" not in text and (not slash or length == str(network.prefixlen))
