"""Variables of the environment that look like settings of a server, and have no effect."""

import re
from collections.abc import Collection, Iterator, Mapping

from pyre.server import peer_options

_PREFIX = "PYRE_"
# Kubernetes sets these in each container for a service whose name begins with pyre: "Discovering
# services" in its documentation. Deployments tag images.
_OF_OTHERS = re.compile(
    r"PYRE_(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_\w+)?)|PYRE_VERSION"
)
_SERVICE_LINK = re.compile(r"(tcp|udp|sctp)://\S+:\d+")
_LINK_ADVICE = (
    "its value is a link to a service, which Kubernetes sets; write enableServiceLinks: false in"
    " the spec of the pod, or choose the port with --port"
)
_NEARNESS = 0.7
_OPTION = re.compile(r"--([a-z][a-z-]*)")


def is_service_link(name: str, value: str) -> bool:
    """Return true for what Kubernetes sets for a service, like ``PYRE_PORT=tcp://10.96.0.10:80``.

    Container engines that link containers do the same.
    """
    return name.endswith("_PORT") and _SERVICE_LINK.fullmatch(value) is not None


def variables_without_effect(
    environment: Mapping[str, str], settings: Collection[str], *, is_port_chosen: bool
) -> Iterator[str]:
    """Name each variable that is not read though it looks like a setting, and what to write.

    ``settings`` are the names of those that are read, such as ``log_level``. The variable ``PORT``
    is meant for the server only where nothing else says where to listen.
    """
    for name, value in sorted(environment.items()):
        advice = _advice(name, value, settings)
        if advice is not None and not (name == "PORT" and is_port_chosen):
            yield f"{name} is not read: {advice}"


def answer_to_argument(name: str, settings: Collection[str]) -> str:
    """What to write instead of a setting in Python that is not there, such as ``reload``."""
    option = peer_options.RENAMED.get(name.upper(), _option(name))
    if option in peer_options.OPTIONS:
        # In Python, the setting of an option has its name with underscores.
        return _OPTION.sub(lambda found: found[1].replace("-", "_"), peer_options.OPTIONS[option])
    near = _nearest(name, settings)
    return f"did you mean {near}?" if near else "see pyre.Config"


def _advice(name: str, value: str, settings: Collection[str]) -> str | None:
    if name.startswith(_PREFIX):
        return _about_ours(name, value, settings)
    if name == "WEB_CONCURRENCY" and value == "1":
        return None  # that is what happens
    if name in peer_options.VARIABLES:
        return peer_options.VARIABLES[name]
    for prefix in peer_options.PREFIXES:
        if name.startswith(prefix):
            return _about_theirs(name.removeprefix(prefix), settings)
    return None


def _about_ours(name: str, value: str, settings: Collection[str]) -> str | None:
    setting = name.removeprefix(_PREFIX).lower()
    if is_service_link(name, value):
        return _LINK_ADVICE if setting in settings else None
    if setting in settings or _OF_OTHERS.fullmatch(name):
        return None
    answer = peer_options.OPTIONS.get(_option(setting))
    if answer is not None:
        return answer
    near = _nearest(setting, settings)
    if near:
        return f"did you mean {_PREFIX}{near.upper()}?"
    return "no option has that name; pyre --help lists what there is"


def _about_theirs(name: str, settings: Collection[str]) -> str:
    option = peer_options.RENAMED.get(name, _option(name.lower()))
    if option in peer_options.OPTIONS:
        return peer_options.OPTIONS[option]
    setting = option.removeprefix("--").replace("-", "_")
    if setting in settings:
        return f"write {_PREFIX}{setting.upper()}"
    return "pyre --help lists what there is"


def _nearest(setting: str, settings: Collection[str]) -> str | None:
    import difflib  # noqa: PLC0415 - the usual start has no use for it

    return next(iter(difflib.get_close_matches(setting, settings, n=1, cutoff=_NEARNESS)), None)


def _option(setting: str) -> str:
    return "--" + setting.replace("_", "-")
