import re
import socket

import pytest
from pyre.server.environment import variables_without_effect

SETTINGS = ("port", "host", "log_level", "app")


def warnings(*, is_port_chosen=False, **variables):
    return list(variables_without_effect(variables, SETTINGS, is_port_chosen=is_port_chosen))


@pytest.mark.parametrize(
    "name",
    [
        "PYRE_PORT",
        "PYRE_APP",
        "PATH",
        "UVICORN",
        # A tag, and what Kubernetes sets where a service is named pyre.
        "PYRE_VERSION",
        "PYRE_SERVICE_HOST",
        "PYRE_SERVICE_PORT",
        "PYRE_SERVICE_PORT_HTTP",
        "PYRE_PORT_80_TCP",
        "PYRE_PORT_80_TCP_ADDR",
        "PYRE_PORT_80_TCP_PORT",
        "PYRE_PORT_80_TCP_PROTO",
    ],
)
def test_what_is_read_or_meant_for_others_is_passed_over(name):
    assert warnings(**{name: "1"}) == []


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("PYRE_PROT", "did you mean PYRE_PORT?"),
        ("PYRE_LOGLEVEL", "did you mean PYRE_LOG_LEVEL?"),
        ("PYRE_CACHE", "no option has that name; pyre --help lists what there is"),
        ("PYRE_WORKERS", "worker processes are not there yet; leave it out, or start one Pyre"),
        ("UVICORN_PORT", "write PYRE_PORT"),
        ("UVICORN_RELOAD_DIRS", "reloading on a change is not there yet"),
        ("UVICORN_SOMETHING", "pyre --help lists what there is"),
        ("GRANIAN_WEBSOCKETS", "WebSockets are not there yet"),
        ("GUNICORN_CMD_ARGS", "write its options on the command line"),
        ("WEB_CONCURRENCY", "worker processes are not there yet"),
        ("PORT", 'write --port "$PORT"'),
    ],
)
def test_what_has_no_effect_is_told(name, advice):
    (warning,) = warnings(**{name: "2"})
    assert warning.startswith(f"{name} is not read: {advice}")


def test_what_changes_nothing_is_not_told():
    assert warnings(WEB_CONCURRENCY="1") == []
    assert warnings(PORT="80", is_port_chosen=True) == []


def test_the_command_warns_once_for_each(run_pyre):
    result = run_pyre("absent:app", PYRE_PROT="1", UVICORN_HOST="::", PORT="80", PYRE_PORT="81")
    *told, last = result.stderr.splitlines()
    assert told == [
        "warning: PYRE_PROT is not read: did you mean PYRE_PORT?",
        "warning: UVICORN_HOST is not read: write PYRE_HOST",
    ]
    assert last.startswith("pyre: module 'absent' was not found")


def test_the_log_level_applies_to_the_warnings(run_pyre):
    result = run_pyre("absent:app", PYRE_PROT="1", PYRE_LOG_LEVEL="error")
    assert result.stderr.startswith("pyre: module 'absent'")


REFUSING_APP = "async def app(scope, receive, send): raise RuntimeError"

LINKS = {
    "PYRE_SERVICE_HOST": "10.96.0.10",
    "PYRE_SERVICE_PORT": "80",
    "PYRE_PORT": "tcp://10.96.0.10:80",
    "PYRE_PORT_80_TCP": "tcp://10.96.0.10:80",
    "PYRE_PORT_80_TCP_PROTO": "tcp",
    "PYRE_PORT_80_TCP_PORT": "80",
    "PYRE_PORT_80_TCP_ADDR": "10.96.0.10",
    # A service named pyre-app.
    "PYRE_APP_SERVICE_HOST": "10.96.0.11",
    "PYRE_APP_SERVICE_PORT_HTTP": "80",
    "PYRE_APP_PORT": "tcp://10.96.0.11:80",
    "PYRE_APP_PORT_80_TCP": "tcp://10.96.0.11:80",
    "PYRE_APP_PORT_80_TCP_ADDR": "10.96.0.11",
}


@pytest.mark.parametrize(
    "link", ["tcp://10.96.0.10:80", "udp://10.96.0.10:53", "tcp://[fd00::a]:80"]
)
def test_a_service_link_of_kubernetes_is_one_warning_and_not_the_port(run_pyre, link):
    result = run_pyre("absent:app", **(LINKS | {"PYRE_PORT": link}))
    warning, last = result.stderr.splitlines()
    assert warning.startswith("warning: PYRE_PORT is not read: its value is a link to a service")
    assert "enableServiceLinks: false" in warning
    assert "--port" in warning
    assert last.startswith("pyre: module 'absent' was not found")


def test_a_service_link_leaves_the_port_of_the_command_line(run_pyre, tmp_path):
    tmp_path.joinpath("main.py").write_text(REFUSING_APP, encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        result = run_pyre("main:app", "--port", str(port), **LINKS)
    assert result.stderr.splitlines()[-1].startswith(f"pyre: 127.0.0.1:{port} is in use")


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"PYRE_PORT": "http"}, "PYRE_PORT"),
        ({"PYRE_PORT": "tcp://"}, "PYRE_PORT"),
        ({"PYRE_PORT": "99999"}, "PYRE_PORT"),
        ({"PYRE_FD": "-1"}, "PYRE_FD"),
        ({"PYRE_LOG_LEVEL": "loud"}, "PYRE_LOG_LEVEL"),
        ({"PYRE_ACCESS_LOG": "maybe"}, "PYRE_ACCESS_LOG"),
        ({"PYRE_TIMEOUT_BODY": "soon"}, "PYRE_TIMEOUT_BODY"),
        ({"PYRE_WRITE_HIGH_WATER": "1"}, "PYRE_WRITE_HIGH_WATER"),
        ({"FORWARDED_ALLOW_IPS": "proxy"}, "FORWARDED_ALLOW_IPS"),
        ({"PYRE_FORWARDED_ALLOW_IPS": "proxy"}, "PYRE_FORWARDED_ALLOW_IPS"),
        ({"PYRE_HOST": "tcp://10.96.0.10:80"}, "PYRE_HOST"),
    ],
)
def test_a_wrong_value_is_wrong_usage_that_names_the_variable(run_pyre, tmp_path, variables, named):
    tmp_path.joinpath("main.py").write_text(REFUSING_APP, encoding="utf-8")
    result = run_pyre("main:app", **variables)
    assert result.returncode == 2
    (line,) = result.stderr.splitlines()
    assert re.search(rf"\b{named}\b", line)
